"""Sessions of a small training: how they end, what they write, and that a continued one equals an uninterrupted one."""

import csv
import os
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from filelock import FileLock

from assignment.errors import AssignmentError
from assignment.evaluation.metrics import NotFinite
from assignment.session import journal, session
from assignment.session.resume import Earlier
from assignment.session.watch import Watch
from assignment.storage.lock import FolderTaken, check_unlocked, lock_folder
from assignment.training.checkpoints import Checkpoints
from assignment.training.steps import Losses
from assignment.training.streams import Purpose, draw_noise

undrawn = pytest.mark.usefixtures("undrawn_figures")


@pytest.fixture(autouse=True)
def losses_are_drawn_with_grids_only(monkeypatch):
    monkeypatch.setattr(journal, "LOSSES_EVERY", 1e9)


@pytest.fixture(scope="module")
def references():
    return {}


@pytest.fixture
def reference(make_session, references, tmp_path_factory):
    """What an uninterrupted training writes, with figures or without; each is trained once."""
    is_drawn = not make_session.view_options
    if is_drawn not in references:
        uninterrupted = make_session(tmp_path_factory.mktemp("uninterrupted"))
        assert uninterrupted.start() is None
        references[is_drawn] = written_files(uninterrupted.workspace)
    return references[is_drawn]


def written_files(workspace):
    """Everything that a training writes, without wall times: history, pictures and newest checkpoint."""
    newest, _ = Checkpoints(workspace.checkpoints).latest()
    with workspace.history.open(newline="", encoding="utf-8") as lines:
        history = [{**row, "seconds": None} for row in csv.DictReader(lines)]
    pictures = {path.name: path.read_bytes() for path in workspace.folder.glob("step*")}
    arrays = {name: values.tobytes() for name, values in newest.variables.items()}
    return history, pictures, arrays, newest.frames.tobytes(), [row._replace(seconds=0) for row in newest.rows]


def at_update(number, action):
    """Return a function that changes an update rule: before its update of this number, `action` is called."""

    def change(update):
        count = iter(range(1, 1000))

        def changed_update(real_images, noise):
            if next(count) == number:
                action()
            return update(real_images, noise)

        return changed_update

    return change


def interrupt():
    signal.raise_signal(signal.SIGTERM)


def fail():
    raise RuntimeError("an unforeseen error")


def diverge_at_once(update):
    return lambda real_images, noise: Losses(np.nan, 0, 0)


@undrawn
def test_averaged_weights_are_drawn_and_saved_but_not_trained(make_session):
    one = make_session(epochs=1)
    one.gan.combined.optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5, use_ema=True, ema_momentum=0.5)
    one.start()
    optimizer = one.gan.combined.optimizer
    averages = [variable.numpy() for variable in optimizer.variables if variable.name.endswith("average")]
    saved = keras.models.load_model(one.workspace.generator_model, compile=False)
    for weight, average in zip(saved.trainable_weights, averages, strict=True):
        np.testing.assert_array_equal(weight, average)
    checkpoint, _ = Checkpoints(one.workspace.checkpoints).latest()
    trained = one.gan.generator.variables[0].numpy()
    assert not np.array_equal(trained, averages[0])
    np.testing.assert_array_equal(checkpoint.variables["generator_00"], trained)
    drawn = saved(draw_noise(1, Purpose.GRID_NOISE, count=12, latent_dim=5), training=False)
    np.testing.assert_allclose(checkpoint.frames[-1], drawn, atol=1e-6)


@undrawn
@pytest.mark.parametrize("stops", [[3], pytest.param([4, 1, 1, 2], marks=pytest.mark.slow)])
def test_a_stopped_training_ends_like_an_uninterrupted_one(make_session, printed, reference, stops):
    for number in stops:
        stopped = make_session(checkpoint_every=5)
        assert stopped.start(at_update(number, interrupt)) == signal.SIGTERM
        assert "the same command continues at epoch" in printed(stopped.run)
    last = make_session(checkpoint_every=5)
    assert last.start() is None
    assert "continuing at epoch" in printed(last.run)
    assert written_files(last.workspace) == reference
    assert (last.record["status"], last.record["epochs_done"], last.record["updates_done"]) == ("finished", 3, 9)


