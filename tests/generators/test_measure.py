import re

import numpy as np
import pytest

from assignment.conditional.networks import build_generator
from assignment.digits import networks as digits
from assignment.errors import AssignmentError
from assignment.evaluation.gan_train import GanTrainScores
from assignment.evaluation.judge import Reading
from assignment.evaluation.judge_files import JudgeFacts, StoredJudge
from assignment.foreign.metadata import ModelMetadata
from assignment.generators.measure import measure
from assignment.session import measurement, track
from assignment.session.measurement import Measurer
from assignment.session.start import load_track
from assignment.settings.measuring import MeasureSettings
from assignment.training.export import export_h5

DIGITS = ModelMetadata("conditional", "ana", 3, "drawn stand-in, not MNIST", tuple("0123456789"), epoch=7, practices=())


class FakeJudge:
    """A judge without a network: the features are the means of an image's four quarters, and every image is a 7."""

    def read(self, images):
        features = images.reshape(len(images), 4, -1).mean(axis=2)
        return Reading(features, np.full(len(images), 7), np.full(len(images), 0.95))


@pytest.fixture(autouse=True)
def few_images(few_digits, monkeypatch):
    """Eighty drawn digits, of which half are test images, and a judge without a network; returns what was loaded."""
    facts = JudgeFacts("mnist", "", "", 0, 0, 1, "0123456789ab", 0.99, 1.0, "", {})
    monkeypatch.setattr(track, "TRAINING_IMAGES", 40)
    monkeypatch.setattr(measurement, "get_judge", lambda *arguments: StoredJudge(FakeJudge(), facts))
    return few_digits


@pytest.fixture(scope="module")
def measurable_file(tmp_path_factory):
    """The bytes of a conditional generator's file that can be measured; written once, since that takes time."""
    path = tmp_path_factory.mktemp("models") / "conditional_generator_model_ana.h5"
    export_h5(build_generator("ana", 1), path, DIGITS)
    return path.read_bytes()


@pytest.fixture
def path(workspace, measurable_file):
    """The file of a conditional generator."""
    workspace.models_dir.mkdir()
    workspace.generator_model.write_bytes(measurable_file)
    return workspace.generator_model


@pytest.fixture
def show(make_screen, printed):
    """A function that measures a generator and returns what is printed, without the time left."""

    def show(**options):
        screen = make_screen(width=120)
        measure(MeasureSettings(**options), load_track, screen)
        return re.sub(r", \d+ s left", "", printed(screen))

    return show


def test_all_metrics_of_a_generator_are_printed_from_its_name_or_its_file(path, show):
    text = show(firstname="ana", track="conditional", models_dir=path.parent)
    assert text == show(file=path)
    for words in (
        f"{path}\n",
        "ana's conditional generator after 7 epochs, seed 3; learned from: drawn stand-in, not MNIST",
        "5 draws of 20 generated images; each draw is compared with 20 real images",
        "judge FID ",
        "recognized as the right class ",
        "0.200 (0.200 to 0.200)",  # every image is recognized as one of the five digits that are compared
        "copies of training images ",
        "  compared with the stand-in of MNIST, which the program draws\n",
        "distance to the nearest training image ",
        "  Are the images recognizable? no\n    The judge recognizes ",
        "  Do the images show the right class? not shown",
        "  Is the generator free of mode collapse? no",
    ):
        assert words in text
    assert "Were the losses stable" not in text, "the file has no losses"
    assert "Whether the losses were stable and the images improved is in the report of its run" in text


def test_the_metrics_are_those_of_the_end_of_the_run(path, show, monkeypatch):
    seen = []
    original = Measurer.measure

    def record(measurer, generator, epoch, on_progress):
        seen.append((epoch, measurer._run.settings.seed, generator.name))
        return original(measurer, generator, epoch, on_progress)

    monkeypatch.setattr(Measurer, "measure", record)
    show(file=path)
    assert seen == [(7, 3, "conditional_generator_model_ana")]


def test_the_images_are_those_that_the_generator_learned(path, show, few_images):
    garments = DIGITS._replace(images="drawn stand-in, not Fashion-MNIST")
    export_h5(build_generator("ana", 1), path, garments)
    show(file=path)
    assert few_images == ["fashion-mnist"]


