"""The commands: what each does with its options."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pytest

from assignment import cli, commands, environment, runtime
from assignment.checking import measuring
from assignment.data import sources
from assignment.errors import AssignmentError
from assignment.evaluation import judge_training, make_judges
from assignment.evaluation.judge_files import JudgeFacts, StoredJudge
from assignment.fashion.step3_generator import build_generator
from assignment.figures import letters
from assignment.figures.window import Windows
from assignment.foreign.reader import read_contents
from assignment.generators import measure
from assignment.practices.catalogue import CATALOGUE
from assignment.settings.measuring import MeasureSettings
from assignment.training.export import ModelMetadata, export_h5

RUN_ASSIGNMENT = Path(__file__).parent.parent / "run_assignment.py"
ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(RUN_ASSIGNMENT.parent)}


def test_a_run_in_a_thread_reports_once_that_ctrl_c_cannot_stop_it(run_here, capsys, few_digits):
    codes = []
    thread = threading.Thread(target=lambda: codes.append(run_here("--firstname", "ana", program="step 3")))
    thread.start()
    thread.join()
    assert codes == [0] and capsys.readouterr().out.count("Ctrl-C cannot stop") == 1


def test_too_little_memory_is_answered_with_what_needs_less(run_here, capsys, few_digits, monkeypatch):
    def fail(*arguments):
        raise MemoryError

    monkeypatch.setattr("assignment.session.stages.make_generator", fail)
    assert run_here("--firstname", "ana", "--batch-size", "64", program="step 6") == 2
    assert capsys.readouterr().err == (
        "error: the memory is full, while running step 1 (Get the data); close other programs, or choose a --batch-size"
        " smaller than 64.\n"
    )
    monkeypatch.setattr("assignment.generators.sample.sample", fail)
    assert run_here("sample", "--firstname", "ana") == 2
    assert "choose a smaller --count" in capsys.readouterr().err


def test_a_bug_in_a_run_is_reported_in_its_folder(run_here, capsys, few_digits, monkeypatch, tmp_path):
    monkeypatch.setattr("assignment.session.stages.make_generator", lambda *arguments: 1 / 0)
    assert run_here("--firstname", "ana", program="step 3") == 70
    report = Path("outputs", "ana", "fashion", "error_report.txt")
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1 and f"the full report is in {report};" in errors
    assert "ZeroDivisionError" in (tmp_path / report).read_text(encoding="utf-8")


def test_a_package_that_is_missing_is_named_with_the_line_to_type(run_here, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "filelock", None)  # importing it raises ModuleNotFoundError
    monkeypatch.delitem(sys.modules, "assignment.storage.lock")
    assert run_here("run", "--firstname", "ana") == 2
    errors = capsys.readouterr().err
    assert errors.startswith("error: the package 'filelock' is not installed in this Python") and "type" in errors


def test_options_take_precedence_over_the_settings_of_quick(run_here, monkeypatch):
    requested = []

    def stop_at_settings(settings_class, options):
        requested.append(options)
        raise AssignmentError("enough.")

    monkeypatch.setattr(commands, "settings_from", stop_at_settings)
    assert run_here("--firstname", "ana", "--quick", "--epochs", "5", program="run_assignment.py") == 2
    assert requested == [{"firstname": "ana", "epochs": 5, "grid_every": 1}]


def test_show_without_a_display_prints_a_notice_and_saves_the_figures(
    run_here, tmp_path, capsys, few_digits, monkeypatch
):
    monkeypatch.setattr(Windows, "available", False)
    assert run_here("--firstname", "ana", "--show", program="step 3") == 0
    output, errors = capsys.readouterr()
    assert "no display" in output and errors == ""
    assert (tmp_path / "outputs" / "ana" / "fashion" / "step3_generator_diagram.png").is_file()


@pytest.mark.parametrize(("is_native", "is_warned"), [(False, True), (True, False)])
def test_a_warning_is_printed_if_bfloat16_is_emulated(run_here, capsys, few_digits, monkeypatch, is_native, is_warned):
    monkeypatch.setattr(runtime, "has_native_bfloat16", lambda: is_native)
    assert run_here("--firstname", "ana", "--precision", "mixed_bfloat16", program="step 3") == 0
    assert ("This may take very long" in capsys.readouterr().out) == is_warned


@pytest.mark.parametrize(
    "command", [("run",), ("sample",), ("measure",), ("run", "--track", "conditional")], ids=" ".join
)
def test_too_little_address_space_is_refused_before_tensorflow_starts(run_here, monkeypatch, capsys, command):
    monkeypatch.setattr(environment, "address_space_limit", lambda: 1e9)
    monkeypatch.setattr(runtime, "start_tensorflow", lambda: pytest.fail("started"))
    assert run_here(*command, "--firstname", "ana") == 2
    assert capsys.readouterr().err.startswith("error: this process may use 1.0 GB of address space, but TensorFlow")


@pytest.mark.usefixtures("few_digits", "quick_figures")
def test_letters_that_figures_cannot_show_are_mentioned_once(run_here, monkeypatch, capsys):
    monkeypatch.setattr(letters, "describe_missing", lambda name: f"Figures show {name} as Wang.")
    assert run_here("--firstname", "王", program="step 1") == 0
    assert capsys.readouterr().out.count("Figures show 王 as Wang.\n") == 1


def test_measure_refuses_what_it_cannot_measure_in_one_sentence(run_here, capsys):
    for arguments, message in (
        ((), "give either --firstname"),
        (("x.h5", "--firstname", "ana"), "give either --firstname"),
        (("--firstname", "ana", "x.h5"), "give either --firstname"),
        (("ana",), "ana does not exist; give the path of a generator's .h5 file, or a first name, as in --firstname"),
        (("x.h5",), "x.h5 does not exist"),
        (("--firstname", "ana"), "generator_model_ana.h5 does not exist"),
        (("--firstname", "ana", "--data-dir", "none"), "the data folder none does not exist"),
    ):
        assert run_here("measure", *arguments) == 2
        errors = capsys.readouterr().err
        assert message in errors and errors.startswith("error: ") and errors.count("\n") == 1


def test_measure_passes_its_options_on(run_here, monkeypatch):
    measured = []
    monkeypatch.setattr(measure, "measure", lambda settings, load_track, screen: measured.append(settings))
    assert run_here("measure", "some.h5", "--gan-train", "--data-dir", ".") == 0
    assert measured == [MeasureSettings(file="some.h5", gan_train=True, data_dir=".")]


@pytest.fixture
def hand_in(tmp_path):
    """The path of a generator that a run saved untrained."""
    path = tmp_path / "generator_model_ana.h5"
    metadata = ModelMetadata("fashion", "ana", 1, "drawn stand-in, not Fashion-MNIST", epoch=300, batch_size=128)
    export_h5(build_generator("ana"), path, metadata)
    return path


def test_check_compares_files_and_its_exit_code_says_how_it_went(run_here, capsys, hand_in, monkeypatch):
    monkeypatch.setattr(runtime, "start_tensorflow", lambda: pytest.fail("started"))
    assert run_here("check", str(hand_in)) == 1, "it was never trained"
    output = capsys.readouterr().out
    assert "  yes  layer 1: Dense, 12,544 neurons, no bias\n" in output and "found: never trained" in output
    assert run_here("check", str(hand_in), "missing.h5") == 2
    assert "cannot be checked: it cannot be read (no such file or directory).\n" in capsys.readouterr().out


def test_check_prints_json(run_here, capsys, hand_in):
    assert run_here("check", str(hand_in), "--json") == 1
    (answers,) = json.loads(capsys.readouterr().out)
    assert answers["role"] == "generator" and answers["findings"][0]["title"] == "never trained"


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_check_repairs_a_file(run_here, capsys, hand_in, tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "start_tensorflow", lambda: None)
    repaired = tmp_path / "repaired.h5"
    assert run_here("check", str(hand_in), "--repair", str(repaired)) == 1
    assert f"wrote {repaired}; its outputs differ from those of {hand_in} by at most" in capsys.readouterr().out
    assert read_contents(repaired).network.name == "generator_model_ana"
    assert run_here("check", str(tmp_path / "missing.h5"), "--repair", str(tmp_path / "other.h5")) == 2
    assert "missing.h5 cannot be repaired, because it cannot be read" in capsys.readouterr().err


def test_check_measures_generators(run_here, capsys, hand_in, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runtime, "start_tensorflow", lambda: None)
    measured = []
    monkeypatch.setattr(measuring, "measure_generator", lambda *arguments: measured.append(arguments))
    assert run_here("check", str(hand_in), "--measure") == 1
    generator, path, metadata, *_ = measured[0]
    assert generator.count_params() == 2_330_944 and path == hand_in
    assert metadata.images == "drawn stand-in, not Fashion-MNIST" and metadata.seed == 1
    assert (tmp_path / "outputs" / "check" / "generator_model_ana.png").is_file()


def test_judges_are_made_for_one_data_set_or_for_all(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    facts = JudgeFacts("mnist", "", "", 0, 0, 1, "0123456789ab", 0.996, 1.0, "", {})
    made = []
    monkeypatch.setattr(sources, "from_folder", lambda source, folder: source.title)
    monkeypatch.setattr(judge_training, "train_judge", lambda *arguments: StoredJudge(None, facts))
    monkeypatch.setattr(make_judges, "write_shipped_judge", lambda stored, *arguments: made.append(arguments))
    assert cli.main_make_judges(["--data-dir", ".", "--dataset", "mnist"]) == 0
    assert made == [(sources.MNIST, "MNIST", Path("outputs/judges"))]
    assert "the judge 0123456789ab recognizes 99.60% of the test images" in capsys.readouterr().out
    assert cli.main_make_judges(["--data-dir", ".", "--outputs-dir", "other"]) == 0
    assert [arguments[1:] for arguments in made[1:]] == [
        ("MNIST", Path("other/judges")),
        ("Fashion-MNIST", Path("other/judges")),
    ]
    assert cli.main_make_judges(["--data-dir", "none"]) == 2
    assert capsys.readouterr().err == "error: the data folder none does not exist.\n"


def test_every_practice_is_described_with_its_facts(run_here, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "1000")
    for practice in CATALOGUE:
        assert run_here("practices", practice.name) == 0
        facts = [practice.name, f"  change: {practice.change}", f"  problem: {practice.problem}"]
        facts += [f"  source: {practice.source}", f"  cost: {practice.cost}", "  tracks: "]
        output = capsys.readouterr().out
        assert output.startswith("\n".join(facts)) and output.count("  not with ") == len(practice.conflicts)


def test_a_practice_is_described_with_its_tracks_and_conflicts(run_here, capsys):
    assert run_here("practices", "one-batch") == 0
    output = capsys.readouterr().out
    assert "  tracks: fashion, conditional\n  not with --track digits: its discriminator already trains" in output
    assert "  not with --outputs validity+class: an auxiliary" in output


def test_a_similar_practice_is_suggested(run_here, capsys):
    assert run_here("practices", "hing") == 2
    assert capsys.readouterr().err == "error: there is no practice 'hing'; did you mean hinge?\n"


def test_a_dry_run_of_a_lab_prints_its_plan_and_writes_nothing(run_here, capsys, tmp_path):
    assert run_here("lab", "--firstname", "ana", "--dry-run", "--seeds", "2") == 0
    output = capsys.readouterr().out
    assert "44 runs" in output and "ema: 0 of 2 done" in output
    assert not list(tmp_path.iterdir())