@undrawn
def test_more_epochs_continue_a_finished_training(make_session, printed, reference):
    assert make_session(epochs=1).start() is None
    last = make_session()
    assert last.start() is None and "continuing at epoch 2 of 3" in printed(last.run)
    history, pictures, *arrays = written_files(last.workspace)
    assert pictures.pop("step7_grid_epoch_0001.png"), "the last grid of the finished training is kept"
    assert (history, pictures, *arrays) == reference


@undrawn
def test_finish_writes_all_results_of_a_stopped_training_and_it_can_be_continued(make_session, printed, reference):
    stopped = make_session()
    assert stopped.start(at_update(4, interrupt)) == signal.SIGTERM
    assert "stopped after 1 epoch and 1 update of epoch 2;" in printed(stopped.run)
    assert "add --finish to the same command" in printed(stopped.run)
    finished = make_session(finish=True)
    assert finished.start(lambda update: pytest.fail) is None
    assert "finished after 1 epoch and 1 update of epoch 2" in printed(finished.run)
    record = finished.record
    assert (record["status"], record["epochs_done"], record["updates_done"]) == ("finished", 1, 4)
    assert "Trained for 1 epoch and 1 update of epoch 2; the sheet asks for 300." in record["deviations"]
    again = make_session(finish=True)
    assert again.start(
        lambda update: pytest.fail
    ) is None and "--finish has ended this training after 1 of 3 epochs" in printed(again.run)
    last = make_session()
    assert last.start() is None and "continuing at epoch 2 of 3, update 2" in printed(last.run)
    assert written_files(last.workspace) == reference


@undrawn
def test_finish_without_a_complete_epoch_is_refused(make_session):
    with pytest.raises(AssignmentError, match="no complete epoch"):
        make_session(finish=True).start()
    assert make_session().start(at_update(2, interrupt)) == signal.SIGTERM
    with pytest.raises(AssignmentError, match="no complete epoch"):
        make_session(finish=True).start()


@undrawn
def test_after_an_unforeseen_error_the_results_are_saved_and_the_same_command_continues(
    make_session, printed, reference
):
    failed = make_session()
    with pytest.raises(RuntimeError):
        failed.start(at_update(5, fail))
    assert failed.record["status"] == "failed" and failed.workspace.generator_model.exists()
    last = make_session()
    assert last.start() is None and "continuing at epoch 2 of 3" in printed(last.run)
    assert written_files(last.workspace) == reference


@undrawn
@pytest.mark.parametrize(("loss", "description"), [(np.nan, "NaN (not a number)"), (np.inf, "infinite")])
def test_a_diverged_training_is_stopped_and_its_networks_are_not_saved(make_session, loss, description):
    diverged = make_session()

    def diverge_at_the_fifth_update(update):
        count = iter(range(1, 1000))

        def changed_update(real_images, noise):
            losses = update(real_images, noise)
            return losses._replace(fake=loss) if next(count) == 5 else losses

        return changed_update

    with pytest.raises(AssignmentError) as caught:
        diverged.start(diverge_at_the_fifth_update)
    assert str(caught.value) == (
        f"the discriminator's loss on generated images became {description} in epoch 2, so the training was stopped: an"
        " update was far too large, and the weights cannot recover from it; the checkpoint after epoch 1 is kept, but"
        " continuing from it diverges again: try --batch-size 8 --fresh."
    )
    assert [(problem["name"], problem["first"], problem["try_next"]) for problem in diverged.record["problems"]] == [
        ("divergence", 2, "--batch-size 8 --fresh")
    ]
    assert not diverged.workspace.generator_model.exists()
    assert (diverged.record["status"], diverged.record["epochs_done"]) == ("failed", 1)
    assert [path.name for path in Checkpoints(diverged.workspace.checkpoints).complete()] == ["epoch_0001.npz"]


