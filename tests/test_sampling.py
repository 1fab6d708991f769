import numpy as np
import pytest

from assignment.conditional.networks import build_discriminator, build_generator
from assignment.errors import AssignmentError
from assignment.sampling import Samples, chosen_labels, draw_picture, draw_samples, sample
from assignment.settings.tracks import SampleSettings
from assignment.storage.workspace import Workspace
from assignment.training.export import Facts, export_h5

GARMENTS = ("T-shirt/top", "Trouser", "Bag")
FACTS = Facts("conditional", "ana", 1, "a stand-in", GARMENTS)
DIGITS = FACTS._replace(classes=tuple("0123456789"))


@pytest.fixture
def workspace(tmp_path):
    return Workspace.of("conditional", tmp_path / "outputs", tmp_path / "models", "ana")


@pytest.fixture
def trained(workspace):
    workspace.models_dir.mkdir()
    export_h5(build_generator("ana", 1), workspace.generator_model, DIGITS)
    return workspace


def asked(labels=None, count=3, seed=1):
    return SampleSettings("ana", "conditional", labels, count, seed)


@pytest.mark.parametrize(
    ("wish", "facts", "labels"),
    [
        ("7", DIGITS, [7]),
        ("0-9", DIGITS, list(range(10))),
        ("1,3-5", DIGITS, [1, 3, 4, 5]),
        ("3,3", DIGITS, [3]),
        (None, FACTS, [0, 1, 2]),
        ("bag", FACTS, [2]),
        ("t-shirt/top, Bag", FACTS, [0, 2]),
        ("1-2", FACTS, [1, 2]),
        (None, FACTS._replace(classes=()), [None]),
    ],
)
def test_labels_by_number_range_and_name(wish, facts, labels):
    assert chosen_labels(wish, facts) == labels


@pytest.mark.parametrize("wish", ["10", "-1", "9-3", "3-", "", "seven", "1,,2", "0-10", "²", "1.0"])
def test_a_label_outside_the_classes_is_one_sentence(wish):
    with pytest.raises(AssignmentError, match="^there is no label '.*'; there are 0 to 9.$"):
        chosen_labels(wish, DIGITS)


def test_names_are_told_where_there_are_some():
    with pytest.raises(AssignmentError, match="0 to 2, or T-shirt/top, Trouser, Bag."):
        chosen_labels("Dress", FACTS)


def test_a_generator_without_labels_takes_none():
    with pytest.raises(AssignmentError, match="takes no label"):
        chosen_labels("7", FACTS._replace(classes=(), track="fashion"))


def test_a_picture_and_its_arrays(trained):
    picture, arrays = sample(asked("7", count=5), trained)
    assert picture.name == "samples_label_7_seed_1.png" and picture.read_bytes()[1:4] == b"PNG"
    with np.load(arrays) as stored:
        assert stored["images"].shape == (5, 28, 28, 1) and stored["images"].dtype == np.float32
        assert str(stored["learned_from"]) == "a stand-in"
        assert stored["labels"].tolist() == [7] * 5 and stored["noise"].shape == (5, 100)
        drawn = build_generator("ana", 1)([stored["noise"], stored["labels"][:, np.newaxis]], training=False)
        np.testing.assert_allclose(stored["images"], drawn, atol=1e-5)


def test_the_same_seed_draws_the_same_whatever_else_is_asked_for(trained):
    generator = build_generator("ana", 1)
    alone = draw_samples(generator, DIGITS, [7], 4, seed=1)
    among = draw_samples(generator, DIGITS, [2, 7], 4, seed=1)
    np.testing.assert_allclose(among.images[4:], alone.images, atol=1e-5)
    assert not np.allclose(draw_samples(generator, DIGITS, [7], 4, seed=2).images, alone.images)


def test_every_label_has_noises_of_its_own(trained):
    _, arrays = sample(asked("7,8", count=3), trained)
    with np.load(arrays) as stored:
        assert len(np.unique(stored["noise"], axis=0)) == 6


def test_the_noise_is_of_the_kind_that_the_generator_was_trained_with(trained):
    export_h5(build_generator("ana", 1), trained.generator_model, DIGITS._replace(practices=("ema", "uniform-noise")))
    even = np.load(sample(asked("7"), trained)[1])["noise"]
    assert np.abs(even).max() < 1 and np.abs(even).mean() == pytest.approx(0.5, abs=0.05)


def test_a_row_or_more_for_each_label_named_once():
    samples = draw_samples(build_generator("ana", 1), FACTS, [0, 2], 14, seed=1)
    figure = draw_picture(samples, "ana", 1)
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == ["T-shirt/top", "", "Bag", ""]
    assert "28 samples" in figure.get_suptitle() and "a stand-in" in figure.texts[-1].get_text()


def test_of_many_the_first_are_drawn():
    images = np.linspace(-1, 1, 2 * 1000, dtype=np.float32).reshape(-1, 1, 1, 1) * np.ones((1, 28, 28, 1), np.float32)
    figure = draw_picture(Samples(images, None, [0, 2], FACTS), "ana", 1)
    names = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert len(names) == 60 and names[30] == "Bag"
    assert figure.get_suptitle() == "The first 360 of 1000 samples of each label by ana's conditional generator"
    shown = figure.axes[0].images[0].get_array()
    assert shown[30 * 30, 0] == images[1000, 0, 0, 0]


def test_one_sample_is_called_so_and_its_caption_can_be_read():
    figure = draw_picture(draw_samples(build_generator("ana", 1), FACTS, [0], 1, seed=1), "ana", 1)
    assert figure.get_suptitle().startswith("1 sample of") and figure.texts[-1].get_fontsize() == 8


def test_nothing_trained_is_one_sentence_and_leaves_nothing(workspace, tmp_path):
    with pytest.raises(AssignmentError, match="conditional_generator_model_ana.h5 does not exist; train it first"):
        sample(asked(), workspace)
    assert not list(tmp_path.iterdir())


def test_a_folder_in_the_generators_place_is_called_one(workspace):
    workspace.generator_model.mkdir(parents=True)
    with pytest.raises(AssignmentError, match="is a folder, where a generator's file should be"):
        sample(asked(), workspace)


def test_a_damaged_generator_is_one_sentence(trained):
    content = trained.generator_model.read_bytes()
    trained.generator_model.write_bytes(content[: len(content) // 2])
    with pytest.raises(AssignmentError, match="generator_model_ana.h5"):
        sample(asked(), trained)
    assert not trained.folder.exists()


def test_another_tracks_generator_and_a_discriminator_are_one_sentence(workspace):
    workspace.models_dir.mkdir()
    export_h5(build_generator("ana", 1), workspace.generator_model, DIGITS._replace(track="lecture"))
    with pytest.raises(AssignmentError, match="is of the lecture track; give the conditional track's own file"):
        sample(asked(), workspace)
    export_h5(build_discriminator("ana", 1), workspace.generator_model, DIGITS)
    with pytest.raises(AssignmentError, match="is a discriminator; give the generator's own file"):
        sample(asked(), workspace)
    assert not workspace.folder.exists()
