from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from filelock import FileLock

from assignment.data.dataset import Dataset, Provenance
from assignment.evaluation import judge_store
from assignment.evaluation.judge_store import RECIPE, get_judge
from assignment.evaluation.judge_training import CODE_VERSION, dataset_md5
from assignment.storage.files import partial_path

DATASET = Dataset(
    np.random.default_rng(0).integers(0, 256, (20, 28, 28), np.uint8),
    np.resize(np.arange(10, dtype=np.uint8), 20),
    Provenance("there", "twenty images", "not checked", is_standin=True),
)


@pytest.fixture(autouse=True)
def trainings(monkeypatch, tmp_path, make_judge):
    """The names of the data sets of every training so far. No network is really trained."""
    trainings = []

    def train(name, dataset, recipe, on_progress):
        assert recipe == RECIPE
        trainings.append(name)
        on_progress(1.0)
        return make_judge(seed=len(trainings), data=name, data_md5=dataset_md5(dataset))

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(judge_store, "train_judge", train)
    return trainings


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "keras" / "gan-assignment"


@contextmanager
def no_progress():
    yield lambda share: None


def weights(stored):
    return [weight.tobytes() for weight in stored.judge.classifier.get_weights()]


def test_judge_is_trained_once_for_a_data_set(trainings, folder):
    first, again = (get_judge("mnist", DATASET, no_progress) for _ in range(2))
    assert trainings == ["mnist"] and weights(first) == weights(again) and first.facts == again.facts
    assert {".json", ".npz"} <= {path.suffix for path in folder.iterdir()}


def test_other_images_labels_names_and_code_versions_have_other_judges(trainings, monkeypatch):
    get_judge("mnist", DATASET, no_progress)
    get_judge("mnist", replace(DATASET, images=DATASET.images[::-1]), no_progress)
    get_judge("mnist", replace(DATASET, labels=DATASET.labels[::-1].copy()), no_progress)
    get_judge("fashion-mnist", DATASET, no_progress)
    monkeypatch.setattr(judge_store, "CODE_VERSION", CODE_VERSION + 1)
    get_judge("mnist", DATASET, no_progress)
    assert len(trainings) == 5


@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_damaged_judge_is_trained_again(trainings, folder, suffix):
    get_judge("mnist", DATASET, no_progress)
    (path,) = folder.glob(f"*{suffix}")
    path.write_bytes(b"damaged")
    said = []
    get_judge("mnist", DATASET, no_progress, said.append)
    get_judge("mnist", DATASET, no_progress, said.append)
    assert len(trainings) == 2
    (sentence,) = said
    assert sentence.endswith(".npz is damaged; it is trained again")


def test_run_waits_for_a_judge_that_another_run_trains(trainings, folder):
    get_judge("mnist", DATASET, no_progress)
    (model,) = folder.glob("*.npz")
    lock = FileLock(model.with_suffix(".lock"))
    lock.acquire()
    # The other run ends as soon as this one waits.
    get_judge("mnist", DATASET, no_progress, say=lambda text: lock.release())
    assert len(trainings) == 1 and not lock.is_locked


def test_judge_that_cannot_be_stored_is_for_one_run(trainings, tmp_path):
    (tmp_path / "keras").write_text("a file where the folder should be")
    said = []
    for _ in range(2):
        assert get_judge("mnist", DATASET, no_progress, said.append).facts.data == "mnist"
    assert len(trainings) == len(said) == 2
    assert said[0].startswith("the judge cannot be stored in ") and said[0].endswith(
        "so the next run trains its own; KERAS_HOME names the folder"
    )


def test_partial_files_of_a_killed_run_are_deleted(folder):
    get_judge("mnist", DATASET, no_progress)
    (model,) = folder.glob("*.npz")
    ours = [partial_path(path, "0123abcd") for path in (model, model.with_suffix(".json"))]
    other = partial_path(folder / "judge_of_another_data_set.npz", "0123abcd")
    for path in (*ours, other):
        path.touch()
    get_judge("mnist", DATASET, no_progress)
    assert [path.exists() for path in (*ours, other)] == [False, False, True]