@undrawn
def test_generated_images_that_are_not_finite_end_the_training_like_a_divergence(make_session, monkeypatch):
    def refuse(watch, grid):
        if len(watch.notes) == 3:  # the untrained networks' notes and those of two epochs
            raise NotFinite("the images, or their features, have NaN or infinite values")
        return {}

    monkeypatch.setattr(Watch, "_variety", refuse)
    diverged = make_session()
    with pytest.raises(AssignmentError, match="the images, or their features, have NaN.*: try --batch-size 8 --fresh"):
        diverged.start()
    assert diverged.record["status"] == "failed" and diverged.record["problems"][-1]["name"] == "divergence"
    assert not diverged.workspace.generator_model.exists()


@undrawn
def test_divergence_in_the_first_epoch_is_recorded_and_the_same_command_starts_again(make_session):
    for _ in range(2):
        diverged = make_session()
        with pytest.raises(AssignmentError, match="in epoch 1, .*starting over with the same options diverges again"):
            diverged.start(diverge_at_once)
        record = diverged.record
        assert (record["status"], record["epochs_done"], record["final_losses"]) == ("failed", 0, None)
        assert [(problem["name"], problem["first"]) for problem in record["problems"]] == [("divergence", 1)]
    assert make_session().start() is None


@undrawn
def test_divergence_in_the_first_epoch_of_a_fresh_training_keeps_the_earlier_record(make_session):
    earlier = make_session(epochs=1)
    earlier.start()
    before = earlier.workspace.record.read_bytes()
    with pytest.raises(AssignmentError):
        make_session(fresh=True).start(diverge_at_once)
    assert earlier.workspace.record.read_bytes() == before


@undrawn
def test_an_infinite_weight_is_never_saved_in_a_checkpoint(make_session):
    diverged = make_session()

    def make_a_weight_infinite():
        (average,) = [one for one in diverged.gan.generator.variables if "moving_variance" in one.path]
        average.assign(np.full_like(average.numpy(), np.inf))  # training does not read it, so the losses stay finite

    with pytest.raises(AssignmentError, match="a value of the generator became infinite in epoch"):
        diverged.start(at_update(6, make_a_weight_infinite))
    assert [path.name for path in Checkpoints(diverged.workspace.checkpoints).complete()] == ["epoch_0001.npz"]


@undrawn
@pytest.mark.parametrize(
    ("precision", "advice"), [("float32", "--batch-size 8"), ("mixed_bfloat16", "--precision float32")]
)
def test_the_advice_after_a_divergence_depends_on_the_precision(make_session, precision, advice):
    diverged = make_session()
    diverged.run = replace(diverged.run, precision=precision)
    with pytest.raises(AssignmentError, match=f"try {advice} --fresh"):
        diverged.start(diverge_at_once, Earlier(None))


@undrawn
def test_fresh_replaces_the_earlier_training_only_after_its_first_epoch(make_session, printed, reference):
    assert make_session(epochs=1).start() is None
    before = {path: path.read_bytes() for path in make_session().workspace.folder.rglob("*") if path.is_file()}
    fresh = make_session(fresh=True)
    assert fresh.start(at_update(2, interrupt)) == signal.SIGTERM
    assert "the earlier training's networks, history, grids and checkpoints are unchanged" in printed(fresh.run)
    assert {path: path.read_bytes() for path in before} == before
    fresh = make_session(fresh=True)
    assert fresh.start(at_update(5, interrupt)) == signal.SIGTERM
    assert "the same command without --fresh continues at epoch 2, update 3" in printed(fresh.run)
    last = make_session()
    assert last.start() is None and written_files(last.workspace) == reference


@pytest.fixture
def interrupt_before_the_first_update(monkeypatch):
    """A function after which a session receives SIGTERM just before its first update."""
    return lambda: monkeypatch.setattr(session, "finite_losses", lambda update: interrupt() or update)


