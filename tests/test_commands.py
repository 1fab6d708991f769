"""The commands: what each does with its options."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from assignment import commands, environment, runtime
from assignment.errors import AssignmentError
from assignment.figures import letters
from assignment.figures.window import Windows
from assignment.practices.catalogue import CATALOGUE

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
    assert run_here("--firstname", "ana", program="step 3") == 1
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
    assert requested == [{"firstname": "ana", "epochs": 5, "grid_every": 1, "evaluation": False}]


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


@pytest.mark.parametrize("command", [("run",), ("sample",), ("run", "--track", "conditional")])
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
