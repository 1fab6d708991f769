"""Trained judges, stored outside the folders of the runs: each data set's judge is trained once."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypedDict
from zipfile import BadZipFile

import keras
import numpy as np
from filelock import FileLock, Timeout
from msgspec import Meta

from assignment.data.dataset import TRAINING_IMAGES, Dataset, scale_pixels
from assignment.data.idx import md5
from assignment.data.sources import keras_caches
from assignment.errors import AssignmentError
from assignment.evaluation.judge import CODE_VERSION, EPOCHS, Judge, build_classifier, train_classifier
from assignment.storage.files import remove_partials, replacing, sha256, write_json
from assignment.storage.reading import read_json

FOLDER = "gan-assignment"
MAX_BYTES = 2**25  # of a judge's file, six times what its weights and its optimizer take

# Entered before a judge is trained; yields the function to call with the share that is done, in 0..1.
Progress = Callable[[], AbstractContextManager[Callable[[float], None]]]


class JudgeFacts(TypedDict):
    """What is stored of a judge next to its file.

    data, data_md5: the name and the MD5 of its data set; images: their caption.
    code: the version of the code that trained it.
    weights: the hash of its weights.
    accuracy: share of the test images that it recognizes.
    seconds, made, keras: how long its training took, when that was, and under which Keras.
    """

    data: str
    data_md5: str
    code: int
    images: str
    weights: str
    accuracy: Annotated[float, Meta(ge=0, le=1)]
    seconds: float
    made: str
    keras: str


class FileFacts(JudgeFacts, total=False):
    """The facts of a judge, and the SHA-256 of its file."""

    sha256: str


class StoredJudge(NamedTuple):
    """A judge and its facts."""

    judge: Judge
    facts: JudgeFacts


def get_judge(
    name: str, dataset: Dataset, progress: Progress, on_wait: Callable[[], None] = lambda: None
) -> StoredJudge:
    """Return the stored judge of a data set, or train one on its first 60,000 images and store it.

    name: of the data set, as in "mnist".
    progress: entered before a judge is trained, which takes minutes.
    on_wait: called before waiting for another run that trains the same judge.

    A damaged judge, or one from another version of the code, is trained again. If the folder cannot be written, the
    judge is for this run only.
    """
    data_md5 = md5(dataset.images.tobytes() + dataset.labels.tobytes())
    identity = {"data": name, "data_md5": data_md5, "code": CODE_VERSION}
    path = store_folder() / f"judge_{name}_{data_md5[:12]}_code_{CODE_VERSION}.keras"
    lock = FileLock(path.with_suffix(".lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            on_wait()
            lock.acquire()
    except OSError:
        return _train(dataset, identity, progress)
    try:
        remove_partials(path, path.with_suffix(".json"))
        stored = _read(path, identity)
        if stored is None:
            stored = _train(dataset, identity, progress)
            _write(path, stored)
        return stored
    finally:
        lock.release()


def store_folder() -> Path:
    """Return the folder of the judges, in Keras' home folder."""
    return keras_caches()[0] / FOLDER


def _train(dataset: Dataset, identity: dict[str, Any], progress: Progress) -> StoredJudge:
    images, labels = scale_pixels(dataset.images[..., np.newaxis]), dataset.labels
    started = time.perf_counter()
    with progress() as on_progress:
        classifier = train_classifier(
            images[:TRAINING_IMAGES], labels[:TRAINING_IMAGES], EPOCHS, on_progress=on_progress
        )
    judge = Judge(classifier)
    facts = JudgeFacts(
        data=identity["data"],
        data_md5=identity["data_md5"],
        code=identity["code"],
        images=dataset.provenance.caption,
        weights=judge.fingerprint(),
        accuracy=judge.accuracy(images[TRAINING_IMAGES:], labels[TRAINING_IMAGES:]),
        seconds=round(time.perf_counter() - started),
        made=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        keras=keras.__version__,
    )
    return StoredJudge(judge, facts)


def _write(path: Path, stored: StoredJudge) -> None:
    """Write a judge, then its facts with the SHA-256 of its file; do nothing if the files cannot be written."""
    try:
        with replacing(path) as temporary:
            stored.judge.classifier.save(temporary)
        write_json(path.with_suffix(".json"), {**stored.facts, "sha256": sha256(path)})
    except OSError:
        pass  # this run has its judge; the next run trains its own


def _read(path: Path, identity: dict[str, Any]) -> StoredJudge | None:
    """Return the judge at `path`; None if it is missing, damaged or not the one of `identity`."""
    try:
        stored = read_json(path.with_suffix(".json"), FileFacts)
        if stored is None or not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        if stored.pop("sha256") != sha256(path) or not identity.items() <= stored.items():
            return None
        classifier = build_classifier(seed=0)
        classifier.load_weights(path)  # the weights alone: a file cannot bring a network of its own
    except (OSError, ValueError, KeyError, TypeError, AttributeError, BadZipFile, AssignmentError):
        return None
    judge = Judge(classifier)
    return StoredJudge(judge, stored) if stored["weights"] == judge.fingerprint() else None
