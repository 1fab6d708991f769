import h5py
import keras
import numpy as np
import pytest

from assignment import sampling
from assignment.conditional.networks import build_discriminator, build_generator
from assignment.digits import networks as digits
from assignment.errors import AssignmentError
from assignment.sampling import Samples, draw_picture, draw_samples, parse_labels, sample, samples_name
from assignment.settings.samples import SampleSettings
from assignment.storage.files import partial_path
from assignment.storage.lock import lock_folder
from assignment.storage.workspace import Workspace
from assignment.training.export import ATTRIBUTE, ModelMetadata, export_h5
from assignment.training.streams import Purpose, draw_noise

GARMENTS = ModelMetadata("conditional", "ana", 1, "a stand-in", ("T-shirt/top", "Trouser", "Bag"))
DIGITS = GARMENTS._replace(classes=tuple("0123456789"))
WITHOUT_LABELS = GARMENTS._replace(classes=())


@pytest.fixture
def generator():
    return build_generator("ana", 1)


@pytest.fixture
def workspace(tmp_path):
    return Workspace.for_run("conditional", tmp_path / "outputs", tmp_path / "models", "ana")


@pytest.fixture
def trained(workspace, generator):
    """A workspace with the saved generator of a conditional run."""
    workspace.models_dir.mkdir()
    export_h5(generator, workspace.generator_model, DIGITS)
    return workspace


def settings(labels=None, count=3, seed=1):
    return SampleSettings("ana", "conditional", labels, count, seed)


@pytest.mark.parametrize(
    ("text", "metadata", "labels"),
    [
        ("7", DIGITS, [7]),
        ("0-9", DIGITS, list(range(10))),
        ("1,3-5", DIGITS, [1, 3, 4, 5]),
        ("3,3", DIGITS, [3]),
        (None, GARMENTS, [0, 1, 2]),
        ("bag", GARMENTS, [2]),
        ("t-shirt/top, Bag", GARMENTS, [0, 2]),
        ("1-2", GARMENTS, [1, 2]),
        (None, WITHOUT_LABELS, [None]),
    ],
)
def test_labels_are_given_by_number_range_or_name(text, metadata, labels):
    assert parse_labels(text, metadata) == labels


@pytest.mark.parametrize("text", ["10", "-1", "9-3", "3-", "", "seven", "1,,2", "0-10", "²", "1.0"])
def test_an_unknown_label_is_refused_in_one_sentence(text):
    with pytest.raises(AssignmentError, match="^there is no label '.*'; the labels are 0 to 9.$"):
        parse_labels(text, DIGITS)


@pytest.mark.parametrize(
    "text", [5_000 * "9", f"0-{5_000 * '9'}", "0-999999999999", "-".join(5_000 * "1"), 5_000 * "x"]
)
def test_a_very_long_label_is_refused_in_a_short_sentence(text):
    with pytest.raises(AssignmentError, match="^there is no label '.*'; the labels are 0 to 9.$") as caught:
        parse_labels(text, DIGITS)
    assert len(str(caught.value)) < 100


def test_the_error_lists_the_class_names_if_they_are_not_numbers():
    with pytest.raises(AssignmentError, match="the labels are 0 to 2, or T-shirt/top, Trouser, Bag."):
        parse_labels("Dress", GARMENTS)


def test_a_generator_without_labels_refuses_labels():
    with pytest.raises(AssignmentError, match="takes no label"):
        parse_labels("7", WITHOUT_LABELS._replace(track="fashion"))


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ([None], "without_label_seed_1"),
        ([7], "label_7_seed_1"),
        ([0, 1], "labels_0_1_seed_1"),
        ([0, 1, 2], "labels_0-2_seed_1"),
        ([1, 3, 8], "labels_1_3_8_seed_1"),
    ],
)
def test_the_file_name_identifies_labels_and_seed(labels, name):
    assert samples_name(labels, 1) == name


def test_sample_writes_a_picture_and_its_arrays(trained, generator):
    picture, arrays = sample(settings("7", count=5), trained)
    assert picture.name == "samples_label_7_seed_1.png" and picture.read_bytes()[1:4] == b"PNG"
    with np.load(arrays) as stored:
        assert stored["images"].shape == (5, 28, 28, 1) and stored["images"].dtype == np.float32
        assert str(stored["learned_from"]) == "a stand-in"
        assert stored["labels"].tolist() == [7] * 5 and stored["noise"].shape == (5, 100)
        expected = generator([stored["noise"], stored["labels"][:, np.newaxis]], training=False)
        np.testing.assert_allclose(stored["images"], expected, atol=1e-5)


def test_the_images_of_a_label_do_not_depend_on_the_other_labels(generator):
    alone = draw_samples(generator, DIGITS, [7], 4, seed=1)
    with_another = draw_samples(generator, DIGITS, [2, 7], 4, seed=1)
    np.testing.assert_array_equal(with_another.noise[4:], alone.noise)
    np.testing.assert_allclose(with_another.images[4:], alone.images, atol=1e-5)
    assert not np.allclose(draw_samples(generator, DIGITS, [7], 4, seed=2).images, alone.images)


