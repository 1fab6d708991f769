import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from filelock import FileLock

from assignment.data.dataset import Dataset, Provenance
from assignment.evaluation import judge_store
from assignment.evaluation.judge import CODE_VERSION, EPOCHS, build_classifier
from assignment.evaluation.judge_store import get_judge
from assignment.storage.files import partial_path

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
DATASET = Dataset(
    np.random.default_rng(0).integers(0, 256, (20, 28, 28), np.uint8),
    np.resize(np.arange(10, dtype=np.uint8), 20),
    Provenance("there", "twenty images", "not checked", is_standin=True),
)


@pytest.fixture(autouse=True)
def trainings(monkeypatch, tmp_path):
    """The (images, epochs) of every training so far. No network is really trained."""
    trainings = []

    def train(images, labels, epochs, on_progress):
        trainings.append((len(images), epochs))
        on_progress(1.0)
        return build_classifier(len(trainings))

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(judge_store, "train_classifier", train)
    monkeypatch.setattr(judge_store, "TRAINING_IMAGES", 15)
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
    assert trainings == [(15, EPOCHS)] and weights(first) == weights(again) and first.facts == again.facts
    assert again.facts["images"] == "twenty images" and 0 <= again.facts["accuracy"] <= 1
    assert again.facts["code"] == CODE_VERSION and len(again.facts["data_md5"]) == 32
    assert again.facts["weights"] == again.judge.fingerprint()
    assert {".json", ".keras"} <= {path.suffix for path in folder.iterdir()}


def test_other_images_labels_names_and_code_versions_have_other_judges(trainings, monkeypatch):
    get_judge("mnist", DATASET, no_progress)
    get_judge("mnist", replace(DATASET, images=DATASET.images[::-1]), no_progress)
    get_judge("mnist", replace(DATASET, labels=DATASET.labels[::-1].copy()), no_progress)
    get_judge("fashion-mnist", DATASET, no_progress)
    monkeypatch.setattr(judge_store, "CODE_VERSION", CODE_VERSION + 1)
    get_judge("mnist", DATASET, no_progress)
    assert [epochs for _, epochs in trainings] == [EPOCHS] * 5


def truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def make_pipe(path):
    path.unlink()
    os.mkfifo(path)


def replace_by(content):
    return lambda path: path.write_text(content, encoding="utf-8")


def change_facts(**changes):
    return lambda path: path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}))


def replace_with_its_checksum(path):
    """Replace the model by a file that Keras cannot read, and record its checksum."""
    path.write_bytes(b"no model")
    change_facts(sha256=hashlib.sha256(b"no model").hexdigest())(path.with_suffix(".json"))


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [
        (".keras", truncate),
        (".keras", lambda path: path.unlink()),
        (".keras", replace_with_its_checksum),
        pytest.param(".keras", make_pipe, marks=needs_pipes),
        pytest.param(".json", make_pipe, marks=needs_pipes),
        (".json", lambda path: path.unlink()),
        *[
            (".json", replace_by(content))
            for content in ("{", "", "null", "[]", "{}", '"text"', "1e999", "[" * 200_000)
        ],
        *[(".json", change_facts(accuracy=value)) for value in ("x", None, 7, [0.99])],
        (".json", change_facts(sha256=None)),
        (".json", change_facts(weights=1.5)),
        (".json", change_facts(weights="0123")),
    ],
)
def test_damaged_judge_is_trained_again(trainings, folder, suffix, damage):
    get_judge("mnist", DATASET, no_progress)
    (model,) = folder.glob("*.keras")
    damage(model.with_suffix(suffix))
    get_judge("mnist", DATASET, no_progress)
    get_judge("mnist", DATASET, no_progress)
    assert len(trainings) == 2


def test_facts_have_the_sha256_of_the_model(folder):
    get_judge("mnist", DATASET, no_progress)
    (facts,) = folder.glob("*.json")
    assert len(json.loads(facts.read_text(encoding="utf-8"))["sha256"]) == 64


def test_run_waits_for_a_judge_that_another_run_trains(trainings, folder):
    get_judge("mnist", DATASET, no_progress)
    (model,) = folder.glob("*.keras")
    lock = FileLock(model.with_suffix(".lock"))
    lock.acquire()
    get_judge("mnist", DATASET, no_progress, on_wait=lock.release)  # the other run ends as soon as this one waits
    assert len(trainings) == 1 and not lock.is_locked


def test_judge_that_cannot_be_stored_is_for_one_run(trainings, tmp_path):
    (tmp_path / "keras").write_text("a file where the folder should be")
    for _ in range(2):
        assert get_judge("mnist", DATASET, no_progress).facts["images"] == "twenty images"
    assert len(trainings) == 2


def test_partial_files_of_a_killed_run_are_deleted(folder):
    get_judge("mnist", DATASET, no_progress)
    (model,) = folder.glob("*.keras")
    ours = [partial_path(path, "0123abcd") for path in (model, model.with_suffix(".json"))]
    other = partial_path(folder / "judge_of_another_data_set.keras", "0123abcd")
    for path in (*ours, other):
        path.touch()
    get_judge("mnist", DATASET, no_progress)
    assert [path.exists() for path in (*ours, other)] == [False, False, True]


def test_file_far_larger_than_any_judge_is_not_read(trainings, monkeypatch):
    get_judge("mnist", DATASET, no_progress)
    monkeypatch.setattr(judge_store, "MAX_BYTES", 10)
    get_judge("mnist", DATASET, no_progress)
    assert len(trainings) == 2
