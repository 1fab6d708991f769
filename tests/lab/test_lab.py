import json
import os
import shutil
import signal
import subprocess
import sys

import pytest
from filelock import FileLock

from assignment.errors import EXIT_BUG, EXIT_ERROR, EXIT_SIGNAL, AssignmentError, describe_os_error
from assignment.evaluation.health import DIVERGENCE
from assignment.lab import lab as lab_module
from assignment.lab import running
from assignment.lab.curves import read_curves
from assignment.lab.lab import INCOMPLETE, run_lab, show_plan
from assignment.lab.running import Stopped
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.storage.files import FORMAT
from assignment.storage.lock import FolderTaken, lock_folder

# Writes the files that a run leaves, without training. "ema" is better than the baseline, "sgd" is worse and collapses.
RUN = f"""
import json, pathlib, sys
folder, practice, seed, epochs = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
(folder / "checkpoints").mkdir(parents=True, exist_ok=True)
(folder / "history.csv").write_text("epoch,updates,seconds\\n1,10,3.0\\n2,10,2.0\\n")
problems = [dict(name="mode collapse", first=1, last=2)] if practice == "sgd" else []
data = dict(caption="drawn stand-ins")
record = dict(format={FORMAT}, status="finished", epochs_done=epochs, problems=problems, data=data)
(folder / "run.json").write_text(json.dumps(record))
fid = 50.0 + seed - dict(ema=5, sgd=-40).get(practice, 0)
means = dict(judge_fid=fid, precision=0.8, recall=0.5, diversity=0.9)
generated = {{name: dict(mean=mean, lowest=0.0, highest=99.0) for name, mean in means.items()}}
metrics = dict(format={FORMAT}, generated=generated, floor=generated, judge=dict(accuracy=0.99, weights="0123"),
    judge_fid_note="", images=dict(per_draw=2, draws=5, real=4), copying=dict(nearest=0.2, floor=0.2, copies=0.01),
    verdicts=[], over_time=[dict(epoch=epoch, **means) for epoch in (0, 1, 2)])
(folder / "metrics.json").write_text(json.dumps(metrics))
"""


def fail(message, exit_code):
    """The program of a run that ends with a message and writes nothing."""
    return f"import sys; print({message!r}); sys.exit({exit_code})"


def only_for(practice, program):
    """This program for one practice, `RUN` for the others."""
    return f"import sys\nif sys.argv[2] == {practice!r}:\n    exec({program!r})\nelse:\n    exec({RUN!r})"


@pytest.fixture(autouse=True)
def poll_often(monkeypatch):
    monkeypatch.setattr(running, "POLL_SECONDS", 0.02)


@pytest.fixture
def lab(tmp_path, monkeypatch, quick_figures):
    """A function that runs a lab whose runs are `program`; `lab.started` lists the trials that were started."""
    started = []

    def run(program=RUN, **options):
        defaults = {"practices": ("ema", "sgd"), "epochs": 2, "outputs_dir": tmp_path, "jobs": 2}
        settings = LabSettings("ana", **{**defaults, **options})
        workspace = LabWorkspace.for_lab("fashion", tmp_path, "ana")
        workspace.prepare()

        def trial_command(trial, settings):
            started.append((trial.practice, trial.seed))
            arguments = (trial.run_workspace(settings).folder, trial.practice, trial.seed, settings.epochs)
            return [sys.executable, "-c", program, *map(str, arguments)]

        monkeypatch.setattr(lab_module, "trial_command", trial_command)
        return run_lab(settings, workspace, "assignment lab <b> --fresh")

    run.started, run.workspace = started, LabWorkspace.for_lab("fashion", tmp_path, "ana")
    run.folder = run.workspace.folder
    return run


def test_a_lab_runs_all_trials_and_shows_the_results(lab, capsys):
    assert lab() == 0
    assert len(lab.started) == 9 and lab.started[0] == ("baseline", 1)
    printed = capsys.readouterr().out
    assert "9 runs left" in printed and "helps" in printed and "hurts" in printed
    assert "problems with sgd: mode collapse, epochs 1 to 2 (seeds 1, 2, 3)" in printed and "95 % interval" in printed
    assert "the baseline itself, by seed: judge FID 51.0, 52.0, 53.0; precision 0.800" in printed
    for name in ("results.csv", "results.png", "report.html", "lab.json"):
        assert (lab.folder / name).stat().st_size
    assert len(read_curves(lab.folder / "curves.csv")) == 27  # 9 trials, 3 grids
    assert not list(lab.folder.rglob("checkpoints"))


