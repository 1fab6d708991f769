import json
import signal
import subprocess
import sys

import pytest

from assignment.errors import STOPPED, AssignmentError
from assignment.lab import lab as conduct
from assignment.lab import running
from assignment.lab.lab import INCOMPLETE, conduct_lab, show_plan
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace

# What a run leaves, without training: its record, its history and its measures, better with "ema".
RUN = """
import json, pathlib, sys
folder, practice, seed = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
(folder / "checkpoints").mkdir(parents=True)
(folder / "history.csv").write_text("epoch,updates,seconds\\n1,10,3.0\\n2,10,2.0\\n")
sick = [{"name": "mode collapse", "first": 1, "last": 2}] if practice == "sgd" else []
record = {"status": "finished", "epochs_done": int(sys.argv[4]), "not_well": sick}
record["data"] = {"caption": "drawn stand-ins"}
(folder / "run.json").write_text(json.dumps(record))
fid = 50.0 + seed - {"ema": 5, "sgd": -40}.get(practice, 0)
generated = {"judge_fid": {"mean": fid}, "precision": {"mean": 0.8}, "recall": {"mean": 0.5}}
(folder / "metrics.json").write_text(json.dumps({"generated": generated, "judge": {"weights": "0123"}, "verdicts": []}))
"""


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(running, "LOOK_EVERY", 0.02)


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A function that conducts a lab, whose runs are `code`; the trials that were begun are in `lab.begun`."""
    begun = []

    def conducted(code=RUN, **options):
        settings = LabSettings(
            "ana", **{"practices": ("ema", "sgd"), "epochs": 2, "outputs_dir": tmp_path, "jobs": 2, **options}
        )
        workspace = LabWorkspace.of("fashion", tmp_path, "ana")
        workspace.prepare()

        def command(trial, settings):
            begun.append((trial.practice, trial.seed))
            given = (trial.run_folder(settings), trial.practice, trial.seed, settings.epochs)
            return [sys.executable, "-c", code, *map(str, given)]

        monkeypatch.setattr(conduct, "command", command)
        return conduct_lab(settings, workspace, "assignment lab <b> --fresh")

    conducted.begun, conducted.folder = begun, tmp_path / "ana" / "lab" / "fashion"
    return conducted


def test_a_lab_runs_all_and_shows_what_came_out(lab, capsys):
    assert lab() == 0
    assert len(lab.begun) == 9 and lab.begun[0] == ("baseline", 1)
    said = capsys.readouterr().out
    assert "9 runs left" in said and "helps" in said and "hurts" in said
    assert "sgd was not well: mode collapse, epochs 1 to 2 (seeds 1, 2, 3)" in said and "95 % interval" in said
    assert "the baseline itself, seed by seed: judge FID 51.0, 52.0, 53.0; precision 0.800" in said
    for name in ("results.csv", "results.png", "report.html", "lab.json"):
        assert (lab.folder / name).stat().st_size
    assert not list(lab.folder.rglob("checkpoints"))


def test_what_is_finished_is_not_run_again_even_without_its_folder(lab, capsys):
    lab(seeds=1)
    import shutil

    shutil.rmtree(lab.folder / "runs")
    assert lab(seeds=2) == 0
    assert lab.begun[3:] == [("baseline", 2), ("ema", 2), ("sgd", 2)]
    assert "ema: 1 of 2 done" in capsys.readouterr().out


def test_fresh_starts_over(lab):
    lab(seeds=1)
    lab(seeds=1, fresh=True)
    assert len(lab.begun) == 6


def test_another_lab_is_not_mixed_with_it(lab):
    lab(seeds=1)
    with pytest.raises(AssignmentError, match="holds a lab with --epochs 2 .this command has 3."):
        lab(seeds=1, epochs=3)
    with pytest.raises(AssignmentError, match="holds a lab with --data real .this command has standin."):
        lab(seeds=1, data="standin")


def test_a_run_that_takes_nothing_ends_the_lab_with_its_sentence(lab):
    with pytest.raises(AssignmentError, match="the run of baseline, seed 1 says: there are no images"):
        lab("import sys; print('error: there are no images.', file=sys.stderr); sys.exit(2)", jobs=1)
    assert len(lab.begun) == 1 and not (lab.folder / "lab.json").exists()
    assert lab(epochs=3) == 0  # under other conditions


def test_a_practice_that_refuses_before_the_baseline_has_a_result_ends_no_lab(lab, capsys):
    refusing = "if sys.argv[2] == 'ema':\n    print('error: no.'); sys.exit(2)"
    code = f"import sys, time\n{refusing}\ntime.sleep(0.5)\nexec({RUN!r})"
    assert lab(code, seeds=1, jobs=3) == INCOMPLETE
    assert "ema, seed 1 ended without a result (exit code 2): error: no." in capsys.readouterr().out


def test_a_record_of_another_length_is_no_result(lab, capsys):
    assert lab(RUN.replace("int(sys.argv[4])", "2"), seeds=1, epochs=4) == INCOMPLETE
    assert "ended without a result" in capsys.readouterr().out and not (lab.folder / "results.csv").exists()


def test_a_table_that_cannot_be_written_stops_no_run(lab, monkeypatch, capsys):
    def refuse(*_):
        raise PermissionError(13, "denied", "results.csv")

    with monkeypatch.context() as patched:
        patched.setattr(conduct, "write_results", refuse)
        assert lab(seeds=1) == 0
    assert "the lab goes on, but the operating system gives no permission" in capsys.readouterr().out
    assert len(lab.begun) == 3 and len(list(lab.folder.rglob("checkpoints"))) == 3
    assert lab(RUN.replace("parents=True", "parents=True, exist_ok=True"), seeds=1) == 0
    assert len(lab.begun) == 6 and (lab.folder / "results.csv").exists()


def test_a_run_that_crashes_leaves_the_others_alone_and_is_tried_again(lab, capsys):
    assert lab("import sys; print('Memory gone'); sys.exit(1)", seeds=1) == INCOMPLETE
    said = capsys.readouterr().out
    assert "ema, seed 1 ended without a result (exit code 1): Memory gone" in said and len(lab.begun) == 3
    assert "3 runs left; the same command goes on from here" in said and "0 of 3 runs done" in said
    assert lab(seeds=1) == 0
    assert len(lab.begun) == 6


def test_what_one_run_does_not_take_ends_no_lab_that_has_results(lab, capsys):
    code = f"import sys\nif sys.argv[2] == 'ema':\n    print('error: no.'); sys.exit(2)\nelse:\n    exec({RUN!r})"
    assert lab(code, seeds=1, jobs=1) == INCOMPLETE
    said = capsys.readouterr().out
    assert len(lab.begun) == 3 and "ema, seed 1 ended without a result (exit code 2): error: no." in said


def test_a_run_that_a_killed_lab_left_alive_is_left_alone(lab, capsys):
    assert lab("import sys; print('error: another run is writing in it.'); sys.exit(2)", seeds=1) == INCOMPLETE
    assert "ema, seed 1 is still at work for a lab that was killed" in capsys.readouterr().out


def test_a_run_that_broke_down_is_a_result(lab, capsys):
    failed = RUN.replace('"status": "finished"', '"status": "failed"')
    broken = failed.replace("mode collapse", "not a number") + "(folder / 'metrics.json').unlink(); sys.exit(2)"
    assert lab(f"import sys\nif sys.argv[2] == 'sgd':\n    exec({broken!r})\nelse:\n    exec({RUN!r})") == 0
    said = capsys.readouterr().out
    assert "sgd was not well: not a number" in said and "0 (3 broke down)" in said and "hurts" in said
    assert len(list(lab.folder.rglob("checkpoints"))) == 3  # of a training that broke down they are all that is left
    lab()
    assert len(lab.begun) == 9


def test_a_run_that_crashed_is_none(lab, capsys):
    crashed = RUN.replace('"status": "finished"', '"status": "failed"') + "sys.exit(1)"
    lab(crashed, seeds=1)
    assert "ended without a result" in capsys.readouterr().out and not (lab.folder / "results.csv").exists()


def test_a_stopped_lab_shows_what_it_has(lab, monkeypatch, capsys):
    lab(seeds=1)

    def stop(*_):
        raise conduct.Stopped(signal.SIGTERM)

    monkeypatch.setattr(conduct, "run_trials", stop)
    assert lab(seeds=3) == STOPPED + signal.SIGTERM
    assert "6 runs left; the same command goes on from here" in capsys.readouterr().out


@pytest.fixture
def finished(lab):
    """A lab that is finished, and a function that tells every file of it with its content."""
    lab(seeds=1)

    def files():
        return {path.relative_to(lab.folder): path.read_bytes() for path in lab.folder.rglob("*") if path.is_file()}

    return lab, files


def test_to_start_over_replaces_an_earlier_lab_with_the_first_result_and_no_sooner(finished, monkeypatch, capsys):
    lab, files = finished
    before = files()

    def stop(*_):
        raise conduct.Stopped(signal.SIGTERM)

    with monkeypatch.context() as patched:
        patched.setattr(conduct, "run_trials", stop)
        assert lab(seeds=3, fresh=True, epochs=5) == STOPPED + signal.SIGTERM
    assert "the earlier lab is as it was" in capsys.readouterr().out and files() == before
    with pytest.raises(AssignmentError, match="no."):
        lab("import sys; print('error: no.'); sys.exit(2)", fresh=True)
    assert lab("import sys; sys.exit(1)", fresh=True) == INCOMPLETE
    assert files() == before
    assert lab(RUN.replace("50.0", "70.0"), seeds=1, fresh=True) == 0
    assert not lab.folder.joinpath("earlier").exists() and "71.0" in (lab.folder / "results.csv").read_text()


def test_a_lab_that_was_killed_before_its_first_result_has_replaced_nothing(finished, capsys):
    lab, files = finished
    before = files()
    workspace = LabWorkspace(lab.folder)
    workspace.set_aside()
    workspace.runs.mkdir()
    (workspace.runs / "begun").touch()
    begun = len(lab.begun)
    assert lab(seeds=1) == 0 and len(lab.begun) == begun and files().keys() == before.keys()
    assert "the earlier lab is back" in capsys.readouterr().out


def test_a_stop_that_does_not_wait_moves_no_lab_below_its_runs(finished, monkeypatch):
    lab, files = finished

    def stop_twice(*_):
        run = lab.folder / "runs" / "ema" / "seed_1" / "ana" / "fashion"
        run.mkdir(parents=True)
        other = subprocess.Popen([sys.executable, "-c", HOLD, run], stdout=subprocess.PIPE)
        monkeypatch.setattr(stop_twice, "other", other, raising=False)
        other.stdout.readline()
        raise KeyboardInterrupt

    before = files()
    with monkeypatch.context() as patched, pytest.raises(AssignmentError, match="another run is writing"):
        patched.setattr(conduct, "run_trials", stop_twice)
        lab(seeds=1, fresh=True)
    with stop_twice.other as other:
        other.kill()
    lab(seeds=1)
    assert files().keys() == before.keys()


HOLD = """
import sys, time
from pathlib import Path
from assignment.storage.lock import held
from assignment.storage.workspace import Workspace
with held(Workspace(Path(sys.argv[1]), Path(sys.argv[1]), "ana"), "assignment run"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("aside", [False, True])
def test_no_lab_is_moved_while_a_run_that_a_killed_one_left_is_at_work(finished, aside):
    lab, files = finished
    if aside:
        LabWorkspace(lab.folder).set_aside()
    run = lab.folder / "runs" / "ema" / "seed_1" / "ana" / "fashion"
    run.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen([sys.executable, "-c", HOLD, run], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        try:
            before = files().keys()
            with pytest.raises(AssignmentError, match="another run is writing in .*ema"):
                lab(seeds=1, fresh=not aside)
            assert files().keys() == before
        finally:
            other.kill()
    assert lab(seeds=1, fresh=not aside) == 0


def test_the_page_says_how_to_go_on_and_not_how_to_start_over(lab, monkeypatch):
    lab(seeds=1, fresh=True)
    assert "--fresh" not in (lab.folder / "report.html").read_text(encoding="utf-8")


def test_the_time_left_is_by_what_was_measured(lab, monkeypatch, capsys):
    lab(seeds=1)
    capsys.readouterr()
    lab(seeds=2, jobs=1)
    # Each of its three runs trained for 5 seconds; a minute is reckoned for the rest of it.
    assert "3 runs left, about 3 min 15 s (by what this lab has measured)" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["[1]", '"x"', "{", "{}"])
def test_conditions_that_cannot_be_read_are_those_of_the_results(lab, text):
    lab(seeds=1, data="standin")
    (lab.folder / "lab.json").write_text(text, encoding="utf-8")
    with pytest.raises(AssignmentError, match="a lab with --epochs 2 .this command has 300."):
        lab(seeds=1, data="standin", epochs=300)
    with pytest.raises(AssignmentError, match="a lab with --data standin .this command has real."):
        lab(seeds=1)
    assert lab(seeds=1, data="standin") == 0
    assert json.loads((lab.folder / "lab.json").read_text(encoding="utf-8"))["epochs"] == 2


def test_a_table_that_is_not_its_own_is_refused(lab):
    lab(seeds=1)
    (lab.folder / "results.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(AssignmentError, match="line 1.; mend it from a copy, or move it away"):
        lab(seeds=1)


def test_a_dry_run_writes_nothing(tmp_path, capsys):
    settings = LabSettings("ana", outputs_dir=tmp_path)
    show_plan(settings, LabWorkspace.of("fashion", tmp_path, "ana"))
    said = capsys.readouterr().out
    assert "66 runs" in said and "if this machine is like ours" in said and not list(tmp_path.iterdir())


def test_what_a_smaller_command_does_not_name_stays_in_the_figure_and_on_the_page(lab):
    lab(seeds=1)
    lab(seeds=1, practices=("ema",))
    assert 'scope="row">sgd' in (lab.folder / "report.html").read_text(encoding="utf-8")


def test_conditions_that_tell_half_are_those_of_the_results(lab):
    lab(seeds=1, data="standin")
    (lab.folder / "lab.json").write_text('{"track": "fashion"}', encoding="utf-8")
    with pytest.raises(AssignmentError, match="a lab with --epochs 2 .this command has 300."):
        lab(seeds=1, data="standin", epochs=300)


def test_the_conditions_are_kept(lab):
    lab(seeds=1)
    kept = json.loads((lab.folder / "lab.json").read_text(encoding="utf-8"))
    assert kept == {"track": "fashion", "epochs": 2, "precision": "auto", "data": "real"}
