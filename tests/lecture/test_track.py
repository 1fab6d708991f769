"""The whole lecture track in one process, on a few of the stand-in's digits."""

import json

import keras
import numpy as np
import pytest

from assignment.errors import AssignmentError
from assignment.lecture import track
from assignment.practices.stack import Mixture
from assignment.settings.tracks import LectureSettings
from assignment.training import latent, streams

pytestmark = pytest.mark.usefixtures("few_digits")
SMALL = {"filters": "2,3", "kernel": 3, "extra_layers": 1}


@pytest.mark.parametrize("options", [SMALL, {"network": "dense", "label_smoothing": 0.1, "dataset": "mnist"}])
def test_the_whole_track(make_run, few_digits, options):
    run = make_run(LectureSettings, **options)
    assert track.run_track(run) is None
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
    assert "The tapes are apart" in said and "answer to an untrained image: " in said
    compared = "network" not in options  # the dense GAN is the notebook's too, but not its DCGAN
    assert ("2,330,944" in said and "212,865" in said) == compared
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert (record["status"], record["epochs_done"], record["updates_done"]) == ("finished", 2, 6)
    assert {name: record["conditions"][name] for name in options} == options
    generator = keras.models.load_model(run.workspace.generator_model, compile=False)
    assert generator.predict(np.zeros((2, 100), np.float32), verbose=0).shape == (2, 28, 28, 1)


def test_another_architecture_in_the_same_folder_is_refused(make_run):
    track.run_track(make_run(LectureSettings, epochs=1, **SMALL))
    with pytest.raises(AssignmentError, match="--extra-layers 1 .this command has 0."):
        track.run_track(make_run(LectureSettings, epochs=1, **{**SMALL, "extra_layers": 0}))


@pytest.fixture
def kept(monkeypatch):
    """What the track hands to its figures, by the file that it becomes, without drawing it."""
    figures = {}
    for name in ("image_grid", "row_grid"):
        monkeypatch.setattr(track, name, lambda *given, **named: (given, named))
    monkeypatch.setattr(
        "assignment.session.run.Run.keep", lambda run, figure, path, **how: figures.update({path.name: figure})
    )
    return figures


def test_the_first_images_are_the_notebooks_two_rows_of_five(make_run, kept):
    images, labels = np.zeros((80, 28, 28, 1)) + np.arange(80).reshape(80, 1, 1, 1), np.arange(80) % 10
    track.show_images(images, labels, make_run(LectureSettings))
    (shown, title, _, rows, columns), named = kept["step2_real_images.png"]
    assert (rows, columns) == (2, 5) and shown[:, 0, 0, 0].tolist() == list(range(10)) and "Fashion-MNIST" in title
    assert named["names"] == [
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ]


def test_the_figures_of_what_was_learned_are_the_notebooks(make_run, kept, monkeypatch):
    monkeypatch.setattr(track, "save_networks", lambda gan, run: None)
    run = make_run(LectureSettings, **SMALL)
    generator, discriminator = (build("Ана", 1) for build in track.builders(run.settings))
    images = np.random.default_rng(0).uniform(-1, 1, (80, 28, 28, 1)).astype(np.float32)
    track.save(track.networks.compile_gan(generator, discriminator, 0.0), images, run)

    (fakes, _, _, rows, columns), named = kept["step7_generated.png"]
    assert (rows, columns, named["size"]) == (4, 8, (16, 8)) and len(np.unique(fakes, axis=0)) == 32
    (both, names, *_), _ = kept["step7_real_beside_generated.png"]
    assert names == ("real", "generated")
    np.testing.assert_array_equal(both[:8], images[:8])
    np.testing.assert_array_equal(both[8:], fakes[:8])

    (walked, names, *_), named = kept["step7_interpolation.png"]
    assert names == ("straight line", "great circle")
    assert named["column_names"] == ["0.0", "0.1", "0.2", "0.3", "0.4", "0.6", "0.7", "0.8", "0.9", "1.0"]
    ends = streams.walk_noise(1, 2, 100)
    for row, path in zip(np.split(walked, 2), (latent.straight_line, latent.great_circle)):
        np.testing.assert_allclose(row, generator(path(*ends, 10), training=False), atol=1e-6)
    assert np.abs(walked[5] - walked[15]).max() > 1e-4, "two ways, not one twice"
    assert track.GRID == (4, 4)


def test_every_ingredient_can_be_replaced(make_run, assert_all_ingredients_can_be_replaced):
    assert_all_ingredients_can_be_replaced(track.run_track, make_run(LectureSettings, epochs=1, **SMALL))


@pytest.mark.parametrize(
    ("options", "practices", "kind"),
    [
        ({"network": "dense"}, (), "a probability"),
        (SMALL, (), "no probability"),
        ({"network": "dense"}, ("hinge",), "no probability"),
    ],
)
def test_what_the_first_answer_is(make_run, options, practices, kind):
    run, mixture = make_run(LectureSettings, **options), Mixture(practices)
    generator, discriminator = (build("Ана", 1) for build in track.builders(run.settings))
    track.say_first_answer(generator, mixture.discriminator(discriminator), np.zeros((1, 100), np.float32), run)
    assert kind in run.screen.console.file.getvalue()
