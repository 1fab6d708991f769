"""Whole sittings of a small training: its ends, what they leave, and that what goes on is what never stopped."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import keras
import numpy as np
import pytest
from rich.console import Console

from assignment.data.dataset import Provenance
from assignment.errors import AssignmentError
from assignment.session import journal
from assignment.session import session as conduct
from assignment.session.journal import Sketch
from assignment.session.resume import Earlier, conditions_of, find_earlier
from assignment.session.run import Run
from assignment.session.screen import Screen
from assignment.session.session import Training
from assignment.settings.tracks import FashionSettings
from assignment.storage.files import replacing
from assignment.storage.workspace import Workspace
from assignment.training import streams
from assignment.training.checkpoints import Checkpoints
from assignment.training.export import Facts, export_pair
from assignment.training.loop import train, updates_per_epoch
from assignment.training.steps import Losses, compiled_update

IMAGES = np.random.default_rng(0).uniform(-1, 1, (10, 28, 28, 1)).astype(np.float32)


@pytest.fixture(autouse=True)
def losses_drawn_with_grids_only(monkeypatch):
    monkeypatch.setattr(journal, "LOSSES_EVERY", 1e9)


@pytest.fixture
def sitting(make_gan, tmp_path):
    """A function that makes one sitting's run, and one that carries it out and returns the GAN as it then is."""

    class Sitting:
        def __init__(self, folder=tmp_path, **options):
            options = {"epochs": 3, "batch_size": 4, "grid_every": 2, "checkpoint_every": 1, **options}
            settings = FashionSettings("ana", **options, outputs_dir=folder / "outputs", models_dir=folder / "models")
            self.workspace = Workspace.of("fashion", settings.outputs_dir, settings.models_dir, "ana")
            self.workspace.prepare()
            self.workspace.remove_partials()
            screen = Screen(Console(file=io.StringIO(), width=300, highlight=False))
            provenance = Provenance("drawn", "a stand-in", "nothing", is_standin=True)
            self.run = Run(settings, self.workspace, screen, "python run_assignment.py", "float32", provenance)
            self.gan = make_gan()
            self.conditions = conditions_of(self.run, IMAGES)

        def carry_out(self, meddle=lambda update: update, earlier=None):
            settings, generator = self.run.settings, self.gan.generator
            noise = streams.sample_noise(1, 12, 5)

            def save():
                export_pair(self.gan, self.workspace.models, Facts("fashion", "ana", 1, "a stand-in"))

            training = Training(
                gan=self.gan,
                update=meddle(compiled_update(self.gan)),
                rows=lambda rule, place: train(
                    rule,
                    IMAGES,
                    epochs=settings.epochs,
                    batch_size=settings.batch_size,
                    latent_dim=5,
                    seed=1,
                    place=place,
                ),
                updates_per_epoch=updates_per_epoch(len(IMAGES), settings.batch_size),
                sketch=Sketch(lambda: generator(noise, training=False).numpy()),
                save=save,
                proof=[],
                conditions=self.conditions,
                began=0.0,
            )
            return conduct.conduct(self.run, training, earlier or find_earlier(self.run, self.conditions))

        @property
        def said(self):
            return self.run.screen.console.file.getvalue()

        @property
        def record(self):
            return json.loads(self.workspace.record.read_text(encoding="utf-8"))

    return Sitting


def left(workspace):
    """All that a training leaves, but for wall times: files by name, the newest checkpoint, the history."""
    newest = Checkpoints(workspace.checkpoints).latest()[0]
    with workspace.history.open(newline="", encoding="utf-8") as lines:
        history = [{**row, "seconds": None} for row in csv.DictReader(lines)]
    pictures = {path.name: path.read_bytes() for path in workspace.folder.glob("step*")}
    arrays = {name: values.tobytes() for name, values in newest.networks.items()}
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


def test_a_generator_with_averaged_weights_is_drawn_and_saved_with_them_and_trained_without(sitting):
    once = sitting(epochs=1)
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
    np.testing.assert_array_equal(kept.networks["generator_00"], trained)
    drawn = saved(streams.sample_noise(1, 12, 5), training=False)
    np.testing.assert_allclose(kept.frames[-1], drawn, atol=1e-6)


@pytest.fixture(scope="module")
def never_stopped(tmp_path_factory):
    return {"folder": tmp_path_factory.mktemp("never_stopped"), "left": None}


@pytest.fixture
def reference(sitting, never_stopped):
    """What a training that never stopped leaves; made once."""
    if never_stopped["left"] is None:
        whole = sitting(never_stopped["folder"])
        assert whole.carry_out() is None
        never_stopped["left"] = left(whole.workspace)
    return never_stopped["left"]


