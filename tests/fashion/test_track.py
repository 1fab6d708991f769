"""All eight steps in one process, on a few of the stand-in's images."""

import csv
import io
import json
import signal
from dataclasses import replace

import keras
import numpy as np
import pytest
from rich.console import Console

from assignment.data import garments, sources, standin
from assignment.data.dataset import TROUSER, Dataset, Provenance
from assignment.errors import AssignmentError
from assignment.fashion import track
from assignment.figures import style
from assignment.practices.stack import Mixture
from assignment.session import session as conduct
from assignment.session.run import Run
from assignment.session.screen import Screen
from assignment.settings.tracks import FashionSettings
from assignment.storage.workspace import Workspace
from assignment.training.steps import Losses

FEW = 12  # trousers; step 2 shows as many


@pytest.fixture(autouse=True)
def few_trousers(monkeypatch):
    images = np.zeros((70_000, 28, 28), np.uint8)
    labels = np.zeros(70_000, np.uint8)
    images[:FEW], labels[:FEW] = garments.draw_garments(TROUSER, FEW), TROUSER
    few = Dataset(images, labels, Provenance("drawn", standin.caption("Fashion-MNIST"), "nothing", is_standin=True))
    monkeypatch.setattr(sources, "load", lambda *asked: few)


@pytest.fixture
def make_run(tmp_path):
    def make(firstname="ana", **options):
        settings = FashionSettings(
            firstname,
            **{"epochs": 3, "batch_size": 8, "grid_every": 2, "evaluation": False, **options},
            outputs_dir=tmp_path / "outputs",
            models_dir=tmp_path / "models",
        )
        workspace = Workspace.of("fashion", settings.outputs_dir, settings.models_dir, settings.firstname)
        workspace.prepare()
        screen = Screen(Console(file=io.StringIO(), width=100, highlight=False))
        precision = settings.precision.replace("auto", "float32")
        return Run(settings, workspace, screen, "python run_assignment.py", precision)

    return make


def said(run):
    return run.screen.console.file.getvalue()


def test_all_eight_steps(make_run, monkeypatch):
    captions = {}
    save = style.save

    def spy(figure, path):
        captions[path.name] = figure.texts[-1].get_text()
        save(figure, path)

    monkeypatch.setattr(style, "save", spy)
    run = make_run()
    assert track.run_track(run) is None
    assert len(captions) == 8
    assert set(captions.values()) == {"ana, seed 1. Images: drawn stand-in, not Fashion-MNIST."}
    assert sorted(path.name for path in run.workspace.folder.iterdir()) == [
        "checkpoints",
        "history.csv",
        "report.html",
        "run.json",
        "step2_real_images.png",
        "step3_generator_diagram.png",
        "step4_untrained_samples.png",
        "step5_discriminator_diagram.png",
        "step7_animation.gif",
        "step7_grid_epoch_0002.png",
        "step7_grid_epoch_0003.png",
        "step7_losses.png",
        "step7_progress.png",
    ]
    assert sorted(path.name for path in run.workspace.models_dir.iterdir()) == [
        "discriminator_model_ana.h5",
        "generator_model_ana.h5",
    ]

    for number in range(1, 9):
        assert f"Step {number} ·" in said(run)
    assert "ds1_ana['images'].shape = (60000, 28, 28)" in said(run)
    assert "ds2_ana['images'].shape = (10000, 28, 28)" in said(run)
    assert "dataset_ana.shape = (12, 28, 28)" in said(run)
    assert "Total params: 2,330,944" in said(run) and "Total params: 6,629,953" in said(run)
    assert "The freeze holds" in said(run)

    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert (record["status"], record["epochs_done"], record["precision"]) == ("finished", 3, "float32")
    assert record["data"]["is_standin"] and record["data"]["caption"] == "drawn stand-in, not Fashion-MNIST"
    assert [step["moved"] for step in record["freeze_proof"]] == [True, False, False, True]
    assert set(record["timings_seconds"]) == {"preparation", "training", "saving", "evaluation"}
    assert record["settings"]["firstname"] == "ana" and record["settings"]["batch_size"] == 8
    assert record["versions"]["keras"]

    with run.workspace.history.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"] and rows[0]["updates"] == "2"
    assert float(rows[-1]["generator_loss"]) == record["final_losses"]["generator"]