def test_practices_change_the_noise(path, show):
    plain = show(file=path)
    export_h5(build_generator("ana", 1), path, DIGITS._replace(practices=("uniform-noise",)))
    changed = show(file=path)
    assert "seed 3, with uniform-noise;" in changed
    assert [line for line in plain.splitlines() if "judge FID" in line] != [
        line for line in changed.splitlines() if "judge FID" in line
    ]


def test_gan_train_is_printed_next_to_the_values_of_real_images(path, show, monkeypatch):
    scores = GanTrainScores(gan_train=0.71, gan_test=0.92, real_train=0.88, real_test=0.99)
    monkeypatch.setattr(Measurer, "measure_gan_train", lambda measurer, generator, epoch, on_progress: scores)
    text = show(file=path, gan_train=True)
    rows = {line.split("│")[1].strip(): line for line in text.splitlines() if "│ GAN-" in line}
    assert "0.710" in rows["GAN-train"] and "0.880" in rows["GAN-train"]
    assert "0.920" in rows["GAN-test"] and "0.990" in rows["GAN-test"]
    assert "GAN-train" not in show(file=path)


def test_gan_train_needs_a_generator_that_takes_labels(tmp_path, show):
    path = tmp_path / "digits_generator_model_ana.h5"
    export_h5(digits.build_generator("ana"), path, DIGITS._replace(track="digits", classes=()))
    with pytest.raises(AssignmentError, match="takes no label, so --gan-train has nothing to train with"):
        show(file=path, gan_train=True)
    assert "recognized as the right class" not in show(file=path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"images": "my holiday"},
            "generator_model_ana.h5 learned from images that this version does not know: 'my holi",
        ),
        ({"seed": None}, "generator_model_ana.h5 does not contain its seed and epoch; give a file that a run saved"),
        ({"epoch": None}, "does not contain its seed and epoch"),
        ({"track": "alchemy"}, "in a track that this version does not know: 'alchemy'"),
        ({"track": "digits", "images": "drawn stand-in, not Fashion-MNIST"}, "but the digits track has other images"),
        ({"practices": ("alchemy",)}, "with the practice 'alchemy'"),
        ({"firstname": "../ana"}, "first name"),
    ],
)
def test_a_file_with_other_facts_is_refused_in_one_sentence(path, show, changes, message):
    export_h5(build_generator("ana", 1), path, DIGITS._replace(**changes))
    with pytest.raises(AssignmentError, match=message) as error:
        show(file=path)
    assert "\n" not in str(error.value)


def test_an_error_that_is_not_the_files_is_not_blamed_on_it(path, show, monkeypatch):
    def fail(*arguments):
        raise PermissionError(13, "Permission denied", "images")

    monkeypatch.setattr(track, "load_dataset", fail)
    with pytest.raises(PermissionError):
        show(file=path)


def test_a_generator_that_diverged_is_refused(path, show, monkeypatch):
    monkeypatch.setattr(measurement, "generate_images", lambda generator, inputs: np.full((20, 28, 28, 1), np.nan))
    with pytest.raises(AssignmentError, match="generator_model_ana.h5 have NaN or infinite values"):
        show(file=path)


def test_a_data_folder_is_not_used_for_a_generator_that_learned_a_stand_in(path, show, tmp_path):
    assert "; --data-dir is not used\n" in show(file=path, data_dir=tmp_path)


def test_a_path_that_is_no_file_is_refused(tmp_path, path, show):
    with pytest.raises(AssignmentError, match="is a folder, not a file; give the path of a generator's .h5 file"):
        show(file=tmp_path)
    with pytest.raises(AssignmentError, match="--models-dir takes a folder, but .*_ana.h5 is a file"):
        show(firstname="ana", models_dir=path)


def test_a_missing_file_is_named(tmp_path, show):
    with pytest.raises(
        AssignmentError, match="x.h5 does not exist; give the path of a generator's .h5 file, or a first"
    ):
        show(file=tmp_path / "x.h5")
    with pytest.raises(
        AssignmentError, match="generator_model_ana.h5 does not exist; train it first, with --track fash"
    ):
        show(firstname="ana", models_dir=tmp_path)