def test_a_lab_with_a_scheduler_gives_its_trials_to_the_cluster(lab, monkeypatch, capsys):
    def distribute(trials, address, job, observer):
        for trial in trials:
            observer.on_start(trial)
            observer.on_wait(trial)  # its worker is gone
            observer.on_note(f"{job(trial).name} waits for {address}")
            observer.on_start(trial)
            observer.on_poll([trial])
            folder = trial.run_workspace(LabSettings("ana")).folder
            words = [sys.executable, "-c", RUN, str(folder), trial.practice, str(trial.seed), "2"]
            observer.on_end(trial, subprocess.run(words).returncode, 5.0)

    monkeypatch.setattr(lab_module, "distribute_trials", distribute)
    assert lab(seeds=1, jobs=1, data="standin", scheduler="tcp://10.0.0.7:8786") == 0
    printed = capsys.readouterr().out
    assert "on the cluster at tcp://10.0.0.7:8786" in printed and "on one worker (estimated" in printed
    assert "sgd, seed 1 waits for tcp://10.0.0.7:8786" in printed and "3 of 3 runs done" in printed
    assert lab.started == [] and len(read_curves(lab.folder / "curves.csv")) == 9


def test_finished_trials_are_not_repeated_even_without_their_folders(lab, capsys):
    lab(seeds=1)
    shutil.rmtree(lab.folder / "runs")
    assert lab(seeds=2) == 0
    assert lab.started[3:] == [("baseline", 2), ("ema", 2), ("sgd", 2)]
    assert "ema: 1 of 2 done" in capsys.readouterr().out


def test_fresh_starts_over(lab):
    lab(seeds=1)
    lab(seeds=1, fresh=True)
    assert len(lab.started) == 6


def test_a_lab_with_other_settings_is_refused(lab):
    lab(seeds=1)
    with pytest.raises(AssignmentError, match="contains a lab with --epochs 2 .this command has 3."):
        lab(seeds=1, epochs=3)
    with pytest.raises(AssignmentError, match="contains a lab with --data real .this command has standin."):
        lab(seeds=1, data="standin")


def test_a_lab_ends_with_the_message_of_the_first_baseline_if_it_rejects_its_options(lab):
    with pytest.raises(AssignmentError, match="the run of baseline, seed 1 failed: there are no images"):
        lab(fail("error: there are no images.", 2), jobs=1)
    assert len(lab.started) == 1 and not (lab.folder / "lab.json").exists()
    assert lab(epochs=3) == 0  # other conditions are accepted now


def test_a_lab_continues_if_a_practice_is_rejected_before_the_baseline_has_a_result(lab, capsys):
    rejected = "if sys.argv[2] == 'ema':\n    print('error: no.'); sys.exit(2)"
    assert lab(f"import sys, time\n{rejected}\ntime.sleep(0.5)\nexec({RUN!r})", seeds=1, jobs=3) == INCOMPLETE
    assert "ema, seed 1 ended without a result (exit code 2): error: no." in capsys.readouterr().out


def test_a_lab_continues_if_a_practice_is_rejected_after_the_baseline_has_a_result(lab, capsys):
    assert lab(only_for("ema", fail("error: no.", 2)), seeds=1, jobs=1) == INCOMPLETE
    assert len(lab.started) == 3
    assert "ema, seed 1 ended without a result (exit code 2): error: no." in capsys.readouterr().out


def test_a_finished_run_of_another_length_is_not_a_result(lab, capsys):
    assert lab(RUN.replace("epochs_done=epochs", "epochs_done=2"), seeds=1, epochs=4) == INCOMPLETE
    assert "ended without a result" in capsys.readouterr().out and not (lab.folder / "results.csv").exists()


