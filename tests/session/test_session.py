"""Sessions of a small training: how they end, what they leave, and that a continued one equals an uninterrupted one."""

import csv
import json
import os
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from assignment.errors import AssignmentError
from assignment.fashion.sheet import SHEET
from assignment.practices.view import TrainingView
from assignment.session import journal, session
from assignment.session.resume import Earlier, conditions_of, find_earlier
from assignment.session.run import Run
from assignment.session.session import Training, run_session
from assignment.storage.files import replacing
from assignment.training.checkpoints import Checkpoints
from assignment.training.export import ModelMetadata, export_pair
from assignment.training.loop import train, updates_per_epoch
from assignment.training.steps import Losses, compiled_update
from assignment.training.streams import Purpose, draw_noise

IMAGES = np.random.default_rng(0).uniform(-1, 1, (10, 28, 28, 1)).astype(np.float32)


@pytest.fixture(autouse=True)
def losses_drawn_with_grids_only(monkeypatch):
    monkeypatch.setattr(journal, "LOSSES_EVERY", 1e9)


@pytest.fixture
def make_session(make_gan, make_run, standin, tmp_path):
    """A function that makes a session of a small training; `carry_out` runs it."""

    class Session:
        drawing = {}

        def __init__(self, folder=tmp_path, **options):
            options = {"epochs": 3, "batch_size": 4, "grid_every": 2, "checkpoint_every": 1, **options}
            self.run = make_run(firstname="ana", folder=folder, provenance=standin, **options)
            self.workspace = self.run.workspace
            self.workspace.remove_partials()
            self.gan = make_gan()
            self.conditions = conditions_of(self.run, IMAGES)

        def carry_out(self, meddle=lambda update: update, earlier=None):
            settings, generator = self.run.settings, self.gan.generator
            noise = draw_noise(1, Purpose.GRID_NOISE, count=12, latent_dim=5)
            metadata = ModelMetadata("fashion", "ana", 1, "a stand-in")
            training = Training(
                gan=self.gan,
                update=meddle(compiled_update(self.gan)),
                rows=lambda update, position: train(
                    update,
                    IMAGES,
                    epochs=settings.epochs,
                    batch_size=settings.batch_size,
                    latent_dim=5,
                    seed=1,
                    position=position,
                ),
                updates_per_epoch=updates_per_epoch(len(IMAGES), settings.batch_size),
                view=TrainingView(lambda: generator(noise, training=False).numpy(), **self.drawing),
                save=lambda: export_pair(self.gan, self.workspace.models, metadata),
                proof=[],
                conditions=self.conditions,
                began=0.0,
                metadata=metadata,
                sheet=SHEET,
            )
            return run_session(self.run, training, earlier or find_earlier(self.run, self.conditions))

        @property
        def printed(self):
            return self.run.screen.console.file.getvalue()

        @property
        def record(self):
            return json.loads(self.workspace.record.read_text(encoding="utf-8"))

    return Session


def left(workspace):
    """All that a training leaves, but for wall times: files by name, the newest checkpoint, the history."""
    newest = Checkpoints(workspace.checkpoints).latest()[0]
    with workspace.history.open(newline="", encoding="utf-8") as lines:
        history = [{**row, "seconds": None} for row in csv.DictReader(lines)]
    pictures = {path.name: path.read_bytes() for path in workspace.folder.glob("step*")}
    arrays = {name: values.tobytes() for name, values in newest.variables.items()}
    return history, pictures, arrays, newest.frames.tobytes(), [row._replace(seconds=0) for row in newest.rows]


def fail_at(number, error):
    """Something that comes around an update rule, whose `number`th update raises instead."""

    def meddle(update):
        count = iter(range(1, 1000))

        def meddled(real_images, noise):
            if next(count) == number:
                error()
            return update(real_images, noise)

        return meddled

    return meddle


def interrupt():
    signal.raise_signal(signal.SIGTERM)


def test_a_generator_with_averaged_weights_is_drawn_and_saved_with_them_and_trained_without(make_session):
    once = make_session(epochs=1)
    once.gan.combined.optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5, use_ema=True, ema_momentum=0.5)
    once.carry_out()
    optimizer = once.gan.combined.optimizer
    averages = [one.numpy() for one in optimizer.variables if one.name.endswith("average")]
    saved = keras.models.load_model(once.workspace.generator_model, compile=False)
    for weight, average in zip(saved.trainable_weights, averages, strict=True):
        np.testing.assert_array_equal(weight, average)
    kept, _ = Checkpoints(once.workspace.checkpoints).latest()
    trained = once.gan.generator.variables[0].numpy()
    assert not np.array_equal(trained, averages[0])
    np.testing.assert_array_equal(kept.variables["generator_00"], trained)
    drawn = saved(draw_noise(1, Purpose.GRID_NOISE, count=12, latent_dim=5), training=False)
    np.testing.assert_allclose(kept.frames[-1], drawn, atol=1e-6)


@pytest.fixture(scope="module")
def never_stopped(tmp_path_factory):
    return {"folder": tmp_path_factory.mktemp("never_stopped"), "left": None}


