"""The command `run`."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from assignment import environment, runtime
from assignment.errors import AssignmentError
from assignment.figures import letters
from assignment.figures.window import Windows
from assignment.practices.recipes import TUNED_PRACTICES
from assignment.session import start

RUN_ASSIGNMENT = Path(__file__).parent.parent.parent / "run_assignment.py"
ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(RUN_ASSIGNMENT.parent)}


def test_a_run_in_a_thread_reports_once_that_ctrl_c_cannot_stop_it(run_here, capsys, few_digits):
    codes = []
    thread = threading.Thread(target=lambda: codes.append(run_here("--firstname", "ana", program="step 3")))
    thread.start()
    thread.join()
    assert codes == [0] and capsys.readouterr().out.count("Ctrl-C cannot stop") == 1


def test_a_bug_in_a_run_is_reported_in_its_folder(run_here, capsys, few_digits, monkeypatch, tmp_path):
    monkeypatch.setattr("assignment.session.stages.make_generator", lambda *arguments: 1 / 0)
    assert run_here("--firstname", "ana", program="step 3") == 70
    report = Path("outputs", "ana", "fashion", "error_report.txt")
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1 and f"the full report is in {report};" in errors
    assert "ZeroDivisionError" in (tmp_path / report).read_text(encoding="utf-8")


def test_a_package_that_is_missing_is_named_with_the_line_to_type(run_here, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "filelock", None)  # importing it raises ModuleNotFoundError
    monkeypatch.delitem(sys.modules, "assignment.storage.lock", raising=False)
    assert run_here("run", "--firstname", "ana") == 2
    errors = capsys.readouterr().err
    assert errors.startswith("error: the package 'filelock' is not installed in this Python") and "type" in errors


def test_options_take_precedence_over_the_settings_of_quick(run_here, monkeypatch):
    requested = []

    def stop_at_settings(settings_class, options):
        requested.append(options)
        raise AssignmentError("enough.")

    monkeypatch.setattr(start, "settings_from", stop_at_settings)
    assert run_here("--firstname", "ana", "--quick", "--epochs", "5", program="run_assignment.py") == 2
    assert requested == [{"firstname": "ana", "seed": 897_080_505, "epochs": 5, "grid_every": 1}]


def test_the_tuned_recipe_adds_its_practices_to_those_that_are_given(run_here, monkeypatch):
    requested = []

    def stop_at_settings(settings_class, options):
        requested.append(options.get("practice"))
        raise AssignmentError("enough.")

    monkeypatch.setattr(start, "settings_from", stop_at_settings)
    for options in ((), ("--recipe", "sheet"), ("--recipe", "tuned"), ("--recipe", "tuned", "--practice", "flip")):
        assert run_here("--firstname", "ana", *options, program="run_assignment.py") == 2
    tuned = list(TUNED_PRACTICES["fashion"])
    assert requested == [None, None, tuned, [*tuned, "flip"]]


@pytest.mark.parametrize(("options", "seed"), [((), 897_080_505), (("--seed", "7"), 7), (("--seed", "0"), 0)])
def test_the_seed_follows_from_the_first_name_unless_it_is_given(
    run_here, capsys, few_digits, monkeypatch, options, seed
):
    seeds = []
    monkeypatch.setattr(
        "assignment.session.stages.run_steps", lambda track, run, step, stop: seeds.append(run.settings.seed)
    )
    assert run_here("--firstname", "ana", *options, program="step 4") == 0 and seeds == [seed]
    assert ("Seed 897080505, from the first name" in capsys.readouterr().out) == (seed == 897_080_505)


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
