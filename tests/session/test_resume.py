import json

import numpy as np
import pytest

from assignment import runtime
from assignment.data.dataset import Provenance
from assignment.errors import AssignmentError
from assignment.session.resume import conditions_of, find_earlier, refuse_other_training
from assignment.storage.files import FORMAT, sha256
from assignment.training.checkpoints import Checkpoint, Checkpoints
from assignment.training.loop import Position, Row
from assignment.training.steps import Losses

IMAGES = np.zeros((3, 28, 28), np.float32)
REAL = Provenance("folder data", "Fashion-MNIST", "MD5", is_standin=False)
DRAWN = Provenance("drawn", "drawn stand-in, not Fashion-MNIST", "nothing", is_standin=True)


@pytest.fixture
def make_run(make_run):
    defaults = {"epochs": 300, "batch_size": 128, "evaluation": True, "provenance": REAL, "width": 500}
    return lambda **options: make_run(**{"firstname": "ana", **defaults, **options})


def find(run, images=IMAGES):
    return find_earlier(run, conditions_of(run, images))


def said(run):
    return run.screen.console.file.getvalue()


def stand(run, epochs, updates=0, **changed):
    """Leave a checkpoint as a run that was killed would."""
    rows = [Row(epoch, 0.5, 1.0, 0.5, 0.5, updates=1, seconds=1.0) for epoch in range(1, epochs + 1)]
    checkpoint = Checkpoint(
        conditions=conditions_of(run, IMAGES),
        versions=runtime.versions(),
        position=Position(epochs + 1, [Losses(0, 0, 0)] * updates),
        rows=rows,
        notes=[{}] * (1 + epochs),
        frames=np.zeros((epochs + 1, 12, 28, 28, 1), np.float32),
        variables={"weights": np.zeros(3)},
    )
    return Checkpoints(run.workspace.checkpoints).save(checkpoint._replace(**changed))


def finish(run, epochs, status="finished"):
    """Leave the files of a run that came to its end."""
    workspace = run.workspace
    figures = (workspace.grid(epochs), workspace.losses, workspace.animation)
    for path in (*figures, workspace.history, workspace.metrics, workspace.report, *workspace.models):
        path.touch()
    sums = {path.name: sha256(path) for path in workspace.existing_outputs()}
    record = {
        "format": FORMAT,
        "status": status,
        "epochs_done": epochs,
        "conditions": conditions_of(run, IMAGES),
        "files_sha256": sums,
    }
    run.workspace.record.write_text(json.dumps(record), encoding="utf-8")


def files(run):
    return {path: path.read_bytes() for path in run.workspace.folder.rglob("*") if path.is_file()}


def test_nothing_stands(make_run):
    run = make_run()
    assert find(run) == (None, False) and said(run) == ""


def test_it_goes_on_and_says_where(make_run):
    stand(make_run(), 135)
    run = make_run()
    earlier = find(run)
    assert earlier.checkpoint.epochs_done == 135 and not earlier.finished
    assert said(run) == "  continuing at epoch 136 of 300\n"


def test_in_the_middle_of_an_epoch(make_run):
    stand(make_run(), 135, updates=30)
    run = make_run()
    assert len(find(run).checkpoint.position.losses) == 30
    assert said(run) == "  continuing at epoch 136 of 300, update 31\n"


def test_trained_to_the_end_but_killed_before_it_was_drawn(make_run):
    stand(make_run(), 300)
    run = make_run()
    assert find(run).checkpoint.epochs_done == 300
    assert said(run) == "  all 300 epochs are trained; the final files are written again\n"


@pytest.mark.parametrize("checkpoints", [True, False])
def test_a_finished_run_is_left_alone(make_run, checkpoints):
    run = make_run()
    if checkpoints:
        stand(run, 300)
    finish(run, 300)
    before = files(run)
    assert find(run) == (None, True) and files(run) == before
    assert "This training is finished: 300 epochs are done" in said(run)
    assert ("A larger --epochs continues it" in said(run)) == checkpoints


def test_a_finished_run_is_left_alone_though_its_checkpoints_are_damaged(make_run):
    run = make_run()
    stand(run, 300).write_bytes(b"")
    finish(run, 300)
    assert find(run).finished


