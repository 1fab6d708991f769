from pathlib import Path

import pytest

from assignment.checking.answers import LENGTH, NO, Finding, Line
from assignment.checking.check import FileCheck
from assignment.errors import AssignmentError
from assignment.fashion.sheet import SHEET
from assignment.submission.contents import find_problems, leave_out, read_run, submission_files

REMEDY = "train first, or continue the training, with: train"


def problems(workspace, *checks):
    return find_problems(workspace, read_run(workspace, "train"), SHEET, submission_files(workspace), checks)


def test_a_complete_run_has_no_problems_and_networks_come_first(make_run_folder):
    workspace = make_run_folder()
    assert problems(workspace) == []
    names = list(submission_files(workspace))
    assert names[:2] == ["generator_model_ana.h5", "discriminator_model_ana.h5"] and names[2:] == sorted(names[2:])
    assert {"run.json", "history.csv", "metrics.json", "report.html", "step7_grid_epoch_0002.png"} <= set(names)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "step2_real_images.png",
            "Step 2 (Display the first 12 images from the dataset): step2_real_images.png is missing",
        ),
        ("step7_grid_epoch_0002.png", "Step 7 (Train the GAN model): step7_grid_epoch_*.png is missing"),
        ("history.csv", "history.csv is missing"),
        ("metrics.json", "metrics.json is missing"),
    ],
)
def test_a_missing_file_is_named_with_its_step(make_run_folder, name, words):
    workspace = make_run_folder()
    (workspace.folder / name).unlink()
    (problem,) = problems(workspace)
    assert words in problem


def test_a_run_that_was_not_evaluated_needs_no_metrics(make_run_folder):
    workspace = make_run_folder(evaluated=False)
    workspace.metrics.unlink()
    assert problems(workspace) == []


def test_an_unfinished_run_its_deviations_and_changed_files_are_named(make_run_folder):
    workspace = make_run_folder(status="interrupted", epochs_done=7, deviations=["Not the real images: drawn."])
    workspace.generator_model.write_bytes(b"other")
    first, second, third = problems(workspace)
    assert first == "Not the real images: drawn."
    assert second == "The run is interrupted, after 7 epochs. The same command continues it."
    assert third == "generator_model_ana.h5 was changed after the run."


def test_what_a_check_found_is_named_but_the_length_only_once(make_run_folder):
    lines = (Line("layer 3: slope 0.3", NO, "slope 0.2"), Line("300 epochs", NO, "2, says the file", topic=LENGTH))
    check = FileCheck(Path("g.h5"), lines=lines, findings=(Finding("never trained", "all kernels", "x"),))
    found = ["g.h5: layer 3: slope 0.3. Found: slope 0.2.", "g.h5: never trained: all kernels."]
    assert problems(make_run_folder(deviations=["Trained for 2 epochs."]), check)[1:] == found


def test_a_network_that_cannot_be_read_is_named(make_run_folder):
    assert problems(make_run_folder(), FileCheck(Path("g.h5"), unusable="it is empty")) == [
        "g.h5 cannot be checked: it is empty."
    ]


def test_a_missing_or_damaged_record_is_one_sentence(make_run_folder):
    workspace = make_run_folder()
    workspace.record.write_text("{", encoding="utf-8")
    with pytest.raises(AssignmentError, match=f"run.json is damaged; {REMEDY}"):
        read_run(workspace, "train")
    workspace.record.unlink()
    with pytest.raises(AssignmentError, match=f"run.json does not exist; {REMEDY}"):
        read_run(workspace, "train")


SIZES = {"g.h5": 50, "run.json": 5, "a.gif": 10, "report.html": 20, "big.png": 9, "small.png": 3}


@pytest.mark.parametrize(
    ("maximum", "left"),
    [
        (97, []),
        (96, ["a.gif"]),
        (87, ["a.gif"]),
        (86, ["a.gif", "report.html"]),
        (66, ["a.gif", "report.html", "big.png"]),
        (55, ["a.gif", "report.html", "big.png", "small.png"]),
    ],
)
def test_the_animation_goes_first_then_the_report_then_the_largest_figures(maximum, left):
    assert leave_out(SIZES, maximum, lambda sizes: sum(sizes.values()), ["g.h5", "run.json"]) == left


def test_networks_and_records_are_never_left_out():
    with pytest.raises(
        AssignmentError, match="the .h5 files and the records alone have 0.0 MB; give a larger --max-mb"
    ):
        leave_out(SIZES, 54, lambda sizes: sum(sizes.values()), ["g.h5", "run.json"])


def test_networks_of_another_run_are_named(make_run_folder):
    check = FileCheck(Path("g.h5"), facts={"seed": 6, "epoch": 299})
    assert problems(make_run_folder(), check) == [
        "g.h5 has the seed 6, but run.json the seed 5.",
        "g.h5 has the epoch 299, but run.json the epoch 300.",
    ]
