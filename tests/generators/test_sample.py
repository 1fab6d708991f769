import numpy as np
import pytest

from assignment.digits import networks as digits
from assignment.errors import AssignmentError
from assignment.foreign.metadata import ModelMetadata
from assignment.generators import samples
from assignment.generators.sample import sample
from assignment.settings.samples import SampleSettings
from assignment.storage.files import partial_path
from assignment.storage.lock import lock_folder
from assignment.storage.workspace import Workspace
from assignment.training.export import export_h5

DIGITS = ModelMetadata("conditional", "ana", 1, "a stand-in", tuple("0123456789"))
WITHOUT_LABELS = DIGITS._replace(classes=())


def settings(labels=None, count=3, seed=1):
    return SampleSettings("ana", "conditional", labels, count, seed)


def test_sample_writes_a_picture_and_its_arrays(trained, generator):
    picture, arrays = sample(settings("7", count=5), trained)
    assert picture.name == "samples_label_7_seed_1.png" and picture.read_bytes()[1:4] == b"PNG"
    with np.load(arrays) as stored:
        assert stored["images"].shape == (5, 28, 28, 1) and stored["images"].dtype == np.float32
        assert str(stored["learned_from"]) == "a stand-in"
        assert stored["labels"].tolist() == [7] * 5 and stored["noise"].shape == (5, 100)
        expected = generator([stored["noise"], stored["labels"][:, np.newaxis]], training=False)
        np.testing.assert_allclose(stored["images"], expected, atol=1e-5)


def test_every_label_has_its_own_noise(trained):
    _, arrays = sample(settings("7,8", count=3), trained)
    with np.load(arrays) as stored:
        assert len(np.unique(stored["noise"], axis=0)) == 6


def test_the_noise_has_the_distribution_that_the_generator_was_trained_with(trained, generator):
    export_h5(generator, trained.generator_model, DIGITS._replace(practices=("ema", "uniform-noise")))
    noise = np.load(sample(settings("7"), trained)[1])["noise"]
    assert np.abs(noise).max() < 1 and np.abs(noise).mean() == pytest.approx(0.5, abs=0.05)


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

    monkeypatch.setattr(samples, "generate_images", fail)
    with pytest.raises(expected, match=message):
        sample(settings("7"), trained)
    assert not trained.folder.exists()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_generator_of_images_that_are_not_finite_is_refused(trained, monkeypatch, value):
    monkeypatch.setattr(samples, "generate_images", lambda generator, inputs: np.full((3, 28, 28, 1), value))
    with pytest.raises(AssignmentError, match="generator_model_ana.h5 have NaN or infinite values"):
        sample(settings("7"), trained)
    assert not trained.folder.exists()


def test_a_missing_generator_is_reported_in_one_sentence_and_nothing_is_written(workspace, tmp_path):
    with pytest.raises(AssignmentError, match="conditional_generator_model_ana.h5 does not exist; train it first"):
        sample(settings(), workspace)
    assert not list(tmp_path.iterdir())


def test_a_folder_instead_of_the_generator_is_reported(workspace):
    workspace.generator_model.mkdir(parents=True)
    with pytest.raises(AssignmentError, match="it is a folder, but a file is expected"):
        sample(settings(), workspace)


def test_a_damaged_generator_is_reported_and_nothing_is_written(trained):
    content = trained.generator_model.read_bytes()
    trained.generator_model.write_bytes(content[: len(content) // 2])
    with pytest.raises(AssignmentError, match="generator_model_ana.h5"):
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