def test_a_finished_run_of_which_a_file_is_missing_makes_its_end_again(make_run):
    run = make_run()
    stand(run, 300)
    finish(run, 300)
    run.workspace.generator_model.unlink()
    assert find(run).checkpoint.epochs_done == 300
    assert "generator_model_ana.h5 is missing" in said(run)


@pytest.mark.parametrize(
    ("name", "evaluation", "again"),
    [
        ("report", True, True),
        ("report", False, True),
        ("metrics", True, True),
        ("metrics", False, False),
    ],
)
def test_a_finished_run_that_lacks_what_is_asked_for_makes_its_end_again(make_run, name, evaluation, again):
    run = make_run(evaluation=evaluation)
    stand(run, 300)
    path = getattr(run.workspace, name)
    finish(run, 300)
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    record["files_sha256"].pop(path.name, None)  # as of a run that never had it
    run.workspace.record.write_text(json.dumps(record), encoding="utf-8")
    path.unlink()
    assert find(run).finished != again and (f"{path.name} is missing" in said(run)) == again


def test_a_finished_run_of_which_a_file_is_another_by_now_makes_its_end_again(make_run):
    run = make_run()
    stand(run, 300)
    finish(run, 300)
    run.workspace.generator_model.write_bytes(b"another training's")
    assert find(run).checkpoint.epochs_done == 300
    assert "generator_model_ana.h5 is not the file that the finished training wrote" in said(run)


def test_a_finished_run_that_was_about_to_go_on_is_finished_all_the_same(make_run):
    run = make_run(epochs=20)
    finish(run, 20)
    stand(run, 20, updates=3)
    assert find(run).finished


def test_more_epochs_go_on(make_run):
    run = make_run(epochs=20)
    stand(run, 20)
    finish(run, 20)
    run = make_run(epochs=300)
    assert find(run).checkpoint.epochs_done == 20 and "continuing at epoch 21 of 300" in said(run)


@pytest.mark.parametrize(("epochs", "updates", "length"), [(21, 0, "21 epochs"), (20, 3, "20 epochs and 3 updates")])
def test_fewer_epochs_than_were_done_are_refused(make_run, epochs, updates, length):
    stand(make_run(), epochs, updates)
    with pytest.raises(
        AssignmentError, match=f"after {length}, which is more than --epochs 20; give a larger --epochs"
    ):
        find(make_run(epochs=20))


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        ({"seed": 2}, r"a training with --seed 1 \(this command has 2\); use"),
        ({"batch_size": 64}, r"--batch-size 128 \(this command has 64\)"),
        ({"precision": "mixed_bfloat16"}, r"--precision float32 \(this command has mixed_bfloat16\)"),
        ({"provenance": DRAWN}, r"other images \(Fashion-MNIST; this command has drawn stand-in, not Fashion-MNIST\)"),
        ({"seed": 2, "batch_size": 64}, r"--batch-size 128 \(this command has 64\) and --seed 1 \(this command"),
    ],
)
@pytest.mark.parametrize("killed", [True, False])
def test_another_training_is_refused_and_the_difference_named(make_run, changed, difference, killed):
    run = make_run()
    stand(run, 135) if killed else finish(run, 135, "interrupted")
    before = files(run)
    with pytest.raises(AssignmentError, match=difference):
        find(make_run(**changed))
    assert files(run) == before


def test_other_images_of_the_same_name_are_refused(make_run):
    stand(make_run(), 5)
    with pytest.raises(AssignmentError, match="other images, although both are called Fashion-MNIST"):
        find(make_run(), images=IMAGES + 1)


def test_what_is_no_condition_may_change(make_run, tmp_path):
    stand(make_run(), 5)
    run = make_run(epochs=7, grid_every=3, checkpoint_every=2, data="real", data_dir=tmp_path, show=True)
    assert find(run).checkpoint.epochs_done == 5


def test_fresh_looks_at_nothing(make_run):
    stand(make_run(), 5).write_bytes(b"damaged")
    assert find(make_run(fresh=True, seed=2)) == (None, False)