@pytest.mark.parametrize("stops", [[3], [4, 1, 1, 2]])
def test_a_training_that_was_stopped_ends_as_one_that_never_was(sitting, reference, stops):
    for number in stops:
        stopped = sitting(checkpoint_every=5)
        assert stopped.carry_out(fail_at(number, interrupt)) == signal.SIGTERM
        assert "the same command continues at epoch" in stopped.said
    last = sitting(checkpoint_every=5)
    assert last.carry_out() is None
    assert "continuing at epoch" in last.said
    assert left(last.workspace) == reference
    assert (last.record["status"], last.record["epochs_done"], last.record["updates_done"]) == ("finished", 3, 9)


def test_more_epochs_simply_go_on(sitting, reference):
    assert sitting(epochs=1).carry_out() is None
    last = sitting()
    assert last.carry_out() is None and "continuing at epoch 2 of 3" in last.said
    assert left(last.workspace) == reference


def test_an_unforeseen_error_leaves_what_was_reached_and_the_same_command_goes_on(sitting, reference):
    def fail():
        raise RuntimeError("the cat")

    failed = sitting()
    with pytest.raises(RuntimeError):
        failed.carry_out(fail_at(5, fail))
    assert failed.record["status"] == "failed" and failed.workspace.generator_model.exists()
    last = sitting()
    assert last.carry_out() is None and "continuing at epoch 2 of 3" in last.said
    assert left(last.workspace) == reference


@pytest.mark.parametrize("loss", [np.nan, np.inf])
def test_a_training_that_breaks_down_is_stopped_and_nothing_of_it_kept(sitting, loss):
    sick = sitting()

    def meddle(update):
        count = iter(range(1, 1000))

        def meddled(real_images, noise):
            losses = update(real_images, noise)
            return losses._replace(fake=loss) if next(count) == 5 else losses

        return meddled

    with pytest.raises(AssignmentError) as caught:
        sick.carry_out(meddle)
    assert str(caught.value) == (
        f"the loss of the discriminator on fake images became {'NaN (not a number)' if loss != loss else 'infinite'} in"
        " epoch 2, so the training was stopped: a step was so large that the weights left all bounds, and no later step"
        " brings them back; the checkpoint after epoch 1 is kept, but continuing it leads here again:"
        " try --batch-size 8 --fresh."
    )
    assert [(one["name"], one["first"], one["try_next"]) for one in sick.record["not_well"]] == [
        ("not a number", 2, "--batch-size 8 --fresh")
    ]
    assert not sick.workspace.generator_model.exists(), "networks that broke down are nothing to hand in"
    assert (sick.record["status"], sick.record["epochs_done"]) == ("failed", 1)
    assert [path.name for path in Checkpoints(sick.workspace.checkpoints).whole()] == ["epoch_0001.npz"]


def broken_at_once(update):
    return lambda real_images, noise: Losses(np.nan, 0, 0)


def test_a_breakdown_in_the_first_epoch_is_recorded_and_begins_anew(sitting):
    for _ in range(2):
        sick = sitting()
        with pytest.raises(AssignmentError, match="in epoch 1, so the training was stopped"):
            sick.carry_out(broken_at_once)
        assert (sick.record["status"], sick.record["epochs_done"], sick.record["final_losses"]) == ("failed", 0, None)
        assert [(one["name"], one["first"]) for one in sick.record["not_well"]] == [("not a number", 1)]
    assert sitting().carry_out() is None


def test_a_breakdown_in_the_first_epoch_leaves_what_it_was_to_replace(sitting):
    whole = sitting()
    whole.carry_out()
    before = whole.workspace.record.read_bytes()
    with pytest.raises(AssignmentError):
        sitting(fresh=True).carry_out(broken_at_once)
    assert whole.workspace.record.read_bytes() == before


def test_a_weight_that_broke_down_never_reaches_a_checkpoint(sitting):
    sick = sitting()

    def spoil():
        (average,) = [one for one in sick.gan.generator.variables if "moving_variance" in one.path]
        average.assign(np.full_like(average.numpy(), np.inf))  # no training reads it, so no loss tells

    with pytest.raises(AssignmentError, match="a number of the generator became infinite in epoch"):
        sick.carry_out(fail_at(6, spoil))
    assert [path.name for path in Checkpoints(sick.workspace.checkpoints).whole()] == ["epoch_0001.npz"]


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_the_advice_fits_the_precision(sitting, precision):
    sick = sitting()
    sick.run = conduct.Run(**{**sick.run.__dict__, "precision": precision})
    with pytest.raises(AssignmentError, match="float32" if precision != "float32" else "--batch-size 8"):
        sick.carry_out(broken_at_once, Earlier(None))


