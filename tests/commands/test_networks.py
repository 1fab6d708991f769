"""The commands that work on saved networks."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from assignment import cli, runtime
from assignment.checking import measuring
from assignment.data import sources
from assignment.evaluation import judge_training, make_judges
from assignment.evaluation.judge_files import JudgeFacts, StoredJudge
from assignment.foreign.reader import read_contents
from assignment.generators import measure
from assignment.settings.measuring import MeasureSettings

RUN_ASSIGNMENT = Path(__file__).parent.parent.parent / "run_assignment.py"
ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(RUN_ASSIGNMENT.parent)}


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


def test_check_compares_files_and_its_exit_code_says_how_it_went(run_here, capsys, hand_in, monkeypatch):
    monkeypatch.setattr(runtime, "start_tensorflow", lambda: pytest.fail("started"))
    assert run_here("check", str(hand_in)) == 1, "it was never trained"
    output = capsys.readouterr().out
    assert "  yes  layer 1: Dense, 12,544 neurons, no bias\n" in output and "PROBLEM: never trained" in output
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


def test_check_needs_a_generator_and_the_images_to_measure(run_here, capsys, hand_in, monkeypatch):
    monkeypatch.setattr(runtime, "start_tensorflow", lambda: pytest.fail("started"))
    assert run_here("check", "missing.h5", "--measure") == 2
    assert "There is no generator to measure.\n" in capsys.readouterr().out
    assert run_here("check", str(hand_in), "--measure", "--data-dir", "none") == 2
    assert capsys.readouterr() == ("", "error: the data folder none does not exist.\n")


def test_check_says_where_further_files_belong(run_here, capsys):
    assert run_here("check", "a.h5", "--track", "fashion", "b.h5") == 2
    assert "give every FILE next to the others, before or after all options, also b.h5" in capsys.readouterr().err


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
