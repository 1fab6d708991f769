import json
from dataclasses import asdict

import numpy as np
import pytest

from assignment import runtime
from assignment.data.dataset import Provenance
from assignment.errors import AssignmentError
from assignment.session import resume
from assignment.session.resume import Earlier, conditions_of, find_earlier, refuse_other_training
from assignment.storage.files import FORMAT, sha256
from assignment.training.checkpoint_file import Checkpoint
from assignment.training.checkpoints import Checkpoints
from assignment.training.loop import Position, Row
from assignment.training.steps import Losses

IMAGES = np.zeros((3, 28, 28), np.float32)
REAL = Provenance("folder data", "Fashion-MNIST", "MD5", is_standin=False)
DRAWN = Provenance("drawn", "drawn stand-in, not Fashion-MNIST", "nothing to check", is_standin=True)


@pytest.fixture
def make_run(make_run):
    defaults = {"epochs": 300, "batch_size": 128, "evaluation": True, "provenance": REAL, "width": 500}
    return lambda **options: make_run(**{"firstname": "ana", **defaults, **options})


def find(run, images=IMAGES):
    return find_earlier(run, conditions_of(run, images))


def save_checkpoint(run, epochs, updates=0, **changes):
    """Save a checkpoint after this many epochs and updates, as a run that is killed leaves it; return its path."""
    rows = [Row(epoch, 0.5, 1.0, 0.5, 0.5, updates=55, seconds=1.0) for epoch in range(1, epochs + 1)]
    checkpoint = Checkpoint(
        conditions=conditions_of(run, IMAGES),
        versions=runtime.versions(),
        position=Position(epochs + 1, [Losses(0, 0, 0)] * updates),
        rows=rows,
        notes=[{}] * (1 + epochs),
        frames=np.zeros((epochs + 1, 1, 2, 2, 1), np.float32),
        variables={"weights": np.zeros(3)},
    )
    return Checkpoints(run.workspace.checkpoints).save(checkpoint._replace(**changes))


def write_outputs(run, epochs, status="finished", **changes):
    """Write the files and the record of a run that ended after this many epochs."""
    workspace = run.workspace
    figures = (workspace.grid(epochs), workspace.losses, workspace.animation)
    for path in (*figures, workspace.history, workspace.metrics, workspace.report, *workspace.models):
        path.touch()
    record = {
        "format": FORMAT,
        "status": status,
        "epochs_done": epochs,
        "conditions": conditions_of(run, IMAGES),
        "files_sha256": {path.name: sha256(path) for path in workspace.existing_outputs()},
    }
    run.workspace.record.write_text(json.dumps({**record, **changes}), encoding="utf-8")


def read_files(run):
    return {path: path.read_bytes() for path in run.workspace.folder.rglob("*") if path.is_file()}


def test_in_an_empty_folder_the_training_starts_silently(make_run, printed):
    run = make_run()
    assert find(run) == Earlier(None, finished=False) and printed(run) == ""


def test_a_training_continues_after_its_last_checkpoint(make_run, printed):
    save_checkpoint(make_run(), 135)
    run = make_run()
    earlier = find(run)
    assert earlier.checkpoint.epochs_done == 135 and not earlier.finished
    assert printed(run) == "  continuing at epoch 136 of 300\n"


def test_a_training_continues_in_the_middle_of_an_epoch(make_run, printed):
    save_checkpoint(make_run(), 135, updates=30)
    run = make_run()
    assert len(find(run).checkpoint.position.losses) == 30
    assert printed(run) == "  continuing at epoch 136 of 300, update 31\n"


def test_a_training_that_was_killed_after_its_last_epoch_only_writes_its_final_files(make_run, printed):
    save_checkpoint(make_run(), 300)
    run = make_run()
    assert find(run).checkpoint.epochs_done == 300
    assert printed(run) == "  the training is complete (300 epochs); the final files are written again\n"


@pytest.mark.parametrize("has_checkpoints", [True, False])
def test_a_finished_training_is_not_changed(make_run, printed, has_checkpoints):
    run = make_run()
    if has_checkpoints:
        save_checkpoint(run, 300)
    write_outputs(run, 300)
    before = read_files(run)
    assert find(run) == Earlier(None, finished=True) and read_files(run) == before
    assert "This training is finished (300 epochs)." in printed(run)
    assert ("A larger --epochs continues it" in printed(run)) == has_checkpoints


