"""The judges that were trained, kept outside the runs' folders: one for each data set, trained once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from filelock import FileLock, Timeout

from assignment.data.dataset import TRAINING, Dataset, scaled
from assignment.data.idx import md5
from assignment.data.sources import keras_caches
from assignment.evaluation.judge import CODE_VERSION, EPOCHS, Judge, train_classifier
from assignment.storage.files import replacing, sha256

FOLDER = "gan-assignment"


class Kept(NamedTuple):
    """A judge and what is known of it: its data set's MD5, its weights' hash, `accuracy` on the test images, ..."""

    judge: Judge
    facts: dict[str, Any]


def judge_of(
    name: str,
    dataset: Dataset,
    training: Callable[[], AbstractContextManager[Callable[[float], None]]],
    waiting: Callable[[], None] = lambda: None,
) -> Kept:
    """The judge of a data set, from the shelf or else trained on its first 60,000 images and put there.

    `name` is the data set's ("mnist"); `training` is entered where a judge has to be trained, which takes minutes, and
    what it gives is told the share done. Two runs that want the same judge wait for one training, and `waiting` is
    called by the one that does. A judge that is damaged, or that another version of the code made, is made anew; where
    nothing can be kept, it is for this run only.
    """
    wanted = {"data": name, "data_md5": md5(dataset.images.tobytes() + dataset.labels.tobytes()), "code": CODE_VERSION}
    path = shelf() / f"judge_{name}_{wanted['data_md5'][:12]}_code_{CODE_VERSION}.keras"
    lock = FileLock(path.with_suffix(".lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting()
            lock.acquire()
    except OSError:
        return _trained(dataset, wanted, training)
    try:
        kept = _read(path, wanted)
        if kept is None:
            kept = _trained(dataset, wanted, training)
            _write(path, kept)
        return kept
    finally:
        lock.release()


def shelf() -> Path:
    """The folder of the judges, in Keras' home."""
    return keras_caches()[0] / FOLDER


def _trained(dataset: Dataset, wanted: dict[str, Any], training) -> Kept:
    images, labels = scaled(dataset.images[..., np.newaxis]), dataset.labels
    started = time.perf_counter()
    with training() as trained:
        classifier = train_classifier(images[:TRAINING], labels[:TRAINING], EPOCHS, trained=trained)
    judge = Judge(classifier)
    facts = {
        **wanted,
        "images": dataset.provenance.caption,
        "weights": judge.fingerprint(),
        "accuracy": judge.accuracy(images[TRAINING:], labels[TRAINING:]),
        "seconds": round(time.perf_counter() - started),
        "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "keras": keras.__version__,
    }
    return Kept(judge, facts)


def _write(path: Path, kept: Kept) -> None:
    """Keep a judge and, last, its facts with the SHA-256 that vouches for it; not where it cannot be written."""
    try:
        with replacing(path) as temporary:
            kept.judge.classifier.save(temporary)
        with replacing(path.with_suffix(".json")) as temporary:
            temporary.write_text(json.dumps({**kept.facts, "sha256": sha256(path)}, indent=2), encoding="utf-8")
    except OSError:
        pass  # the run has its judge; the next one trains its own again


def _read(path: Path, wanted: dict[str, Any]) -> Kept | None:
    """The judge at `path`; None where it is not what is wanted, or not what was written."""
    try:
        facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if {name: facts.get(name) for name in wanted} != wanted or facts.pop("sha256") != sha256(path):
            return None
        judge = Judge(keras.models.load_model(path, compile=False))
        return Kept(judge, facts) if facts["weights"] == judge.fingerprint() else None
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None
