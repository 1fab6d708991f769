"""All eight steps in one process, on a few of the stand-in's images."""

import csv
import json
import signal
from dataclasses import replace

import keras
import numpy as np
import pytest

from assignment.data import garments, sources, standin
from assignment.data.dataset import TROUSER, Dataset, Provenance
from assignment.errors import AssignmentError
from assignment.fashion import track
from assignment.fashion.track import TRACK
from assignment.figures import style
from assignment.session import session, stages
from assignment.session.stages import run_steps
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
def make_run(make_run):
    def make(firstname="ana", **options):
        return make_run(firstname=firstname, **{"epochs": 3, "batch_size": 8, "grid_every": 2, **options})

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
    assert run_steps(TRACK, run) is None
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


def test_the_standin_is_announced_and_in_the_caption(make_run, printed):
    run = make_run()
    data, run = stages.load_data(TRACK, run)
    assert "Not the real images" in printed(run) and "drawn stand-in" in printed(run)
    assert "drawn stand-in, not Fashion-MNIST" in run.caption
    stages.show_real_images(TRACK, data, run)
    assert run.workspace.real_images.exists()


def test_the_same_seed_gives_the_same_files_bit_for_bit(make_run):
    kept = []
    for _ in range(2):
        run = make_run(epochs=1, fresh=True)
        run_steps(TRACK, run)
        weights = keras.models.load_model(run.workspace.generator_model, compile=False).get_weights()
        with run.workspace.history.open(newline="", encoding="utf-8") as lines:
            (row,) = csv.DictReader(lines)
        kept.append((weights, {**row, "seconds": None}))
    assert kept[0][1] == kept[1][1]
    for weight, again in zip(kept[0][0], kept[1][0], strict=True):
        np.testing.assert_array_equal(weight, again)


def test_a_grid_changes_no_variable_and_its_noise_stays_the_same(make_run):
    data, run = stages.load_data(TRACK, make_run())
    generator = stages.make_generator(TRACK, run)
    view = stages.make_training_view(TRACK, generator, data, run)
    before = [variable.numpy() for variable in generator.variables]
    first, second = view.sample(), view.sample()
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, generator(stages.grid_noise(TRACK, run), training=False))
    for variable, value in zip(generator.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)


def test_both_networks_have_the_runs_precision_and_seed(make_run):
    run, other = make_run(precision="mixed_bfloat16", seed=2), make_run(seed=1)
    for make in (stages.make_generator, stages.make_discriminator):
        network = make(TRACK, run)
        assert network.layers[0].dtype_policy.name == "mixed_bfloat16"
        assert not np.array_equal(network.weights[0], make(TRACK, other).weights[0])


def test_an_error_in_training_saves_what_was_done_first(make_run, monkeypatch):
    run = make_run(epochs=300)
    add = session.Journal.add

    def fail_after_the_first(journal, row):
        add(journal, row)
        raise RuntimeError("no room on the device")

    monkeypatch.setattr(session.Journal, "add", fail_after_the_first)
    with pytest.raises(RuntimeError):
        run_steps(TRACK, run)
    assert run.workspace.generator_model.exists() and run.workspace.discriminator_model.exists()
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert (record["status"], record["epochs_done"], record["updates_done"]) == ("failed", 1, 2)


def test_a_figure_that_cannot_be_drawn_costs_nobody_the_networks(make_run, monkeypatch):
    def refuse(*arguments):
        raise OSError(28, "No space left on device", "step7_animation.gif")

    monkeypatch.setattr("assignment.session.journal.animation.save_animation", refuse)
    run = make_run(epochs=1)
    with pytest.raises(AssignmentError, match="gif.*the same command writes the final files again, without train"):
        run_steps(TRACK, run)
    assert run.workspace.generator_model.exists() and run.workspace.discriminator_model.exists()
    assert json.loads(run.workspace.record.read_text(encoding="utf-8"))["status"] == "failed"


def test_a_stop_saves_what_was_done(make_run, monkeypatch):
    run = make_run(epochs=300)
    real_row = session.Journal.add

    def stop_after_the_first(journal, row):
        real_row(journal, row)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(session.Journal, "add", stop_after_the_first)
    assert run_steps(TRACK, run) == signal.SIGINT
    assert "stopped after 1 complete epoch; the same command continues at epoch 2" in said(run)
    assert run.workspace.generator_model.exists() and run.workspace.grid(1).exists()
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert (record["status"], record["epochs_done"]) == ("interrupted", 1)


def test_a_stop_before_the_first_epoch_leaves_an_earlier_run_alone(make_run):
    run = make_run(epochs=1)
    run_steps(TRACK, run)
    before = {path: path.read_bytes() for path in run.workspace.models_dir.iterdir()}
    before |= {path: path.read_bytes() for path in run.workspace.folder.rglob("[!s]*") if path.is_file()}
    stopping = replace(TRACK, train=lambda *given: signal.raise_signal(signal.SIGINT) or stopped(*given))
    again = make_run(epochs=1, seed=2, fresh=True)
    assert run_steps(stopping, again) == signal.SIGINT
    assert {path: path.read_bytes() for path in before} == before
    assert "after 0 complete epochs; the earlier training's networks, history, grids and chec" in said(again)


def stopped(update, data, settings, position):
    update(data.images, None)
    yield


def test_a_new_training_clears_the_earlier_one(make_run):
    run_steps(TRACK, make_run(epochs=3))
    run = make_run(epochs=1, fresh=True)
    run_steps(TRACK, run)
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
    run_steps(TRACK, run, number)
    assert sorted(path.name for path in run.workspace.folder.iterdir()) == ["checkpoints", *files]
    assert all("drawn stand-in" in caption.get_text() for caption in captions)


def test_one_step_does_not_mix_its_figures_with_another_training_s(make_run):
    run_steps(TRACK, make_run(epochs=1))
    with pytest.raises(AssignmentError, match="a training with --seed 1"):
        run_steps(TRACK, make_run(seed=3), 4)


@pytest.mark.parametrize("firstname", ["Ана", "李雷"])
def test_first_names_of_any_alphabet_name_the_models(make_run, firstname):
    run = make_run(firstname, epochs=1)
    assert run_steps(TRACK, run) is None
    assert run.workspace.generator_model.name == f"generator_model_{firstname}.h5"
    assert f"generator_model_{firstname}" in said(run)
    generator = keras.models.load_model(run.workspace.generator_model, compile=False)
    assert generator.predict(np.zeros((2, 100)), verbose=0).shape == (2, 28, 28, 1)


def test_the_generator_is_compared_with_all_trousers(make_run):
    data, _ = stages.load_data(TRACK, make_run())
    spec = track.evaluation(data)
    assert spec.images.shape == (FEW, 28, 28, 1) and set(spec.labels) == {TROUSER} and spec.learned_from is None
    assert spec.expects_class and spec.data is data


def test_a_violated_freeze_stops_the_run_before_training(make_run):
    broken = replace(TRACK, update_rule=lambda gan, ingredients: lambda real_images, noise: Losses(0, 0, 0))
    run = make_run()
    with pytest.raises(AssignmentError, match="would never learn. The freeze does not hold"):
        run_steps(broken, run)
    assert not run.workspace.history.exists() and not run.workspace.generator_model.exists()


def test_every_ingredient_is_requested_from_the_practices(make_run, check_all_ingredients_are_requested):
    check_all_ingredients_are_requested(TRACK, make_run(epochs=1))