def test_a_finished_training_does_not_need_its_checkpoints(make_run):
    run = make_run()
    save_checkpoint(run, 300).write_bytes(b"")
    write_outputs(run, 300)
    assert find(run).finished


def test_a_missing_file_of_a_finished_training_is_written_again(make_run, printed):
    run = make_run()
    save_checkpoint(run, 300)
    write_outputs(run, 300)
    run.workspace.generator_model.unlink()
    assert find(run).checkpoint.epochs_done == 300
    assert "generator_model_ana.h5 is missing" in printed(run)


def test_a_changed_file_of_a_finished_training_is_written_again(make_run, printed):
    run = make_run()
    save_checkpoint(run, 300)
    write_outputs(run, 300)
    run.workspace.generator_model.write_bytes(b"of another training")
    assert find(run).checkpoint.epochs_done == 300
    assert "generator_model_ana.h5 is not the file that the finished training wrote" in printed(run)


@pytest.mark.parametrize(
    ("name", "evaluation", "is_written_again"),
    [
        ("report", True, True),
        ("report", False, True),
        ("metrics", True, True),
        ("metrics", False, False),
    ],
)
def test_a_finished_training_without_a_report_or_requested_metrics_writes_them(
    make_run, printed, name, evaluation, is_written_again
):
    run = make_run(evaluation=evaluation)
    save_checkpoint(run, 300)
    path = getattr(run.workspace, name)
    write_outputs(run, 300)
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    record["files_sha256"].pop(path.name, None)  # as if the run had never written it
    run.workspace.record.write_text(json.dumps(record), encoding="utf-8")
    path.unlink()
    assert find(run).finished != is_written_again
    assert (f"{path.name} is missing" in printed(run)) == is_written_again


def test_a_finished_training_remains_finished_if_its_continuation_was_killed_in_the_next_epoch(make_run):
    run = make_run(epochs=20)
    write_outputs(run, 20)
    save_checkpoint(run, 20, updates=3)
    assert find(run).finished


def test_more_epochs_continue_a_finished_training(make_run, printed):
    run = make_run(epochs=20)
    save_checkpoint(run, 20)
    write_outputs(run, 20)
    run = make_run(epochs=300)
    assert find(run).checkpoint.epochs_done == 20 and "continuing at epoch 21 of 300" in printed(run)


@pytest.mark.parametrize(
    ("epochs", "updates", "length"), [(21, 0, "21 epochs"), (20, 3, "20 epochs and 3 updates of epoch 21")]
)
def test_fewer_epochs_than_are_done_are_refused(make_run, epochs, updates, length):
    save_checkpoint(make_run(), epochs, updates)
    message = f"after {length}, which is more than the 20 epochs requested; give a larger --epochs"
    with pytest.raises(AssignmentError, match=message):
        find(make_run(epochs=20))


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"seed": 2}, r"a training with --seed 1 \(this command has 2\); use"),
        ({"batch_size": 64}, r"--batch-size 128 \(this command has 64\)"),
        ({"precision": "mixed_bfloat16"}, r"--precision float32 \(this command has mixed_bfloat16\)"),
        ({"provenance": DRAWN}, r"other images \(Fashion-MNIST; this command has drawn stand-in, not Fashion-MNIST\)"),
        ({"seed": 2, "batch_size": 64}, r"--batch-size 128 \(this command has 64\) and --seed 1 \(this command"),
    ],
)
@pytest.mark.parametrize("was_killed", [True, False])
def test_another_training_is_refused_and_the_difference_is_named(make_run, changes, difference, was_killed):
    run = make_run()
    if was_killed:
        save_checkpoint(run, 135)
    else:
        write_outputs(run, 135, "interrupted")
    before = read_files(run)
    with pytest.raises(AssignmentError, match=difference):
        find(make_run(**changes))
    assert read_files(run) == before


def test_other_images_of_the_same_name_are_refused(make_run):
    save_checkpoint(make_run(), 5)
    with pytest.raises(AssignmentError, match="other images, although both are called Fashion-MNIST"):
        find(make_run(), images=IMAGES + 1)


def test_settings_that_are_not_conditions_may_change(make_run, tmp_path):
    save_checkpoint(make_run(), 5)
    run = make_run(epochs=7, grid_every=3, checkpoint_every=2, data="real", data_dir=tmp_path, show=True)
    assert find(run).checkpoint.epochs_done == 5