@undrawn
def test_a_stop_before_the_first_update_does_not_rewrite_the_checkpoint(
    make_session, printed, interrupt_before_the_first_update
):
    make_session().start(at_update(5, interrupt))
    again = make_session()
    (newest, _) = Checkpoints(again.workspace.checkpoints).complete()
    before = newest.stat().st_mtime_ns
    interrupt_before_the_first_update()
    assert again.start() == signal.SIGTERM
    assert newest.stat().st_mtime_ns == before and "continues at epoch 2, update 3" in printed(again.run)


@undrawn
def test_a_new_training_that_is_stopped_before_its_first_update_leaves_no_file(
    make_session, printed, interrupt_before_the_first_update
):
    stopped = make_session()
    interrupt_before_the_first_update()
    assert stopped.start() == signal.SIGTERM
    assert not [path for path in stopped.workspace.folder.rglob("*") if path.is_file()]
    assert "after 0 epochs; the same command starts from the beginning" in printed(stopped.run)


@undrawn
def test_a_checkpoint_that_cannot_be_written_is_reported_and_the_training_continues(make_session, printed, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(13, "Permission denied", "epoch_0001.npz")

    one = make_session()
    monkeypatch.setattr(Checkpoints, "save", refuse)
    assert one.start() is None
    assert printed(one.run).count("no checkpoint could be written: permission denied: epoch_0001") == 3


FILES_OF_A_RUN = {
    "history.csv",
    "step7_grid_epoch_0002.png",
    "step7_grid_epoch_0003.png",
    "step7_losses.png",
    "step7_animation.gif",
    "step7_progress.png",
    "run.json",
    "report.html",
    "generator_model_ana.h5",
    "discriminator_model_ana.h5",
    *(f"epoch_000{epoch}.{suffix}" for epoch in (1, 2, 3) for suffix in ("npz", "sha256")),
}


@pytest.fixture
def fail_at_write(monkeypatch):
    """A function that runs an action during which the nth file cannot be written, because the disk is full.

    It returns the error that the action raises, or None if it writes fewer files.
    """

    def run(number, action):
        sync, count = os.fsync, iter(range(1, 1000))

        def full(descriptor):
            if next(count) == number:
                raise OSError(28, "No space left on device")
            sync(descriptor)

        with monkeypatch.context() as patched:
            patched.setattr("assignment.storage.files.os.fsync", full)
            try:
                action()
            except AssignmentError as error:
                return str(error)
        return None

    return run


@undrawn
@pytest.mark.slow
def test_whichever_file_fills_the_disk_the_same_command_ends_like_an_uninterrupted_one(
    make_session, fail_at_write, reference, tmp_path
):
    errors = []
    for number in range(1, 100):
        folder = tmp_path / str(number)
        error = fail_at_write(number, make_session(folder).start)
        if error is None:
            break
        errors.append(error)
        assert not list(tmp_path.rglob(".partial-*"))
        last = make_session(folder)
        assert last.start() is None
        assert written_files(last.workspace) == reference
    assert all(error.startswith("the disk is full: ") and error.count("\n") == 0 for error in errors)
    assert {Path(error.split("; ")[0].removeprefix("the disk is full: ")).name for error in errors} == FILES_OF_A_RUN


@undrawn
def test_a_disk_that_fills_in_the_second_epoch_is_reported_and_the_same_command_continues(
    make_session, fail_at_write, reference
):
    error = fail_at_write(6, make_session().start)  # after the first epoch's history and checkpoint
    assert error.startswith("the disk is full: ") and error.endswith("the same command continues at epoch 2.")
    last = make_session()
    assert not list(last.workspace.folder.rglob(".partial-*"))
    assert last.start() is None and written_files(last.workspace) == reference


@pytest.fixture
def small_disk(tmp_path):
    """A file system of two megabytes, in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no small file system can be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("free_kilobytes", range(20, 620, 120))
def test_a_disk_that_is_really_full_is_reported_and_the_same_command_continues(
    make_session, reference, small_disk, free_kilobytes
):
    """The disk fills in the middle of a file, whichever library writes it."""
    first = make_session(small_disk)
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        file.write(bytes(shutil.disk_usage(small_disk).free - 1024 * free_kilobytes))
    with pytest.raises(AssignmentError, match="the disk is full: .*; make room and the same command"):
        first.start()
    assert not list(small_disk.rglob(".partial-*"))
    filler.unlink()
    last = make_session(small_disk)
    assert last.start() is None and written_files(last.workspace) == reference


@undrawn
@pytest.mark.parametrize(("batch_size", "is_reported"), [(4, False), (12, True), (128, True)])
def test_a_batch_of_all_images_is_reported(make_session, printed, batch_size, is_reported):
    one = make_session(epochs=1, batch_size=batch_size)
    one.start()
    assert ("all images in every update" in printed(one.run)) == is_reported


@undrawn
@pytest.mark.skipif(os.name == "nt", reason="Windows refuses to delete a folder with an open file in it")
@pytest.mark.parametrize("deleted", ["outputs", "models", "outputs/ana/fashion/checkpoints"])
def test_a_folder_that_is_deleted_during_the_training_comes_back_with_everything(
    make_session, reference, tmp_path, deleted
):
    one = make_session()
    one.workspace.real_images.write_bytes(b"drawn in step 2")
    with lock_folder(one.workspace, "the run"):
        assert one.start(at_update(5, lambda: shutil.rmtree(tmp_path / deleted))) is None
        with pytest.raises(AssignmentError, match="another run is writing in .*: the run"):
            check_unlocked([one.workspace])
    assert one.workspace.real_images.read_bytes() == b"drawn in step 2"
    one.workspace.real_images.unlink()  # the reference has none
    assert written_files(one.workspace) == reference
    assert one.record["status"] == "finished" and one.workspace.report.exists()
    assert all(path.exists() for path in one.workspace.models)
    assert make_session().start() is None  # finished: nothing is trained again


@undrawn
@pytest.mark.skipif(os.name == "nt", reason="Windows refuses to delete a folder with an open file in it")
def test_a_stop_after_the_folder_was_deleted_writes_the_checkpoint(make_session, printed, reference, tmp_path):
    stopped = make_session()
    assert stopped.start(at_update(4, lambda: shutil.rmtree(tmp_path / "outputs") or interrupt())) == signal.SIGTERM
    assert "the same command continues at epoch 2, update 2" in printed(stopped.run)
    last = make_session()
    assert last.start() is None and "continuing at epoch 2 of 3, update 2" in printed(last.run)
    assert written_files(last.workspace) == reference


@undrawn
@pytest.mark.skipif(os.name == "nt", reason="Windows refuses to delete a folder with an open file in it")
def test_a_run_whose_folder_was_deleted_and_taken_by_another_run_saves_nothing_more(make_session, printed, tmp_path):
    one = make_session()
    other = FileLock(one.workspace.lock, timeout=0)

    def take_the_folder():
        shutil.rmtree(tmp_path / "outputs")
        one.workspace.prepare()
        one.workspace.record.write_text("of the other run")
        other.acquire()

    with pytest.raises(
        FolderTaken, match="was deleted during this run, and another run is writing in it now.*; this run"
    ):
        with lock_folder(one.workspace, "the run"):
            one.start(at_update(2, take_the_folder))
    other.release()
    files = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {".lock", "run.json"} and one.workspace.record.read_text() == "of the other run"
    assert "saves nothing more" not in printed(one.run)  # the error says it once


@undrawn
def test_a_folder_that_a_file_has_replaced_is_reported_and_the_networks_are_saved(make_session, printed, tmp_path):
    one = make_session()

    def replace():
        shutil.rmtree(tmp_path / "outputs")
        (tmp_path / "outputs").write_text("a file")

    with pytest.raises(OSError):
        one.start(at_update(5, replace))
    assert "the training continues, but " in printed(one.run)
    assert f"{tmp_path / 'outputs'}; choose another one." in printed(one.run)
    assert all(path.exists() for path in one.workspace.models)