def test_a_damaged_checkpoint_is_said_and_the_one_before_is_used(make_run):
    stand(make_run(), 5)
    damaged = stand(make_run(), 10)
    damaged.write_bytes(damaged.read_bytes()[:-1])
    run = make_run()
    assert find(run).checkpoint.epochs_done == 5
    assert "A checkpoint is damaged" in said(run) and "epoch_0010.npz" in said(run)


@pytest.mark.parametrize("harm", ["gone", "a folder"])
def test_a_checkpoint_that_nothing_vouches_for_is_passed_over_and_said(make_run, harm):
    stand(make_run(), 5)
    sum_of = stand(make_run(), 10).with_suffix(".sha256")
    sum_of.unlink()
    if harm == "a folder":
        sum_of.mkdir()
    run = make_run()
    assert find(run).checkpoint.epochs_done == 5
    assert "epoch_0010.npz does not match its checksum; it is skipped" in said(run)


def test_a_first_checkpoint_whose_writing_was_cut_short_is_no_hindrance(make_run):
    stand(make_run(), 5).with_suffix(".sha256").unlink()
    run = make_run()
    assert find(run) == (None, False) and "A checkpoint is damaged" in said(run)


def test_a_folder_of_another_training_takes_no_single_step(make_run):
    run = make_run()
    finish(run, 5)
    refuse_other_training(run, conditions_of(run, IMAGES))
    other = make_run(seed=2)
    with pytest.raises(AssignmentError, match=r"a training with --seed 1 \(this command has 2\)"):
        refuse_other_training(other, conditions_of(other, IMAGES))
    refuse_other_training(make_run(seed=2, fresh=True), conditions_of(other, IMAGES))


@pytest.mark.parametrize(
    ("left", "warned"), [("nothing", False), ("a model", True), ("own models", False), ("a killed run", False)]
)
def test_a_model_of_another_folder_is_not_replaced_silently(make_run, left, warned):
    run = make_run()
    if left == "own models":
        finish(run, 5)
    elif left != "nothing":
        run.workspace.generator_model.touch()
    if left in ("own models", "a killed run"):
        stand(run, 5)
    find_earlier(run, conditions_of(run, IMAGES))
    assert ("generator_model_ana.h5 was not written by a training in" in said(run)) == warned


def test_damaged_ones_alone_are_an_error(make_run):
    stand(make_run(), 5).write_bytes(b"damaged")
    with pytest.raises(AssignmentError, match="all of its checkpoints are damaged"):
        find(make_run())


def test_a_training_without_its_checkpoints_is_not_silently_begun_anew(make_run):
    run = make_run()
    finish(run, 135, "interrupted")
    with pytest.raises(AssignmentError, match="holds 135 epochs of this training, but no checkpoint to continue from"):
        find(make_run())


@pytest.mark.parametrize("record", [None, "half a rec", "[]", "{}"])
def test_a_run_that_was_killed_before_its_first_checkpoint_begins_anew_and_says_so(make_run, record):
    run = make_run()
    run.workspace.history.touch()
    if record is not None:
        run.workspace.record.write_text(record)
    assert find(run) == (None, False)
    assert "there is no checkpoint in" in said(run) and "starts at epoch 1" in said(run)


def test_other_software_is_said(make_run):
    stand(make_run(), 5, versions={**runtime.versions(), "tensorflow": "2.20.0"})
    run = make_run()
    assert find(run).checkpoint.epochs_done == 5
    assert f"began with tensorflow 2.20.0 (now {runtime.versions()['tensorflow']}). It continues" in said(run)


def test_the_same_software_is_not(make_run):
    stand(make_run(), 5)
    run = make_run()
    find(run)
    assert "other software" not in said(run)


def test_a_training_without_practices_is_the_one_that_it_was_before_there_were_any(make_run):
    assert "practice" not in conditions_of(make_run(), IMAGES)


def test_other_practices_are_another_training(make_run):
    stand(make_run(practice=["ema", "dropout"]), 2)
    assert find(make_run(practice=["dropout", "ema"])).checkpoint is not None
    with pytest.raises(AssignmentError, match=r"--practice dropout, ema \(this command has none\)"):
        find(make_run())
