"""The lecture track's steps in one process, on 80 of the stand-in's images."""

import json

import keras
import numpy as np
import pytest

from assignment.data import sources
from assignment.data.dataset import GARMENTS
from assignment.errors import AssignmentError
from assignment.lecture import networks, track
from assignment.lecture.track import TRACK
from assignment.practices.stack import PracticeStack
from assignment.session.run import Run
from assignment.session.stages import run_steps
from assignment.session.track import TrainingData
from assignment.settings.tracks import LectureSettings
from assignment.training import latent, streams

SMALL_DCGAN = {"filters": "2,3", "kernel": 3, "extra_layers": 1}

pytestmark = pytest.mark.usefixtures("few_digits")


@pytest.fixture
def complete_run(make_run, printed, few_digits, check_written_files):
    """A function that completes a run, and checks its files, its record and what it prints; it returns the run."""

    def complete(**options):
        run = make_run(LectureSettings, **options)
        assert run_steps(TRACK, run) is None
        assert few_digits == [options.get("dataset", "fashion-mnist")]
        check_written_files(
            run,
            "step7_generated.png",
            "step7_grid_epoch_0001.png",
            "step7_grid_epoch_0002.png",
            "step7_interpolation.png",
            "step7_real_beside_generated.png",
        )
        assert "The gradient tapes are separate" in printed(run) and "for an untrained image: " in printed(run)
        record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
        assert (record["status"], record["epochs_done"], record["updates_done"]) == ("finished", 2, 4)
        assert {name: record["conditions"][name] for name in options} == options
        generator = keras.models.load_model(run.workspace.generator_model, compile=False)
        assert generator.predict(np.zeros((2, 100), np.float32), verbose=0).shape == (2, 28, 28, 1)
        return run

    return complete


def test_a_complete_run_of_a_dcgan_compares_its_weights_with_the_notebooks(complete_run, printed):
    run = complete_run(**SMALL_DCGAN)
    assert "2,330,944" in printed(run) and "212,865" in printed(run)


@pytest.mark.usefixtures("quick_figures")
def test_a_complete_run_of_a_dense_gan(complete_run, printed):
    run = complete_run(network="dense", label_smoothing=0.1, dataset="mnist")
    assert "2,330,944" not in printed(run) and "212,865" not in printed(run), "these are the weights of the DCGAN"


@pytest.mark.usefixtures("quick_figures")
def test_another_architecture_in_the_same_folder_is_refused(make_run):
    run_steps(TRACK, make_run(LectureSettings, epochs=1, **SMALL_DCGAN))
    with pytest.raises(AssignmentError, match="--extra-layers 1 .this command has 0."):
        run_steps(TRACK, make_run(LectureSettings, epochs=1, **{**SMALL_DCGAN, "extra_layers": 0}))


@pytest.fixture
def figures(monkeypatch):
    """The arguments and options of the track's own figures, by file name; these figures are not drawn."""
    figures = {}
    for name in ("image_grid", "row_grid"):
        monkeypatch.setattr(track, name, lambda *arguments, **options: (arguments, options))
    monkeypatch.setattr(Run, "save_figure", lambda run, figure, path, **how: figures.update({path.name: figure}))
    return figures


def make_data(images, labels):
    return TrainingData(images, labels, sources.FASHION_MNIST, None)


def test_the_first_real_images_are_drawn_in_the_notebooks_two_rows_of_five(make_run, figures):
    images = np.zeros((80, 28, 28, 1)) + np.arange(80).reshape(80, 1, 1, 1)
    data = make_data(images, np.arange(80) % 10)
    (first, title, _, rows, columns), options = track.draw_real_images(data, make_run(LectureSettings))
    assert (rows, columns) == (2, 5) and first[:, 0, 0, 0].tolist() == list(range(10)) and "Fashion-MNIST" in title
    assert options["names"] == list(GARMENTS)


def test_the_figures_of_the_results_are_the_notebooks(make_run, figures):
    run = make_run(LectureSettings, **SMALL_DCGAN)
    generator = track.build_generator(run.settings, "float32")
    discriminator = track.build_discriminator(run.settings, "float32")
    images = np.random.default_rng(0).uniform(-1, 1, (80, 28, 28, 1)).astype(np.float32)
    gan = networks.compile_gan(generator, discriminator, 0.0)
    track.draw_results(gan, make_data(images, np.zeros(80)), run)

    (fakes, _, _, rows, columns), options = figures["step7_generated.png"]
    assert (rows, columns, options["size"]) == (4, 8, (16, 8)) and len(np.unique(fakes, axis=0)) == 32
    (both, names, *_), _ = figures["step7_real_beside_generated.png"]
    assert names == ("real", "generated")
    np.testing.assert_array_equal(both[:8], images[:8])
    np.testing.assert_array_equal(both[8:], fakes[:8])

    (interpolation, names, *_), options = figures["step7_interpolation.png"]
    assert names == ("straight line", "great circle")
    assert options["column_names"] == ["0.0", "0.1", "0.2", "0.3", "0.4", "0.6", "0.7", "0.8", "0.9", "1.0"]
    ends = streams.draw_noise(1, streams.Purpose.WALK_NOISE, count=2, latent_dim=100)
    for row, path in zip(np.split(interpolation, 2), (latent.straight_line, latent.great_circle)):
        np.testing.assert_allclose(row, generator(path(*ends, 10), training=False), atol=1e-6)
    assert np.abs(interpolation[5] - interpolation[15]).max() > 1e-4, "both paths are the same"
    assert track.GRID == (4, 4)


@pytest.mark.usefixtures("quick_figures")
def test_every_ingredient_is_requested_from_the_practices(make_run, check_all_ingredients_are_requested):
    check_all_ingredients_are_requested(TRACK, make_run(LectureSettings, epochs=1, **SMALL_DCGAN))


@pytest.mark.parametrize(
    ("options", "practices", "kind"),
    [
        ({"network": "dense"}, (), "a probability"),
        (SMALL_DCGAN, (), "a logit"),
        ({"network": "dense"}, ("hinge",), "a logit"),
    ],
)
def test_the_output_of_the_untrained_discriminator_is_printed(make_run, printed, options, practices, kind):
    run, stack = make_run(LectureSettings, **options), PracticeStack(practices)
    generator = track.build_generator(run.settings, "float32")
    discriminator = stack.discriminator(track.build_discriminator(run.settings, "float32"))
    track.describe_networks(generator, discriminator, np.zeros((1, 100), np.float32), run)
    assert kind in printed(run)
