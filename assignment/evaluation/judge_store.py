"""Judges of the drawn stand-ins, trained when first needed and stored outside the folders of the runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from filelock import FileLock, Timeout

from assignment.data.dataset import Dataset
from assignment.data.sources import keras_caches
from assignment.evaluation.judge_files import FACTS_SUFFIX, StoredJudge, read_judge, write_judge
from assignment.evaluation.judge_training import CODE_VERSION, Recipe, dataset_md5, train_judge
from assignment.storage.files import remove_partials

FOLDER = "gan-assignment"
RECIPE = Recipe(epochs=2)  # drawn images are easy to recognize

# Entered before a judge is trained; yields the function to call with the share that is done, in 0..1.
Progress = Callable[[], AbstractContextManager[Callable[[float], None]]]


def get_judge(
    name: str, dataset: Dataset, progress: Progress, say: Callable[[str], None] = lambda text: None
) -> StoredJudge:
    """Return the stored judge of a data set, or train one on its first 60,000 images and store it.

    name: of the data set, as in "mnist".
    progress: entered before a judge is trained, which takes minutes.
    say: prints that another run trains the same judge, that the stored one is damaged, or that it cannot be stored.

    A damaged judge, or one from another version of the code, is trained again. If the folder cannot be written, the
    judge is for this run only.
    """
    data_md5 = dataset_md5(dataset)
    path = store_folder() / f"judge_{name}_{data_md5[:12]}_code_{CODE_VERSION}.npz"
    lock = FileLock(path.with_suffix(".lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say("another run is training the judge of these images; waiting for it")
            lock.acquire()
    except OSError as error:
        say(_not_stored(path, error))
        return _train(name, dataset, progress)
    try:
        remove_partials(path, path.with_suffix(FACTS_SUFFIX))
        stored = read_judge(path)
        identity = name, data_md5, CODE_VERSION
        if stored is None and path.exists():
            say(f"the judge in {path} is damaged; it is trained again")
        if stored is None or (stored.facts.data, stored.facts.data_md5, stored.facts.code) != identity:
            stored = _train(name, dataset, progress)
            try:
                write_judge(path, stored)
            except OSError as error:
                say(_not_stored(path, error))
        return stored
    finally:
        lock.release()


def store_folder() -> Path:
    """Return the folder of the judges, in Keras' home folder."""
    return keras_caches()[0] / FOLDER


def _not_stored(path: Path, error: OSError) -> str:
    reason = f"the judge cannot be stored in {path.parent} ({error.strerror})"
    return f"{reason}, so the next run trains its own; KERAS_HOME names the folder"


def _train(name: str, dataset: Dataset, progress: Progress) -> StoredJudge:
    with progress() as on_progress:
        return train_judge(name, dataset, RECIPE, on_progress)