def test_the_noise_is_drawn_from_the_seed_and_the_label(generator):
    noise = draw_samples(generator, DIGITS, [2, 7], 4, seed=3).noise
    for rows, label in ((noise[:4], 2), (noise[4:], 7)):
        expected = draw_noise(3, Purpose.SAMPLE_NOISE, label, count=4, latent_dim=100)
        np.testing.assert_array_equal(rows, expected)


def test_every_label_has_its_own_noise(trained):
    _, arrays = sample(settings("7,8", count=3), trained)
    with np.load(arrays) as stored:
        assert len(np.unique(stored["noise"], axis=0)) == 6


def test_the_noise_has_the_distribution_that_the_generator_was_trained_with(trained, generator):
    export_h5(generator, trained.generator_model, DIGITS._replace(practices=("ema", "uniform-noise")))
    noise = np.load(sample(settings("7"), trained)[1])["noise"]
    assert np.abs(noise).max() < 1 and np.abs(noise).mean() == pytest.approx(0.5, abs=0.05)


def test_each_label_has_one_or_more_rows_and_the_first_is_named(generator):
    figure = draw_picture(draw_samples(generator, GARMENTS, [0, 2], 14, seed=1), "ana", 1)
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == ["T-shirt/top", "", "Bag", ""]
    assert "28 samples" in figure.get_suptitle() and "a stand-in" in figure.texts[-1].get_text()


def test_only_the_first_images_of_each_label_are_drawn_if_there_are_many():
    images = np.linspace(-1, 1, 2 * 1000, dtype=np.float32).reshape(-1, 1, 1, 1) * np.ones((1, 28, 28, 1), np.float32)
    figure = draw_picture(Samples(images, np.zeros((2000, 100), np.float32), [0, 2], GARMENTS), "ana", 1)
    names = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert len(names) == 60 and names[30] == "Bag"
    assert figure.get_suptitle() == "The first 360 of 1000 samples of each label by ana's conditional generator"
    picture = figure.axes[0].images[0].get_array()
    assert picture[30 * 30, 0] == images[1000, 0, 0, 0]


def test_the_picture_of_one_sample_has_a_singular_title_and_a_legible_caption(generator):
    figure = draw_picture(draw_samples(generator, GARMENTS, [0], 1, seed=1), "ana", 1)
    assert figure.get_suptitle().startswith("1 sample of") and figure.texts[-1].get_fontsize() == 8


@pytest.mark.parametrize(
    ("count", "rows", "columns"), [(1, 1, 1), (2, 2, 1), (5, 3, 2), (12, 4, 3), (13, 5, 3), (16, 4, 4), (36, 6, 6)]
)
def test_a_few_images_without_labels_are_drawn_in_a_grid_like_the_sheets(count, rows, columns):
    images = np.linspace(-1, 1, count, dtype=np.float32).reshape(-1, 1, 1, 1) * np.ones((1, 28, 28, 1), np.float32)
    figure = draw_picture(Samples(images, np.zeros((count, 100), np.float32), [None], WITHOUT_LABELS), "ana", 1)
    visible = [axes for axes in figure.axes if axes.get_visible()]
    assert figure.axes[0].get_gridspec().get_geometry() == (rows, columns) and len(visible) == count
    for axes, image in zip(visible, images):
        np.testing.assert_array_equal(axes.images[0].get_array(), image[..., 0])


def test_many_images_without_labels_are_drawn_in_a_table():
    samples = Samples(np.zeros((800, 28, 28, 1), np.float32), np.zeros((800, 100), np.float32), [None], WITHOUT_LABELS)
    figure = draw_picture(samples, "ana", 1)
    assert (
        len(figure.axes) == 1 and figure.get_suptitle() == "The first 720 of 800 samples by ana's conditional generator"
    )


def test_a_generator_without_labels_is_sampled(tmp_path):
    workspace = Workspace.for_run("digits", tmp_path / "outputs", tmp_path, "ana")
    export_h5(digits.build_generator("ana"), workspace.generator_model, WITHOUT_LABELS._replace(track="digits"))
    _, arrays = sample(SampleSettings("ana", "digits"), workspace)
    with np.load(arrays) as stored:
        assert stored["images"].shape == (12, 28, 28, 1) and set(stored["labels"]) == {-1}


@pytest.mark.parametrize(
    ("error", "expected", "message"),
    [
        (MemoryError("full"), MemoryError, "full"),  # the guard of the command gives the advice
        (ZeroDivisionError(), AssignmentError, "generator_model_ana.h5 cannot be used as a generator; it is damaged"),
    ],
)
def test_any_error_while_images_are_generated_is_one_sentence(trained, monkeypatch, error, expected, message):
    def fail(generator, inputs):
        raise error

    monkeypatch.setattr(sampling, "generate_images", fail)
    with pytest.raises(expected, match=message):
        sample(settings("7"), trained)
    assert not trained.folder.exists()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_generator_of_images_that_are_not_finite_is_refused(trained, monkeypatch, value):
    monkeypatch.setattr(sampling, "generate_images", lambda generator, inputs: np.full((3, 28, 28, 1), value))
    with pytest.raises(AssignmentError, match="images have NaN or infinite values"):
        sample(settings("7"), trained)
    assert not trained.folder.exists()