def test_fresh_ignores_another_training_and_damaged_checkpoints(make_run):
    save_checkpoint(make_run(), 5).write_bytes(b"damaged")
    assert find(make_run(fresh=True, seed=2)) == Earlier(None)


def test_a_record_of_another_version_is_refused_and_fresh_replaces_it(make_run):
    write_outputs(make_run(), 300, format=FORMAT - 1)
    with pytest.raises(AssignmentError, match="run.json was written by another version"):
        find(make_run())
    assert find(make_run(fresh=True)) == Earlier(None)


@pytest.mark.parametrize("record", ['{"status": "finished", "epochs_done": 300}', "{}"])
def test_a_record_without_a_format_is_refused_and_fresh_replaces_it(make_run, record):
    run = make_run()
    run.workspace.record.write_text(record, encoding="utf-8")
    run.workspace.generator_model.touch()
    with pytest.raises(AssignmentError, match="run.json was written by another version"):
        find(run)
    assert find(make_run(fresh=True)) == Earlier(None)


def test_a_damaged_checkpoint_is_reported_and_the_one_before_is_used(make_run, printed):
    save_checkpoint(make_run(), 5)
    damaged = save_checkpoint(make_run(), 10)
    damaged.write_bytes(damaged.read_bytes()[:-1])
    run = make_run()
    assert find(run).checkpoint.epochs_done == 5
    assert "A checkpoint is damaged" in printed(run) and "epoch_0010.npz" in printed(run)


@pytest.mark.parametrize("checksum", ["missing", "a folder"])
def test_a_checkpoint_without_a_checksum_is_reported_and_skipped(make_run, printed, checksum):
    save_checkpoint(make_run(), 5)
    path = save_checkpoint(make_run(), 10).with_suffix(".sha256")
    path.unlink()
    if checksum == "a folder":
        path.mkdir()
    run = make_run()
    assert find(run).checkpoint.epochs_done == 5
    assert "epoch_0010.npz does not match its checksum; it is skipped" in printed(run)


def test_after_a_kill_during_the_first_checkpoint_the_training_starts_again(make_run, printed):
    save_checkpoint(make_run(), 5).with_suffix(".sha256").unlink()
    run = make_run()
    assert find(run) == Earlier(None) and "A checkpoint is damaged" in printed(run)


def test_if_all_checkpoints_are_damaged_the_training_is_refused(make_run):
    save_checkpoint(make_run(), 5).write_bytes(b"damaged")
    with pytest.raises(AssignmentError, match="none of its checkpoints agrees with its checksum"):
        find(make_run())


def test_a_training_whose_checkpoints_are_missing_is_refused(make_run):
    run = make_run()
    write_outputs(run, 135, "interrupted")
    with pytest.raises(AssignmentError, match="holds 135 epochs of this training, but no checkpoint to continue from"):
        find(make_run())


@pytest.mark.parametrize("record", [None, "half a rec", "[]"])
def test_a_training_that_was_killed_before_its_first_checkpoint_starts_at_epoch_1(make_run, printed, record):
    run = make_run()
    run.workspace.history.touch()
    if record is not None:
        run.workspace.record.write_text(record)
    assert find(run) == Earlier(None)
    assert "there is no checkpoint in" in printed(run) and "starts at epoch 1" in printed(run)


def test_a_single_step_is_refused_in_the_folder_of_another_training(make_run):
    run = make_run()
    write_outputs(run, 5)
    refuse_other_training(run, conditions_of(run, IMAGES))
    other = make_run(seed=2)
    with pytest.raises(AssignmentError, match=r"a training with --seed 1 \(this command has 2\)"):
        refuse_other_training(other, conditions_of(other, IMAGES))
    refuse_other_training(make_run(seed=2, fresh=True), conditions_of(other, IMAGES))


@pytest.mark.parametrize(
    ("found", "is_warned"),
    [("no files", False), ("a model", True), ("a finished run", False), ("a killed run", False)],
)
def test_a_warning_is_printed_before_a_model_of_another_folder_is_replaced(make_run, printed, found, is_warned):
    run = make_run()
    if found == "a finished run":
        write_outputs(run, 5)
    elif found != "no files":
        run.workspace.generator_model.touch()
    if found in ("a finished run", "a killed run"):
        save_checkpoint(run, 5)
    find(run)
    assert ("generator_model_ana.h5" in printed(run) and "will replace or delete" in printed(run)) == is_warned