def test_a_lab_continues_and_keeps_checkpoints_if_its_table_cannot_be_written(lab, monkeypatch, capsys):
    error = PermissionError(13, "denied", "results.csv")

    def refuse(*_):
        raise error

    with monkeypatch.context() as patched:
        patched.setattr("assignment.lab.record.write_results", refuse)
        assert lab(seeds=1) == 0
    expected = f"the lab continues, but its results are not saved: {describe_os_error(error)}"
    assert expected in capsys.readouterr().out
    assert len(lab.started) == 3 and len(list(lab.folder.rglob("checkpoints"))) == 3
    assert lab(seeds=1) == 0
    assert len(lab.started) == 6 and (lab.folder / "results.csv").exists()


def test_a_lab_stops_if_the_disk_is_full(lab, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device", "results.csv")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr("assignment.lab.record.write_results", refuse)
        lab(seeds=1, jobs=1)
    assert len(lab.started) == 1


def test_a_run_that_crashes_is_tried_again_by_the_next_command(lab, capsys):
    assert lab(fail("Out of memory", 1), seeds=1) == INCOMPLETE
    printed = capsys.readouterr().out
    assert "ema, seed 1 ended without a result (exit code 1): Out of memory" in printed and len(lab.started) == 3
    assert "3 runs left; the same command continues from here" in printed and "0 of 3 runs done" in printed
    assert lab(seeds=1) == 0
    assert len(lab.started) == 6


def test_the_files_of_a_crashed_run_are_not_a_result(lab, capsys):
    lab(RUN.replace('status="finished"', 'status="failed"') + "sys.exit(1)", seeds=1)
    assert "ended without a result" in capsys.readouterr().out and not (lab.folder / "results.csv").exists()


def test_a_run_that_a_killed_lab_left_running_is_left_alone(lab, capsys):
    assert lab(fail("error: another run is writing in it.", 2), seeds=1) == INCOMPLETE
    assert "ema, seed 1 is still running for a lab that was killed" in capsys.readouterr().out


def test_a_diverged_run_is_a_result_and_keeps_its_checkpoints(lab, capsys):
    failed = RUN.replace('status="finished"', 'status="failed"').replace("mode collapse", DIVERGENCE)
    program = only_for("sgd", failed + "(folder / 'metrics.json').unlink(); sys.exit(2)")
    assert lab(program) == 0
    printed = capsys.readouterr().out
    assert f"problems with sgd: {DIVERGENCE}" in printed and "0 (3 diverged)" in printed and "hurts" in printed
    assert len(list(lab.folder.rglob("checkpoints"))) == 3
    lab()
    assert len(lab.started) == 9


def test_a_stopped_lab_shows_the_results_so_far(lab, monkeypatch, capsys):
    lab(seeds=1)

    def stop(*_):
        raise Stopped(signal.SIGTERM)

    monkeypatch.setattr(lab_module, "run_trials", stop)
    assert lab(seeds=3) == EXIT_SIGNAL + signal.SIGTERM
    printed = capsys.readouterr().out
    assert "6 runs left; the same command continues from here" in printed and "hurts" in printed


@pytest.fixture
def finished(lab):
    """A finished lab, and a function that returns the content of each of its files."""
    lab(seeds=1)

    def read_files():
        return {path.relative_to(lab.folder): path.read_bytes() for path in lab.folder.rglob("*") if path.is_file()}

    return lab, read_files


def test_fresh_replaces_an_earlier_lab_only_after_the_first_result(finished, monkeypatch, capsys):
    lab, read_files = finished
    before = read_files()

    def stop(*_):
        raise Stopped(signal.SIGTERM)

    with monkeypatch.context() as patched:
        patched.setattr(lab_module, "run_trials", stop)
        assert lab(seeds=3, fresh=True, epochs=5) == EXIT_SIGNAL + signal.SIGTERM
    assert "the earlier lab is unchanged" in capsys.readouterr().out and read_files() == before
    with pytest.raises(AssignmentError, match="no."):
        lab(fail("error: no.", 2), fresh=True)
    assert lab("import sys; sys.exit(1)", fresh=True) == INCOMPLETE
    assert read_files() == before
    assert lab(RUN.replace("50.0", "70.0"), seeds=1, fresh=True) == 0
    assert not lab.workspace.earlier.exists() and "71.0" in (lab.folder / "results.csv").read_text()


def test_an_earlier_lab_is_restored_if_the_new_one_was_killed_before_its_first_result(finished, capsys):
    lab, read_files = finished
    before = read_files()
    lab.workspace.set_aside()
    lab.workspace.runs.mkdir()
    (lab.workspace.runs / "new").touch()
    started = len(lab.started)
    assert lab(seeds=1) == 0 and len(lab.started) == started and read_files().keys() == before.keys()
    assert "the earlier lab is restored" in capsys.readouterr().out


# Holds the lock of a run's folder until it is killed.
HOLD_LOCK = """
import sys, time
from pathlib import Path
from assignment.storage.lock import lock_folder
from assignment.storage.workspace import Workspace
with lock_folder(Workspace(Path(sys.argv[1]), Path(sys.argv[1]), "ana"), "assignment run"):
    print("locked", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def start_locking_run(lab):
    """A function that starts a process that holds the lock of a run of the lab."""
    processes = []

    def start():
        folder = lab.workspace.trial_folder("ema", 1) / "ana" / "fashion"
        folder.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen([sys.executable, "-c", HOLD_LOCK, folder], stdout=subprocess.PIPE)
        processes.append(process)
        assert process.stdout.readline() == b"locked\n"
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_a_second_ctrl_c_moves_no_lab_while_a_run_is_still_writing(finished, start_locking_run, monkeypatch):
    lab, read_files = finished
    before = read_files()
    runs = []

    def interrupt_twice(*_):
        runs.append(start_locking_run())
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(AssignmentError, match="another run is writing"):
        patched.setattr(lab_module, "run_trials", interrupt_twice)
        lab(seeds=1, fresh=True)
    runs[0].kill()
    runs[0].wait()
    lab(seeds=1)
    assert read_files().keys() == before.keys()


@pytest.mark.parametrize("set_aside", [False, True])
def test_no_lab_is_moved_while_a_run_of_a_killed_lab_is_running(finished, start_locking_run, set_aside):
    lab, read_files = finished
    if set_aside:
        lab.workspace.set_aside()
    run = start_locking_run()
    before = read_files().keys()
    with pytest.raises(AssignmentError, match="another run is writing in .*ema"):
        lab(seeds=1, fresh=not set_aside)
    assert read_files().keys() == before
    run.kill()
    run.wait()
    assert lab(seeds=1, fresh=not set_aside) == 0


def test_the_page_has_the_command_that_continues_the_lab(lab):
    lab(seeds=1, fresh=True)
    page = (lab.folder / "report.html").read_text(encoding="utf-8")
    assert "assignment lab &lt;b&gt;" in page and "--fresh" not in page


def test_the_time_left_is_estimated_from_the_measured_trials(lab, capsys):
    lab(seeds=1)
    capsys.readouterr()
    lab(seeds=2, jobs=1)
    # The epochs of each of the three runs took 5 seconds; a minute is added for the rest of a run.
    assert "3 runs left, about 3 min 15 s (measured in this lab)" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["[1]", '"x"', "{", "{}", '{"track": "fashion"}'])
def test_damaged_conditions_are_replaced_by_those_of_the_results(lab, text):
    lab(seeds=1, data="standin")
    (lab.folder / "lab.json").write_text(text, encoding="utf-8")
    with pytest.raises(AssignmentError, match="a lab with --epochs 2 .this command has 300."):
        lab(seeds=1, data="standin", epochs=300)
    with pytest.raises(AssignmentError, match="a lab with --data standin .this command has real."):
        lab(seeds=1)
    assert lab(seeds=1, data="standin") == 0
    assert json.loads((lab.folder / "lab.json").read_text(encoding="utf-8"))["epochs"] == 2


def test_a_lab_of_another_format_is_refused_and_fresh_replaces_it(lab):
    lab(seeds=1)
    saved = json.loads((lab.folder / "lab.json").read_text(encoding="utf-8"))
    (lab.folder / "lab.json").write_text(json.dumps({**saved, "format": FORMAT - 1}), encoding="utf-8")
    with pytest.raises(AssignmentError, match="lab.json was written by another version of this program"):
        lab(seeds=1)
    assert lab(seeds=1, fresh=True) == 0


def test_a_damaged_table_is_refused(lab):
    lab(seeds=1)
    (lab.folder / "results.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(AssignmentError, match="line 1.; restore it from a copy, or move it away"):
        lab(seeds=1)


@pytest.mark.parametrize("name", ["results.csv", "curves.csv"])
def test_a_removed_table_is_read_from_the_runs_again(lab, name):
    lab(seeds=1)
    table = (lab.folder / name).read_text(encoding="utf-8")
    (lab.folder / name).unlink()
    assert lab(seeds=2) == 0
    assert set(table.splitlines()) <= set((lab.folder / name).read_text(encoding="utf-8").splitlines())


def test_a_dry_run_writes_nothing(tmp_path, capsys):
    settings = LabSettings("ana", outputs_dir=tmp_path)
    show_plan(settings, LabWorkspace.for_lab("fashion", tmp_path, "ana"))
    printed = capsys.readouterr().out
    assert "87 runs" in printed and "estimated from another machine" in printed and not list(tmp_path.iterdir())


def test_practices_that_a_later_command_does_not_name_stay_on_the_page(lab):
    lab(seeds=1)
    lab(seeds=1, practices=("ema",))
    assert 'scope="row">sgd' in (lab.folder / "report.html").read_text(encoding="utf-8")


def test_the_conditions_are_saved(lab):
    lab(seeds=1)
    saved = json.loads((lab.folder / "lab.json").read_text(encoding="utf-8"))
    assert saved == {
        "format": FORMAT,
        "firstname": "ana",
        "track": "fashion",
        "epochs": 2,
        "precision": "auto",
        "data": "real",
    }


@pytest.mark.skipif(os.name == "nt", reason="Windows refuses to delete a folder with an open file in it")
def test_a_lab_whose_folder_is_deleted_continues_with_its_results(lab):
    delete = f"import shutil; shutil.rmtree({str(lab.folder)!r}, ignore_errors=True)"
    assert lab(only_for("ema", f"{delete}; exec({RUN!r})"), seeds=1, jobs=1) == 0
    lab.workspace.prepare()
    assert lab(seeds=1) == 0 and len(lab.started) == 3  # all results are there
    assert lab.workspace.conditions.exists() and lab.workspace.report.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows refuses to delete a folder with an open file in it")
def test_a_lab_continues_if_the_log_of_a_failed_run_was_deleted(lab, capsys):
    delete = f"import shutil, sys; shutil.rmtree({str(lab.folder / 'runs')!r}); sys.exit(1)"
    assert lab(only_for("ema", delete), seeds=1, jobs=1) == INCOMPLETE
    assert "ema, seed 1 ended without a result (exit code 1)" in capsys.readouterr().out


def test_a_users_files_in_the_checkpoints_of_a_trial_are_kept(lab):
    notes = "(folder / 'checkpoints' / 'notes.txt').touch(); (folder / 'checkpoints' / 'epoch_0002.npz').touch()"
    assert lab(RUN + notes, seeds=1, practices=("ema",)) == 0
    assert {path.name for path in lab.folder.rglob("checkpoints/*")} == {"notes.txt"}


def test_a_lab_whose_folder_was_taken_by_another_lab_leaves_it_alone(lab, monkeypatch):
    def taken(*_):
        raise FolderTaken("the folder was deleted")

    monkeypatch.setattr("assignment.lab.record.write_results", taken)
    with pytest.raises(FolderTaken):
        lab(seeds=1, jobs=1)
    assert lab.workspace.conditions.exists()  # it may be that of the other lab


@pytest.mark.skipif(os.name == "nt", reason="Windows refuses to delete a folder with an open file in it")
def test_a_fresh_lab_whose_folder_was_taken_by_another_lab_restores_nothing(finished, monkeypatch):
    lab, _ = finished
    other = FileLock(lab.workspace.lock, timeout=0)

    def take_the_folder(*_):
        shutil.rmtree(lab.folder)
        lab.workspace.prepare()
        lab.workspace.earlier.mkdir()  # the other lab has set aside a lab, and has a run
        lab.workspace.conditions.write_text("of the other lab")
        other.acquire()
        raise Stopped(signal.SIGTERM)

    monkeypatch.setattr(lab_module, "run_trials", take_the_folder)
    with pytest.raises(FolderTaken), lock_folder(lab.workspace, "the lab"):
        lab(seeds=1, fresh=True)
    other.release()
    assert lab.workspace.earlier.is_dir() and lab.workspace.conditions.read_text() == "of the other lab"


def test_a_lab_without_all_results_has_an_exit_code_of_its_own():
    assert INCOMPLETE not in (0, EXIT_BUG, EXIT_ERROR)
