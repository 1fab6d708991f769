"""The whole conditional track in one process, on a few of the stand-in's digits."""

import json
from dataclasses import replace

import keras
import numpy as np
import pytest

from assignment.conditional import track
from assignment.conditional.track import TRACK
from assignment.errors import AssignmentError
from assignment.evaluation import judge_store
from assignment.session import stages
from assignment.session import track as session_track
from assignment.session.stages import run_steps
from assignment.settings.tracks import ConditionalSettings

pytestmark = pytest.mark.usefixtures("few_digits")


def said(run):
    return run.screen.console.file.getvalue()


@pytest.mark.parametrize(("outputs", "dataset"), [("validity", "mnist"), ("validity+class", "fashion-mnist")])
def test_the_whole_track(make_run, few_digits, outputs, dataset):
    run = make_run(ConditionalSettings, outputs=outputs, dataset=dataset)
    assert run_steps(TRACK, run) is None
    assert few_digits == [dataset]
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
        "step7_grid_epoch_0001.png",
        "step7_grid_epoch_0002.png",
        "step7_label_walk.png",
        "step7_losses.png",
        "step7_noise_walk.png",
        "step7_progress.png",
    ]
    assert [path.name for path in run.workspace.models] == [
        "conditional_generator_model_Ана.h5",
        "conditional_discriminator_model_Ана.h5",
    ]
    assert "The freeze holds" in said(run) and "Not the real images" in said(run)
    assert ("0.693" in said(run)) == (outputs == "validity"), "an auxiliary classifier's losses hold its class's too"
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert (record["status"], record["epochs_done"], record["updates_done"]) == ("finished", 2, 6)
    assert record["conditions"]["dataset"] == dataset and record["conditions"]["outputs"] == outputs
    assert {"step7_label_walk.png", "step7_noise_walk.png"} <= set(record["files_sha256"])

    generator = keras.models.load_model(run.workspace.generator_model, compile=False)
    inputs = [np.zeros((2, 100), np.float32), np.array([[3], [9]], np.int32)]
    assert generator.predict(inputs, verbose=0).shape == (2, 28, 28, 1)
    discriminator = keras.models.load_model(run.workspace.discriminator_model, compile=False)
    assert (len(discriminator.inputs), len(discriminator.outputs)) == ((2, 1) if outputs == "validity" else (1, 2))


def test_it_goes_on_as_if_it_had_never_stopped(make_run, tmp_path):
    def ended(run):
        return {path.name: path.read_bytes() for path in (run.workspace.grid(2), run.workspace.noise_walk)}

    run = make_run(ConditionalSettings)
    run_steps(TRACK, run)
    at_once = ended(run)
    run_steps(TRACK, make_run(ConditionalSettings, epochs=1, fresh=True))
    again = make_run(ConditionalSettings)
    run_steps(TRACK, again)
    assert "continuing at epoch 2 of 2" in said(again) and ended(again) == at_once


def test_a_finished_one_is_left_alone_and_another_refused(make_run):
    run_steps(TRACK, make_run(ConditionalSettings, epochs=1))
    again = make_run(ConditionalSettings, epochs=1)
    run_steps(TRACK, again)
    assert "This training is finished" in said(again)
    with pytest.raises(AssignmentError, match="--outputs validity .this command has validity.class."):
        run_steps(TRACK, make_run(ConditionalSettings, epochs=1, outputs="validity+class"))


def test_the_grid_has_one_row_per_class_with_the_same_noise():
    noise, labels = track.grid_inputs(np.random.default_rng(0).standard_normal((8, 100), np.float32))
    assert labels[:, 0].tolist() == [label for label in range(10) for _ in range(8)]
    for label in range(10):
        np.testing.assert_array_equal(noise[8 * label : 8 * label + 8], noise[:8])
    assert len(np.unique(noise, axis=0)) == 8


def test_the_progress_figure_has_one_noise_vector_in_every_class(make_run):
    data, run = stages.load_data(TRACK, make_run(ConditionalSettings))
    view = track.training_view(None, data, run.settings)
    noise, labels = track.grid_inputs(stages.grid_noise(TRACK, run))
    chosen = list(view.progress_images)
    assert labels[chosen, 0].tolist() == list(range(10)) and len(view.progress_names) == 10
    assert len(np.unique(noise[chosen], axis=0)) == 1


def test_both_learning_rates_fall_during_training(make_run, monkeypatch):
    trained = []
    monkeypatch.setattr(track, "HALVED_EVERY", 2)  # updates; its two epochs have six
    run_steps(replace(TRACK, draw_results=lambda gan, *more: trained.append(gan)), make_run(ConditionalSettings))
    for optimizer in (trained[0].combined.optimizer, trained[0].discriminator.optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(5e-4 * 0.5 ** (5 / 2))


def test_being_judged_changes_nothing(make_run, monkeypatch, tmp_path):
    """By a real judge, trained in the middle of the run: it seeds Keras, and the discriminator has Dropout."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    for module in (session_track, judge_store):
        monkeypatch.setattr(module, "TRAINING_IMAGES", 60)  # of the 80 digits
    ended = []
    for evaluation in (True, False):
        run = make_run(ConditionalSettings, epochs=1, evaluation=evaluation, fresh=True)
        run_steps(TRACK, run)
        models = [keras.models.load_model(path, compile=False) for path in run.workspace.models]
        ended.append([weight.tobytes() for model in models for weight in model.get_weights()])
        assert run.workspace.metrics.exists() == evaluation
    assert ended[0] == ended[1]
    assert len(list((tmp_path / "keras" / "gan-assignment").glob("judge_mnist_*.keras"))) == 1


def test_every_ingredient_is_requested_from_the_practices(make_run, check_all_ingredients_are_requested):
    check_all_ingredients_are_requested(TRACK, make_run(ConditionalSettings, epochs=1))
