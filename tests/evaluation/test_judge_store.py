import json
from contextlib import contextmanager

import numpy as np
import pytest
from filelock import FileLock

from assignment.data.dataset import Dataset, Provenance
from assignment.evaluation import judge_store as shelf
from assignment.evaluation.judge import CODE_VERSION, EPOCHS, build_classifier
from assignment.evaluation.judge_store import judge_of

DATASET = Dataset(
    np.random.default_rng(0).integers(0, 256, (20, 28, 28), np.uint8),
    np.resize(np.arange(10, dtype=np.uint8), 20),
    Provenance("there", "twenty images", "nothing", is_standin=True),
)


@pytest.fixture(autouse=True)
def trained(monkeypatch, tmp_path):
    """The trainings that there were: (images, epochs) each. Nothing is really trained."""
    trainings = []

    def train(images, labels, epochs, trained):
        trainings.append((len(images), epochs))
        trained(1.0)
        return build_classifier(len(trainings))

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(shelf, "train_classifier", train)
    monkeypatch.setattr(shelf, "TRAINING", 15)
    return trainings


@contextmanager
def training():
    yield lambda share: None


def weights(kept):
    return [weight.tobytes() for weight in kept.judge.classifier.get_weights()]


def files(tmp_path):
    return sorted(path.suffix for path in (tmp_path / "keras" / "gan-assignment").iterdir())


def test_it_is_trained_once_for_a_data_set(trained, tmp_path):
    first, again = (judge_of("mnist", DATASET, training) for _ in range(2))
    assert trained == [(15, EPOCHS)] and weights(first) == weights(again) and first.facts == again.facts
    assert again.facts["images"] == "twenty images" and 0 <= again.facts["accuracy"] <= 1
    assert again.facts["code"] == CODE_VERSION and len(again.facts["data_md5"]) == 32
    assert again.facts["weights"] == again.judge.fingerprint()
    assert {".json", ".keras"} <= set(files(tmp_path))


def test_other_images_labels_and_versions_have_another(trained, monkeypatch):
    judge_of("mnist", DATASET, training)
    judge_of("mnist", Dataset(DATASET.images[::-1], DATASET.labels, DATASET.provenance), training)
    judge_of("mnist", Dataset(DATASET.images, DATASET.labels[::-1].copy(), DATASET.provenance), training)
    judge_of("fashion-mnist", DATASET, training)
    monkeypatch.setattr(shelf, "CODE_VERSION", CODE_VERSION + 1)
    judge_of("mnist", DATASET, training)
    assert [epochs for _, epochs in trained] == [EPOCHS] * 5


@pytest.mark.parametrize("damage", ["model", "facts", "lost"])
def test_a_damaged_one_is_made_anew(trained, tmp_path, damage):
    judge_of("mnist", DATASET, training)
    (model,) = (tmp_path / "keras" / "gan-assignment").glob("*.keras")
    if damage == "model":
        model.write_bytes(model.read_bytes()[:-100])
    elif damage == "facts":
        model.with_suffix(".json").write_text("{", encoding="utf-8")
    else:
        model.unlink()
    judge_of("mnist", DATASET, training)
    judge_of("mnist", DATASET, training)
    assert len(trained) == 2


def test_its_facts_vouch_for_its_bytes(tmp_path):
    judge_of("mnist", DATASET, training)
    (facts,) = (tmp_path / "keras" / "gan-assignment").glob("*.json")
    assert len(json.loads(facts.read_text(encoding="utf-8"))["sha256"]) == 64


def test_who_wants_a_judge_that_another_trains_is_told_and_waits(trained, tmp_path):
    judge_of("mnist", DATASET, training)
    (model,) = (tmp_path / "keras" / "gan-assignment").glob("*.keras")
    lock = FileLock(model.with_suffix(".lock"))
    lock.acquire()
    judge_of("mnist", DATASET, training, waiting=lock.release)  # the other is done as soon as it is waited for
    assert len(trained) == 1 and not lock.is_locked


def test_without_a_place_it_is_for_this_run_alone(trained, tmp_path):
    (tmp_path / "keras").write_text("a file where the folder should be")
    for _ in range(2):
        assert judge_of("mnist", DATASET, training).facts["images"] == "twenty images"
    assert len(trained) == 2