def test_the_standin_is_never_silent(make_run):
    run = make_run()
    data, _, run = track.get_data(run)
    assert "Not the real images" in said(run) and "drawn stand-in" in said(run)
    assert "drawn stand-in, not Fashion-MNIST" in run.caption
    track.show_images(data, run)
    assert run.workspace.real_images.exists()


def test_the_same_seed_gives_the_same_files_bit_for_bit(make_run):
    kept = []
    for _ in range(2):
        run = make_run(epochs=1, fresh=True)
        track.run_track(run)
        weights = keras.models.load_model(run.workspace.generator_model, compile=False).get_weights()
        with run.workspace.history.open(newline="", encoding="utf-8") as lines:
            (row,) = csv.DictReader(lines)
        kept.append((weights, {**row, "seconds": None}))
    assert kept[0][1] == kept[1][1]
    for weight, again in zip(kept[0][0], kept[1][0], strict=True):
        np.testing.assert_array_equal(weight, again)


def test_a_grid_changes_nothing_and_its_noise_stays_the_same(make_run, monkeypatch):
    kept = {}

    class Stopped(Exception):
        pass

    def catch(run, sketch, *more):
        kept["sample"] = sketch.sample
        raise Stopped

    compiled = track.make_gan
    monkeypatch.setattr(track, "make_gan", lambda *given: kept.update(gan=given[0]) or compiled(*given))
    monkeypatch.setattr(conduct, "Journal", catch)
    run = make_run()
    with pytest.raises(Stopped):
        track.run_track(run)
    before = [variable.numpy() for variable in kept["gan"].variables]
    first, second = kept["sample"](), kept["sample"]()
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, kept["gan"](track.grid_noise(run), training=False))
    for variable, value in zip(kept["gan"].variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)


def test_both_networks_take_the_runs_precision_and_seed(make_run):
    run = make_run(precision="mixed_bfloat16", seed=2)
    generator, discriminator = track.make_generator(run), track.make_discriminator(run)
    assert {model.layers[0].dtype_policy.name for model in (generator, discriminator)} == {"mixed_bfloat16"}
    other = make_run(seed=1)
    for model, again in ((generator, track.make_generator(other)), (discriminator, track.make_discriminator(other))):
        assert not np.array_equal(model.weights[0], again.weights[0])


def test_an_error_in_training_saves_what_was_done_first(make_run, monkeypatch):
    run = make_run(epochs=300)
    add = conduct.Journal.add

    def fail_after_the_first(journal, row):
        add(journal, row)
        raise RuntimeError("no room on the device")

    monkeypatch.setattr(conduct.Journal, "add", fail_after_the_first)
    with pytest.raises(RuntimeError):
        track.run_track(run)
    assert run.workspace.generator_model.exists() and run.workspace.discriminator_model.exists()
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert (record["status"], record["epochs_done"], record["updates_done"]) == ("failed", 1, 2)


def test_a_figure_that_cannot_be_drawn_costs_nobody_the_networks(make_run, monkeypatch):
    def refuse(*arguments):
        raise OSError(28, "No space left on device", "step7_animation.gif")

    monkeypatch.setattr("assignment.session.journal.animation.save_animation", refuse)
    run = make_run(epochs=1)
    with pytest.raises(AssignmentError, match="gif; make room and the same command makes the end again, without train"):
        track.run_track(run)
    assert run.workspace.generator_model.exists() and run.workspace.discriminator_model.exists()
    assert json.loads(run.workspace.record.read_text(encoding="utf-8"))["status"] == "failed"


def test_a_stop_saves_what_was_done(make_run, monkeypatch):
    run = make_run(epochs=300)
    real_row = conduct.Journal.add

    def stop_after_the_first(journal, row):
        real_row(journal, row)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(conduct.Journal, "add", stop_after_the_first)
    assert track.run_track(run) == signal.SIGINT
    assert "stopped as asked, after 1 whole epoch; the same command continues at epoch 2" in said(run)
    assert run.workspace.generator_model.exists() and run.workspace.grid(1).exists()
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert (record["status"], record["epochs_done"]) == ("interrupted", 1)