@pytest.fixture
def reference(make_session, never_stopped):
    """What a training that never stopped leaves; made once."""
    if never_stopped["left"] is None:
        whole = make_session(never_stopped["folder"])
        assert whole.carry_out() is None
        never_stopped["left"] = left(whole.workspace)
    return never_stopped["left"]


@pytest.mark.parametrize("stops", [[3], [4, 1, 1, 2]])
def test_a_training_that_was_stopped_ends_as_one_that_never_was(make_session, reference, stops):
    for number in stops:
        stopped = make_session(checkpoint_every=5)
        assert stopped.carry_out(fail_at(number, interrupt)) == signal.SIGTERM
        assert "the same command continues at epoch" in stopped.printed
    last = make_session(checkpoint_every=5)
    assert last.carry_out() is None
    assert "continuing at epoch" in last.printed
    assert left(last.workspace) == reference
    assert (last.record["status"], last.record["epochs_done"], last.record["updates_done"]) == ("finished", 3, 9)


def test_more_epochs_simply_go_on(make_session, reference):
    assert make_session(epochs=1).carry_out() is None
    last = make_session()
    assert last.carry_out() is None and "continuing at epoch 2 of 3" in last.printed
    assert left(last.workspace) == reference


def test_an_unforeseen_error_leaves_what_was_reached_and_the_same_command_goes_on(make_session, reference):
    def fail():
        raise RuntimeError("the cat")

    failed = make_session()
    with pytest.raises(RuntimeError):
        failed.carry_out(fail_at(5, fail))
    assert failed.record["status"] == "failed" and failed.workspace.generator_model.exists()
    last = make_session()
    assert last.carry_out() is None and "continuing at epoch 2 of 3" in last.printed
    assert left(last.workspace) == reference


@pytest.mark.parametrize("loss", [np.nan, np.inf])
def test_a_training_that_breaks_down_is_stopped_and_nothing_of_it_kept(make_session, loss):
    sick = make_session()

    def meddle(update):
        count = iter(range(1, 1000))

        def meddled(real_images, noise):
            losses = update(real_images, noise)
            return losses._replace(fake=loss) if next(count) == 5 else losses

        return meddled

    with pytest.raises(AssignmentError) as caught:
        sick.carry_out(meddle)
    assert str(caught.value) == (
        f"the discriminator's loss on generated images became {'NaN (not a number)' if loss != loss else 'infinite'} in"
        " epoch 2, so the training was stopped: an update was far too large, and the weights cannot recover from it;"
        " the checkpoint after epoch 1 is kept, but continuing from it diverges again: try --batch-size 8 --fresh."
    )
    assert [(one["name"], one["first"], one["try_next"]) for one in sick.record["problems"]] == [
        ("divergence", 2, "--batch-size 8 --fresh")
    ]
    assert not sick.workspace.generator_model.exists(), "networks that broke down are nothing to hand in"
    assert (sick.record["status"], sick.record["epochs_done"]) == ("failed", 1)
    assert [path.name for path in Checkpoints(sick.workspace.checkpoints).complete()] == ["epoch_0001.npz"]


def broken_at_once(update):
    return lambda real_images, noise: Losses(np.nan, 0, 0)


def test_a_breakdown_in_the_first_epoch_is_recorded_and_begins_anew(make_session):
    for _ in range(2):
        sick = make_session()
        with pytest.raises(AssignmentError, match="in epoch 1, so the training was stopped"):
            sick.carry_out(broken_at_once)
        assert (sick.record["status"], sick.record["epochs_done"], sick.record["final_losses"]) == ("failed", 0, None)
        assert [(one["name"], one["first"]) for one in sick.record["problems"]] == [("divergence", 1)]
    assert make_session().carry_out() is None


def test_a_breakdown_in_the_first_epoch_leaves_what_it_was_to_replace(make_session):
    whole = make_session()
    whole.carry_out()
    before = whole.workspace.record.read_bytes()
    with pytest.raises(AssignmentError):
        make_session(fresh=True).carry_out(broken_at_once)
    assert whole.workspace.record.read_bytes() == before


def test_a_weight_that_broke_down_never_reaches_a_checkpoint(make_session):
    sick = make_session()

    def spoil():
        (average,) = [one for one in sick.gan.generator.variables if "moving_variance" in one.path]
        average.assign(np.full_like(average.numpy(), np.inf))  # no training reads it, so no loss tells

    with pytest.raises(AssignmentError, match="a value of the generator became infinite in epoch"):
        sick.carry_out(fail_at(6, spoil))
    assert [path.name for path in Checkpoints(sick.workspace.checkpoints).complete()] == ["epoch_0001.npz"]


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_the_advice_fits_the_precision(make_session, precision):
    sick = make_session()
    sick.run = replace(sick.run, precision=precision)
    with pytest.raises(AssignmentError, match="float32" if precision != "float32" else "--batch-size 8"):
        sick.carry_out(broken_at_once, Earlier(None))