def test_a_warning_is_printed_if_the_software_changed(make_run, printed):
    save_checkpoint(make_run(), 5, versions={**runtime.versions(), "tensorflow": "2.20.0"})
    run = make_run()
    assert find(run).checkpoint.epochs_done == 5
    assert f"began with tensorflow 2.20.0 (now {runtime.versions()['tensorflow']}). It continues" in printed(run)


@pytest.mark.parametrize("name", ["usable processors", "processor", "variables", "parallel operations"])
def test_a_warning_is_printed_if_something_changed_that_changes_sums(make_run, printed, name):
    save_checkpoint(make_run(), 5, versions={**runtime.versions(), name: "other"})
    run = make_run()
    find(run)
    assert f"began with {name} other (now {runtime.versions()[name]})" in printed(run)


def test_no_warning_is_printed_for_what_an_earlier_version_did_not_record(make_run, printed):
    versions = runtime.versions()
    save_checkpoint(make_run(), 5, versions={name: versions[name] for name in ("assignment", "tensorflow", "system")})
    run = make_run()
    find(run)
    assert "other software" not in printed(run)


def test_no_warning_is_printed_if_the_software_is_the_same(make_run, printed):
    save_checkpoint(make_run(), 5)
    run = make_run()
    find(run)
    assert "other software" not in printed(run)


def test_without_practices_the_conditions_do_not_mention_them(make_run):
    assert "practice" not in conditions_of(make_run(), IMAGES)


def test_a_training_with_other_practices_is_refused(make_run):
    save_checkpoint(make_run(practice=["ema", "dropout"]), 2)
    assert find(make_run(practice=["dropout", "ema"])).checkpoint is not None
    with pytest.raises(AssignmentError, match=r"--practice dropout, ema \(this command has none\)"):
        find(make_run())


def test_a_training_without_practices_is_named_as_such(make_run):
    save_checkpoint(make_run(), 2)
    with pytest.raises(AssignmentError, match=r"a training with no --practice \(this command has ema\)"):
        find(make_run(practice=["ema"]))


@pytest.mark.parametrize(
    "changes",
    [
        {"status": ["finished"]},
        {"status": None},
        {"epochs_done": "300"},
        {"epochs_done": -1},
        {"epochs_done": 1.5},
        {"conditions": []},
        {"conditions": {"seed": {"of": "another"}}},
        {"conditions": {"seed": 10**30}},
        {"conditions": {"data": "a line\n"}},
        {"conditions": {"data": "\ud800"}},
        {"conditions": {"data": "x" * 5_000}},
        {"files_sha256": ["history.csv"]},
        {"files_sha256": {"history.csv": 1.0}},
        {"files_sha256": None},
    ],
)
def test_a_record_of_another_shape_is_ignored(make_run, changes):
    run = make_run()
    write_outputs(run, 300, **changes)
    assert find(run) == Earlier(None)
    refuse_other_training(make_run(seed=2), conditions_of(make_run(seed=2), IMAGES))
    assert find(make_run(fresh=True)) == Earlier(None)


@pytest.mark.parametrize("name", ["../../secret", "step7_old.png", "a" * 5_000, "\0", "checkpoints"])
def test_files_that_a_run_does_not_write_do_not_count(make_run, name):
    run = make_run()
    write_outputs(run, 300)
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    record["files_sha256"][name] = "0" * 64
    run.workspace.record.write_text(json.dumps(record), encoding="utf-8")
    assert find(run).finished


def test_a_file_far_larger_than_any_output_is_not_hashed(make_run, printed, monkeypatch):
    run = make_run()
    write_outputs(run, 300)
    save_checkpoint(run, 300)
    big = run.workspace.generator_model
    big.write_bytes(bytes(11))
    monkeypatch.setattr(resume, "MAX_OUTPUT_BYTES", 10)
    monkeypatch.setattr(resume, "sha256", lambda path: pytest.fail("it was read") if path == big else sha256(path))
    assert find(run).checkpoint.epochs_done == 300
    assert "generator_model_ana.h5 is not the file that the finished training wrote" in printed(run)


def test_a_forgotten_data_folder_is_named_before_the_stand_in_could_replace_the_training(make_run):
    data = {**asdict(REAL), "description": REAL.description}
    write_outputs(make_run(), 135, "interrupted", data=data)
    save_checkpoint(make_run(), 135)
    with pytest.raises(AssignmentError, match="a training on Fashion-MNIST, from folder data, .* give --data-dir"):
        find(make_run(provenance=DRAWN))
