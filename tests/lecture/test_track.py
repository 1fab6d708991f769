"""The whole lecture track in one process, on a few of the stand-in's digits."""

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

pytestmark = pytest.mark.usefixtures("few_digits")
SMALL = {"filters": "2,3", "kernel": 3, "extra_layers": 1}


@pytest.mark.parametrize("options", [SMALL, {"network": "dense", "label_smoothing": 0.1, "dataset": "mnist"}])
def test_the_whole_track(make_run, few_digits, options):
    run = make_run(LectureSettings, **options)
    assert run_steps(TRACK, run) is None
    assert few_digits == [options.get("dataset", "fashion-mnist")]
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
        "step7_generated.png",
        "step7_grid_epoch_0001.png",
        "step7_grid_epoch_0002.png",
        "step7_interpolation.png",
        "step7_losses.png",
        "step7_progress.png",
        "step7_real_beside_generated.png",
    ]
    said = run.screen.console.file.getvalue()
    assert "The gradient tapes are separate" in said and "for an untrained image: " in said
    compared = "network" not in options  # the dense GAN is the notebook's too, but not its DCGAN
    assert ("2,330,944" in said and "212,865" in said) == compared
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert (record["status"], record["epochs_done"], record["updates_done"]) == ("finished", 2, 6)
    assert {name: record["conditions"][name] for name in options} == options
    generator = keras.models.load_model(run.workspace.generator_model, compile=False)
    assert generator.predict(np.zeros((2, 100), np.float32), verbose=0).shape == (2, 28, 28, 1)


def test_another_architecture_in_the_same_folder_is_refused(make_run):
    run_steps(TRACK, make_run(LectureSettings, epochs=1, **SMALL))
    with pytest.raises(AssignmentError, match="--extra-layers 1 .this command has 0."):
        run_steps(TRACK, make_run(LectureSettings, epochs=1, **{**SMALL, "extra_layers": 0}))


@pytest.fixture
def drawn(monkeypatch):
    """The arguments of the track's figures, by file name, without drawing them."""
    figures = {}
    for name in ("image_grid", "row_grid"):
        monkeypatch.setattr(track, name, lambda *arguments, **options: (arguments, options))
    monkeypatch.setattr(Run, "save_figure", lambda run, figure, path, **how: figures.update({path.name: figure}))
    return figures


def make_data(images, labels, dataset="fashion-mnist"):
    return TrainingData(images, labels, sources.SOURCES[dataset], None)


def test_the_first_images_are_the_notebooks_two_rows_of_five(make_run, drawn):
    images = np.zeros((80, 28, 28, 1)) + np.arange(80).reshape(80, 1, 1, 1)
    data = make_data(images, np.arange(80) % 10)
    (first, title, _, rows, columns), options = track.draw_real_images(data, make_run(LectureSettings))
    assert (rows, columns) == (2, 5) and first[:, 0, 0, 0].tolist() == list(range(10)) and "Fashion-MNIST" in title
    assert options["names"] == list(GARMENTS)


def test_the_figures_of_the_results_are_the_notebooks(make_run, drawn):
    run = make_run(LectureSettings, **SMALL)
    generator, discriminator = (
        build(run.settings, "float32") for build in (track.build_generator, track.build_discriminator)
    )
    images = np.random.default_rng(0).uniform(-1, 1, (80, 28, 28, 1)).astype(np.float32)
    gan = networks.compile_gan(generator, discriminator, 0.0)
    track.draw_results(gan, make_data(images, np.zeros(80)), run)

    (fakes, _, _, rows, columns), options = drawn["step7_generated.png"]
    assert (rows, columns, options["size"]) == (4, 8, (16, 8)) and len(np.unique(fakes, axis=0)) == 32
    (both, names, *_), _ = drawn["step7_real_beside_generated.png"]
    assert names == ("real", "generated")
    np.testing.assert_array_equal(both[:8], images[:8])
    np.testing.assert_array_equal(both[8:], fakes[:8])

    (walked, names, *_), options = drawn["step7_interpolation.png"]
    assert names == ("straight line", "great circle")
    assert options["column_names"] == ["0.0", "0.1", "0.2", "0.3", "0.4", "0.6", "0.7", "0.8", "0.9", "1.0"]
    ends = streams.draw_noise(1, streams.Purpose.WALK_NOISE, count=2, latent_dim=100)
    for row, path in zip(np.split(walked, 2), (latent.straight_line, latent.great_circle)):
        np.testing.assert_allclose(row, generator(path(*ends, 10), training=False), atol=1e-6)
    assert np.abs(walked[5] - walked[15]).max() > 1e-4, "both paths are the same"
    assert track.GRID == (4, 4)


def test_every_ingredient_is_requested_from_the_practices(make_run, check_all_ingredients_are_requested):
    check_all_ingredients_are_requested(TRACK, make_run(LectureSettings, epochs=1, **SMALL))


@pytest.mark.parametrize(
    ("options", "practices", "kind"),
    [
        ({"network": "dense"}, (), "a probability"),
        (SMALL, (), "a logit"),
        ({"network": "dense"}, ("hinge",), "a logit"),
    ],
)
def test_the_output_of_the_untrained_discriminator_is_printed(make_run, printed, options, practices, kind):
    run, stack = make_run(LectureSettings, **options), PracticeStack(practices)
    generator = track.build_generator(run.settings, "float32")
    discriminator = stack.discriminator(track.build_discriminator(run.settings, "float32"))
    track.describe_networks(generator, discriminator, np.zeros((1, 100), np.float32), run)
    assert kind in printed(run)