def test_fresh_starts_over_once_its_first_epoch_is_done(make_session, reference):
    assert make_session(epochs=1).carry_out() is None
    before = {path: path.read_bytes() for path in make_session().workspace.folder.rglob("*") if path.is_file()}
    fresh = make_session(fresh=True)
    assert fresh.carry_out(fail_at(2, interrupt)) == signal.SIGTERM
    assert "the earlier training's networks, history, grids and checkpoints are unchanged" in fresh.printed
    assert {path: path.read_bytes() for path in before} == before
    fresh = make_session(fresh=True)
    assert fresh.carry_out(fail_at(5, interrupt)) == signal.SIGTERM
    assert "the same command without --fresh continues at epoch 2, update 3" in fresh.printed
    last = make_session()
    assert last.carry_out() is None and left(last.workspace) == reference


def test_a_stop_before_the_first_update_writes_no_checkpoint_anew(make_session, monkeypatch):
    make_session().carry_out(fail_at(5, interrupt))
    again = make_session()
    (newest, _) = Checkpoints(again.workspace.checkpoints).complete()
    before = newest.stat().st_mtime_ns
    monkeypatch.setattr(session, "finite_losses", lambda update: interrupt() or update)
    assert again.carry_out() == signal.SIGTERM
    assert newest.stat().st_mtime_ns == before and "continues at epoch 2, update 3" in again.printed


def test_a_stop_before_anything_was_done_leaves_nothing(make_session, monkeypatch):
    stopped = make_session()
    monkeypatch.setattr(session, "finite_losses", lambda update: interrupt() or update)
    assert stopped.carry_out() == signal.SIGTERM
    assert not [path for path in stopped.workspace.folder.rglob("*") if path.is_file()]
    assert "after 0 complete epochs; the same command starts from the beginning" in stopped.printed


def test_a_checkpoint_that_is_hindered_is_said_and_the_training_goes_on(make_session, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(13, "Permission denied", "epoch_0001.npz")

    run = make_session()
    monkeypatch.setattr(Checkpoints, "save", refuse)
    assert run.carry_out() is None
    assert run.printed.count("no checkpoint could be written: permission denied: epoch_0001") == 3


@pytest.fixture
def plain_figures(make_session, monkeypatch):
    """Replace figures by their arguments, which are written faster than a drawing."""

    def write(path, *content):
        with replacing(path) as temporary:
            temporary.write_bytes(repr(content).encode())

    def keep(images, *rest, **options):
        return images.tobytes(), *rest

    make_session.drawing = {"draw": keep, "plot": lambda *arguments: arguments}
    monkeypatch.setattr(journal.grids, "row_grid", keep)
    monkeypatch.setattr(Run, "save_figure", lambda run, figure, path, quiet=False: write(path, figure))
    monkeypatch.setattr(
        journal.animation, "save_animation", lambda path, frames, *rest: write(path, np.array(frames).tobytes())
    )


def test_a_full_disk_at_every_write_in_turn(make_session, plain_figures, tmp_path, monkeypatch):
    """The nth file of a run cannot be written to its end: one sentence; then the same command ends as if it could."""
    whole = make_session(tmp_path / "whole")
    whole.carry_out()
    reference = left(whole.workspace)
    sync, failures = os.fsync, []
    for number in range(1, 100):
        folder = tmp_path / str(number)
        count = iter(range(1, 1000))

        def full(descriptor, number=number, count=count):
            if next(count) == number:
                raise OSError(28, "No space left on device")
            sync(descriptor)

        first = make_session(folder)
        monkeypatch.setattr("assignment.storage.files.os.fsync", full)
        try:
            first.carry_out()
            break
        except AssignmentError as error:
            failures.append(str(error))
        finally:
            monkeypatch.setattr("assignment.storage.files.os.fsync", sync)
        assert not list(tmp_path.rglob(".partial-*"))
        last = make_session(folder)
        assert last.carry_out() is None
        assert left(last.workspace) == reference
    assert all(sentence.startswith("the disk is full: ") and sentence.count("\n") == 0 for sentence in failures)
    named = {Path(sentence.split("; ")[0].removeprefix("the disk is full: ")).name for sentence in failures}
    assert named == {
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
        *(f"epoch_000{epoch}.{kind}" for epoch in (1, 2, 3) for kind in ("npz", "sha256")),
    }


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


@pytest.mark.parametrize("room", range(20, 620, 120))
def test_a_disk_that_is_really_full(make_session, reference, small_disk, room):
    """With `room` kilobytes free the disk fills in the middle of some file, in whatever library writes it."""
    first = make_session(small_disk)
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        file.write(bytes(shutil.disk_usage(small_disk).free - 1024 * room))
    with pytest.raises(AssignmentError, match="the disk is full: .*; make room and the same command"):
        first.carry_out()
    assert not list(small_disk.rglob(".partial-*"))
    filler.unlink()
    last = make_session(small_disk)
    assert last.carry_out() is None and left(last.workspace) == reference


@pytest.mark.parametrize(("batch_size", "said"), [(4, False), (10, True), (128, True)])
def test_a_batch_of_all_images_is_said(make_session, batch_size, said):
    one = make_session(epochs=1, batch_size=batch_size)
    one.carry_out()
    assert ("all images in every update" in one.printed) == said
