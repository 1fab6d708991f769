"""The conditional track's steps in one process, on 80 of the stand-in's digits."""

import json
from dataclasses import replace

import keras
import numpy as np
import pytest

from assignment.conditional import track
from assignment.conditional.track import TRACK
from assignment.errors import AssignmentError
from assignment.evaluation import judge_training
from assignment.session import stages
from assignment.session import track as session_track
from assignment.session.stages import run_steps
from assignment.settings.tracks import VALIDITY, VALIDITY_AND_CLASS, ConditionalSettings

pytestmark = pytest.mark.usefixtures("few_digits")


@pytest.fixture
def complete_run(make_run, printed, few_digits, check_written_files):
    """A function that completes a run, and checks its files, its record and what it prints; it returns the run."""

    def complete(**options):
        run = make_run(ConditionalSettings, **options)
        assert run_steps(TRACK, run) is None
        assert few_digits == [run.settings.dataset]
        check_written_files(
            run,
            "step7_grid_epoch_0001.png",
            "step7_grid_epoch_0002.png",
            "step7_label_walk.png",
            "step7_noise_walk.png",
        )
        assert [path.name for path in run.workspace.models] == [
            "conditional_generator_model_Ана.h5",
            "conditional_discriminator_model_Ана.h5",
        ]
        assert "The freeze holds" in printed(run) and "Not the real images" in printed(run)

        record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
        assert (record["status"], record["epochs_done"], record["updates_done"]) == ("finished", 2, 4)
        assert record["conditions"]["dataset"] == run.settings.dataset
        assert record["conditions"]["outputs"] == run.settings.outputs
        assert {"step7_label_walk.png", "step7_noise_walk.png"} <= set(record["files_sha256"])

        generator = keras.models.load_model(run.workspace.generator_model, compile=False)
        inputs = [np.zeros((2, 100), np.float32), np.array([[3], [9]], np.int32)]
        assert generator.predict(inputs, verbose=0).shape == (2, 28, 28, 1)
        return run

    return complete


def read_discriminator(run):
    return keras.models.load_model(run.workspace.discriminator_model, compile=False)


def test_a_complete_run_with_a_discriminator_that_takes_the_label(complete_run, printed):
    run = complete_run(outputs=VALIDITY, dataset="mnist")
    assert "0.693" in run.workspace.report.read_text(encoding="utf-8")
    discriminator = read_discriminator(run)
    assert (len(discriminator.inputs), len(discriminator.outputs)) == (2, 1)


@pytest.mark.usefixtures("quick_figures")
def test_a_complete_run_with_a_discriminator_that_predicts_the_class(complete_run, printed):
    run = complete_run(outputs=VALIDITY_AND_CLASS, dataset="fashion-mnist")
    assert "0.693" not in run.workspace.report.read_text(encoding="utf-8"), (
        "these losses include the class's loss, so ln 2 is not their undecided value"
    )
    discriminator = read_discriminator(run)
    assert (len(discriminator.inputs), len(discriminator.outputs)) == (1, 2)


@pytest.mark.slow
def test_a_continued_training_draws_the_figures_of_an_uninterrupted_one(make_run, printed):
    def read_figures(run):
        return {path.name: path.read_bytes() for path in (run.workspace.grid(2), run.workspace.noise_walk)}

    run = make_run(ConditionalSettings)
    run_steps(TRACK, run)
    expected = read_figures(run)
    run_steps(TRACK, make_run(ConditionalSettings, epochs=1, fresh=True))
    continued = make_run(ConditionalSettings)
    run_steps(TRACK, continued)
    assert "continuing at epoch 2 of 2" in printed(continued) and read_figures(continued) == expected


@pytest.mark.usefixtures("quick_figures")
def test_a_finished_training_is_not_repeated_and_another_is_refused(make_run, printed):
    run_steps(TRACK, make_run(ConditionalSettings, epochs=1))
    again = make_run(ConditionalSettings, epochs=1)
    run_steps(TRACK, again)
    assert "This training is finished" in printed(again)
    with pytest.raises(AssignmentError, match="--outputs validity .this command has validity.class."):
        run_steps(TRACK, make_run(ConditionalSettings, epochs=1, outputs=VALIDITY_AND_CLASS))


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


@pytest.mark.usefixtures("quick_figures")
def test_both_learning_rates_decay_during_the_training(make_run, monkeypatch):
    trained = []
    monkeypatch.setattr(track, "HALVED_EVERY", 2)  # updates; the two epochs have four
    run_steps(replace(TRACK, draw_results=lambda gan, *more: trained.append(gan)), make_run(ConditionalSettings))
    for optimizer in (trained[0].combined.optimizer, trained[0].discriminator.optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(5e-4 * 0.5 ** (3 / 2))


@pytest.mark.slow
@pytest.mark.usefixtures("quick_figures")
def test_evaluation_by_a_real_judge_does_not_change_the_training(make_run, monkeypatch, tmp_path):
    """The judge is trained during the run and seeds Keras, and the discriminator has dropout."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    for module in (session_track, judge_training):
        monkeypatch.setattr(module, "TRAINING_IMAGES", 60)  # of the 80 digits
    weights = {}
    for evaluation in (True, False):
        run = make_run(ConditionalSettings, epochs=1, evaluation=evaluation, fresh=True)
        run_steps(TRACK, run)
        models = [keras.models.load_model(path, compile=False) for path in run.workspace.models]
        weights[evaluation] = [weight.tobytes() for model in models for weight in model.get_weights()]
        assert run.workspace.metrics.exists() == evaluation
    assert weights[True] == weights[False]
    assert len(list((tmp_path / "keras" / "gan-assignment").glob("judge_mnist_*.npz"))) == 1


@pytest.mark.usefixtures("quick_figures")
def test_every_ingredient_is_requested_from_the_practices(make_run, check_all_ingredients_are_requested):
    check_all_ingredients_are_requested(TRACK, make_run(ConditionalSettings, epochs=1))