def test_fresh_starts_over_once_its_first_epoch_is_done(sitting, reference):
    assert sitting(epochs=1).carry_out() is None
    before = {path: path.read_bytes() for path in sitting().workspace.folder.rglob("*") if path.is_file()}
    fresh = sitting(fresh=True)
    assert fresh.carry_out(fail_at(2, interrupt)) == signal.SIGTERM
    assert "the earlier training's networks, history, grids and checkpoints are as they were" in fresh.said
    assert {path: path.read_bytes() for path in before} == before
    fresh = sitting(fresh=True)
    assert fresh.carry_out(fail_at(5, interrupt)) == signal.SIGTERM
    assert "the same command without --fresh continues at epoch 2, update 3" in fresh.said
    last = sitting()
    assert last.carry_out() is None and left(last.workspace) == reference


def test_a_stop_before_the_first_update_writes_no_checkpoint_anew(sitting, monkeypatch):
    sitting().carry_out(fail_at(5, interrupt))
    again = sitting()
    (newest, _) = Checkpoints(again.workspace.checkpoints).whole()
    before = newest.stat().st_mtime_ns
    monkeypatch.setattr(conduct, "finite_losses", lambda update: interrupt() or update)
    assert again.carry_out() == signal.SIGTERM
    assert newest.stat().st_mtime_ns == before and "continues at epoch 2, update 3" in again.said


def test_a_stop_before_anything_was_done_leaves_nothing(sitting, monkeypatch):
    stopped = sitting()
    monkeypatch.setattr(conduct, "finite_losses", lambda update: interrupt() or update)
    assert stopped.carry_out() == signal.SIGTERM
    assert not [path for path in stopped.workspace.folder.rglob("*") if path.is_file()]
    assert "after 0 whole epochs; the same command begins anew" in stopped.said


def test_a_checkpoint_that_is_hindered_is_said_and_the_training_goes_on(sitting, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(13, "Permission denied", "epoch_0001.npz")

    run = sitting()
    monkeypatch.setattr(Checkpoints, "save", refuse)
    assert run.carry_out() is None
    assert run.said.count("no checkpoint could be written: the operating system gives no permission: epoch_0001") == 3


@pytest.fixture
def plain_figures(monkeypatch):
    """Figures that hold their arguments in place of a drawing, and are written as fast."""

    def write(path, *content):
        with replacing(path) as temporary:
            temporary.write_bytes(repr(content).encode())

    monkeypatch.setattr(journal.grids, "image_grid", lambda images, *rest: (images.tobytes(), *rest))
    monkeypatch.setattr(journal.curves, "loss_curves", lambda *arguments: arguments)
    monkeypatch.setattr(Run, "keep", lambda run, figure, path, quietly=False: write(path, figure))
    monkeypatch.setattr(
        journal.animation, "save_animation", lambda path, frames, *rest: write(path, np.array(frames).tobytes(), *rest)
    )


def test_a_full_disk_at_every_write_in_turn(sitting, plain_figures, tmp_path, monkeypatch):
    """The nth file of a run cannot be written to its end: one sentence; then the same command ends as if it could."""
    whole = sitting(tmp_path / "whole")
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

        first = sitting(folder)
        monkeypatch.setattr("assignment.storage.files.os.fsync", full)
        try:
            first.carry_out()
            break
        except AssignmentError as error:
            failures.append(str(error))
        finally:
            monkeypatch.setattr("assignment.storage.files.os.fsync", sync)
        assert not list(tmp_path.rglob(".partial-*"))
        last = sitting(folder)
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
def test_a_disk_that_is_really_full(sitting, reference, small_disk, room):
    """With `room` kilobytes free the disk fills in the middle of some file, in whatever library writes it."""
    first = sitting(small_disk)
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        file.write(bytes(shutil.disk_usage(small_disk).free - 1024 * room))
    with pytest.raises(AssignmentError, match="the disk is full: .*; make room and the same command"):
        first.carry_out()
    assert not list(small_disk.rglob(".partial-*"))
    filler.unlink()
    last = sitting(small_disk)
    assert last.carry_out() is None and left(last.workspace) == reference


@pytest.mark.parametrize(("batch_size", "said"), [(4, False), (10, True), (128, True)])
def test_a_batch_of_all_images_is_said(sitting, batch_size, said):
    one = sitting(epochs=1, batch_size=batch_size)
    one.carry_out()
    assert ("all images in every update" in one.said) == said