def test_a_stop_before_the_first_epoch_leaves_an_earlier_run_alone(make_run, monkeypatch):
    run = make_run(epochs=1)
    track.run_track(run)
    before = {path: path.read_bytes() for path in run.workspace.models_dir.iterdir()}
    before |= {path: path.read_bytes() for path in run.workspace.folder.rglob("[!s]*") if path.is_file()}
    monkeypatch.setattr(track, "train_gan", lambda *given: signal.raise_signal(signal.SIGINT) or stopped(*given))
    again = make_run(epochs=1, seed=2, fresh=True)
    assert track.run_track(again) == signal.SIGINT
    assert {path: path.read_bytes() for path in before} == before
    assert "after 0 whole epochs; the earlier training's networks, history, grids and chec" in said(again)


def stopped(update, dataset, settings, place):
    update(dataset, None)
    yield


def test_a_new_training_clears_the_earlier_one(make_run):
    track.run_track(make_run(epochs=3))
    run = make_run(epochs=1, fresh=True)
    track.run_track(run)
    assert [path.name for path in run.workspace.folder.glob("step7_grid*")] == ["step7_grid_epoch_0001.png"]


@pytest.mark.parametrize(
    ("number", "files"),
    [
        (1, []),
        (2, ["step2_real_images.png"]),
        (3, ["step3_generator_diagram.png"]),
        (4, ["step3_generator_diagram.png", "step4_untrained_samples.png"]),
        (5, ["step5_discriminator_diagram.png"]),
        (6, ["step3_generator_diagram.png", "step5_discriminator_diagram.png"]),
    ],
)
def test_one_step_alone(make_run, monkeypatch, number, files):
    captions = []
    monkeypatch.setattr(style, "save", lambda figure, path: path.touch() or captions.append(figure.texts[-1]))
    run = make_run("Ана")
    track.run_step(number, run)
    assert sorted(path.name for path in run.workspace.folder.iterdir()) == ["checkpoints", *files]
    assert all("drawn stand-in" in caption.get_text() for caption in captions)


def test_one_step_does_not_mix_its_figures_with_another_training_s(make_run):
    track.run_track(make_run(epochs=1))
    with pytest.raises(AssignmentError, match="a training with --seed 1"):
        track.run_step(4, make_run(seed=3))


@pytest.mark.parametrize("firstname", ["Ана", "李雷"])
def test_first_names_of_any_alphabet_name_the_models(make_run, firstname):
    run = make_run(firstname, epochs=1)
    assert track.run_track(run) is None
    assert run.workspace.generator_model.name == f"generator_model_{firstname}.h5"
    assert f"generator_model_{firstname}" in said(run)
    generator = keras.models.load_model(run.workspace.generator_model, compile=False)
    assert generator.predict(np.zeros((2, 100)), verbose=0).shape == (2, 28, 28, 1)


def test_what_the_generator_is_compared_with(make_run):
    data, source, run = track.get_data(make_run("Ана"))
    exam = track.exam_of(data, source, run)
    assert exam.images.shape == (FEW, 28, 28, 1) and set(exam.labels) == {TROUSER} and exam.learned_from is None
    assert exam.asked and exam.dataset is source and exam.facts.firstname == "Ана" and not exam.facts.classes


def test_a_violated_freeze_stops_the_run_before_training(make_run, monkeypatch):
    monkeypatch.setattr(track, "compiled_update", lambda gan, ingredients: lambda real_images, noise: Losses(0, 0, 0))
    run = make_run()
    with pytest.raises(AssignmentError, match="would never learn. The freeze does not hold"):
        track.run_track(run)
    assert not run.workspace.history.exists() and not run.workspace.generator_model.exists()


def test_every_ingredient_can_be_replaced(make_run, assert_all_ingredients_can_be_replaced):
    assert_all_ingredients_can_be_replaced(track.run_track, make_run(epochs=1))


def test_the_grids_noise_is_of_the_runs_practices(make_run):
    mixture = Mixture(["uniform-noise"])
    plain, even = (track.grid_noise(run) for run in (make_run(), replace(make_run(), mixture=mixture)))
    assert np.abs(plain).max() > 1 > np.abs(even).max()