def test_a_missing_generator_is_reported_in_one_sentence_and_nothing_is_written(workspace, tmp_path):
    with pytest.raises(AssignmentError, match="conditional_generator_model_ana.h5 does not exist; train it first"):
        sample(settings(), workspace)
    assert not list(tmp_path.iterdir())


def test_a_folder_instead_of_the_generator_is_reported(workspace):
    workspace.generator_model.mkdir(parents=True)
    with pytest.raises(AssignmentError, match="is a folder, but a file is expected; move it away"):
        sample(settings(), workspace)


def test_a_damaged_generator_is_reported_and_nothing_is_written(trained):
    content = trained.generator_model.read_bytes()
    trained.generator_model.write_bytes(content[: len(content) // 2])
    with pytest.raises(AssignmentError, match="generator_model_ana.h5"):
        sample(settings(), trained)
    assert not trained.folder.exists()


def functional(inputs, outputs):
    """Return a generator with inputs of other shapes, or other outputs."""

    def build():
        tensors = [keras.Input(shape, name=f"input_{number}") for number, shape in enumerate(inputs)]
        image = keras.layers.Identity()(tensors[0])
        if inputs[0]:
            units = [keras.layers.Dense(784)(keras.layers.Flatten()(tensor)) for tensor in tensors]
            image = keras.layers.Reshape((28, 28, 1))(keras.layers.Add()([*units, units[0]]))
        return keras.Model(tensors, outputs(image))

    return build


OTHER_NETWORKS = {
    "a scalar input": functional([()], lambda image: image),
    "one input": functional([(100,)], lambda image: image),
    "three inputs": functional([(100,), (1,), (1,)], lambda image: image),
    "labels of two numbers": functional([(100,), (2,)], lambda image: image),
    "noise in a square": functional([(10, 10), (1,)], lambda image: image),
    "two images": functional([(100,), (1,)], lambda image: [image, image]),
    "an image in a dictionary": functional([(100,), (1,)], lambda image: {"image": image}),
    "a smaller image": functional([(100,), (1,)], lambda image: image[:, :14]),
}


@pytest.mark.parametrize("build", OTHER_NETWORKS.values(), ids=OTHER_NETWORKS.keys())
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_a_network_with_other_inputs_or_outputs_is_refused(trained, build):
    with h5py.File(trained.generator_model) as file:
        facts = file.attrs[ATTRIBUTE]
    build().save(trained.generator_model, include_optimizer=False)
    with h5py.File(trained.generator_model, "r+") as file:
        file.attrs[ATTRIBUTE] = facts
    check_refused(trained)


def test_a_generator_with_labels_and_without_classes_is_refused(trained, generator):
    export_h5(generator, trained.generator_model, WITHOUT_LABELS)
    check_refused(trained)


def test_a_generator_with_an_unknown_practice_is_refused(trained, generator):
    export_h5(generator, trained.generator_model, DIGITS._replace(practices=("alchemy",)))
    check_refused(trained)


def test_a_generator_with_a_layer_of_another_kind_is_refused(trained):
    with h5py.File(trained.generator_model, "r+") as file:
        file.attrs["model_config"] = file.attrs["model_config"].replace('"Conv2DTranspose"', '"Lambda"')
    check_refused(trained)


def check_refused(workspace):
    """Check that sampling raises one sentence, which names the file, and writes nothing."""
    with pytest.raises(AssignmentError, match=r"\A[^\n]{,400}generator_model_ana\.h5[^\n]{,200}\.\Z"):
        sample(settings(), workspace)
    assert not workspace.folder.exists()


def test_the_generator_of_another_track_is_refused(trained, generator):
    export_h5(generator, trained.generator_model, DIGITS._replace(track="lecture"))
    with pytest.raises(AssignmentError, match="was trained in the lecture track; give --track lecture, or"):
        sample(settings(), trained)
    assert not trained.folder.exists()


def test_a_discriminator_is_refused(trained):
    export_h5(build_discriminator("ana", 1), trained.generator_model, DIGITS)
    with pytest.raises(AssignmentError, match="is a discriminator; give the generator's file"):
        sample(settings(), trained)
    assert not trained.folder.exists()


def test_sampling_deletes_the_partial_files_that_a_kill_left(trained):
    picture, _ = sample(settings("7"), trained)
    partial = partial_path(picture, "0123abcd")
    partial.touch()
    sample(settings("7"), trained)
    assert not partial.exists()


def test_sampling_works_while_a_run_is_training_in_the_folder(trained):
    trained.folder.mkdir(parents=True)
    with lock_folder(trained, "a run"):
        picture, arrays = sample(settings("7"), trained)
    assert picture.exists() and arrays.exists()
