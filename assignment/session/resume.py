"""What to do with what an earlier run left: go on from it, leave it alone, or refuse to mix it with another."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from assignment import runtime
from assignment.errors import AssignmentError
from assignment.session.record import plain
from assignment.session.run import Run
from assignment.session.screen import counted
from assignment.settings.checks import option_name
from assignment.settings.tracks import FREE
from assignment.storage.files import sha256
from assignment.training.checkpoints import Checkpoint, Checkpoints


class Earlier(NamedTuple):
    """What stands of the training that is asked for: a checkpoint or None; and whether there is nothing left to do."""

    checkpoint: Checkpoint | None
    finished: bool = False


def conditions_of(run: Run, images: np.ndarray) -> dict[str, Any]:
    """What must be the same for a training to be the same: its settings, its precision, and the images themselves."""
    # A training without practices is the one that it was before there were any.
    left_out = FREE if run.settings.practice else FREE | {"practice"}
    settings = {name: plain(value) for name, value in asdict(run.settings).items() if name not in left_out}
    return {
        "track": run.workspace.folder.name,
        **settings,
        "precision": run.precision,
        "images": run.provenance.caption,
        "images_sha256": hashlib.sha256(np.ascontiguousarray(images)).hexdigest(),
    }


def find_earlier(run: Run, wanted: dict[str, Any]) -> Earlier:
    """Look at what stands in the run's folder, and say what becomes of it; nothing there is changed.

    Raises AssignmentError when it is of another training than `wanted`, or of more epochs, or cannot be continued.
    """
    earlier = _standing(run, wanted)
    if not earlier.finished:
        _warn_of_others_models(run)
    return earlier


def _standing(run: Run, wanted: dict[str, Any]) -> Earlier:
    if run.settings.fresh:
        return Earlier(None)
    folder, epochs = run.workspace.folder, run.settings.epochs
    checkpoints, record = Checkpoints(run.workspace.checkpoints), _read_record(run)
    if record and _is_finished(record, wanted, run):
        more = "A larger --epochs goes on from here, --fresh" if checkpoints.whole() else "--fresh"
        run.screen.say(
            f"\nThis training is finished, all {counted(epochs, 'epoch')} of it; its files in {folder} and"
            f" {run.workspace.models_dir} are left as they are. {more} starts over."
        )
        return Earlier(None, finished=True)

    checkpoint, damaged = checkpoints.latest()
    for path in damaged:
        run.screen.warn("A checkpoint is damaged", f"{path} is not what was written; it is passed over.")
    if checkpoint is None and not (record and record["epochs_done"]):  # one of no epoch tells how it broke down
        if run.workspace.history.exists():
            run.screen.say(f"  no checkpoint stands in {run.workspace.checkpoints}: the training begins at epoch 1")
        return Earlier(None)
    standing = checkpoint.conditions if checkpoint else record["conditions"]
    done = checkpoint.epochs_done if checkpoint else record["epochs_done"]
    _refuse_another(standing, wanted, run)
    if done > epochs or (checkpoint and done == epochs and checkpoint.place.losses):
        raise AssignmentError(
            f"{folder} holds this training after {_length(done, checkpoint)}, which is more than --epochs {epochs};"
            " give more to go on, or --fresh to start over."
        )
    if checkpoint is None:
        raise AssignmentError(
            f"{folder} holds {counted(done, 'epoch')} of this training, but no checkpoint to go on from;"
            " --fresh starts over."
        )
    _warn_of_other_versions(checkpoint, run)
    run.screen.say(f"  {_where(checkpoint, run)}")
    return Earlier(checkpoint)


def refuse_mixture(run: Run, wanted: dict[str, Any]) -> None:
    """Raise AssignmentError when the run's folder holds the record of another training than `wanted`."""
    record = None if run.settings.fresh else _read_record(run)
    if record and record["epochs_done"]:
        _refuse_another(record["conditions"], wanted, run)


def _warn_of_others_models(run: Run) -> None:
    """Warn when the models' files stand already and are not this folder's, since the training will replace them.

    A training that was killed has left no record that could tell; its checkpoints show that it is this folder's.
    """
    record = _read_record(run)
    if record is None and Checkpoints(run.workspace.checkpoints).whole():
        return
    own = record["files_sha256"] if record else {}
    for path in (*run.workspace.models, run.workspace.best_generator):
        if path.is_file() and own.get(path.name) != sha256(path):
            run.screen.warn(
                "A model of this name stands already",
                f"{path} was not written by a training in {run.workspace.folder}. It will be replaced;"
                " another --models-dir keeps both.",
            )


def _refuse_another(standing: dict[str, Any], wanted: dict[str, Any], run: Run) -> None:
    if standing != wanted:
        raise AssignmentError(
            f"{run.workspace.folder} holds a training with {_difference(standing, wanted)}; give what it has to"
            " continue it, --fresh to start over, or another --outputs-dir and --models-dir to keep both."
        )


def _is_finished(record: dict[str, Any], wanted: dict[str, Any], run: Run) -> bool:
    ended = (record["status"], record["epochs_done"], record["conditions"])
    if ended != ("finished", run.settings.epochs, wanted):
        return False
    changed = [
        path
        for name, written in record["files_sha256"].items()
        if not (path := run.workspace.product(name)).is_file() or sha256(path) != written
    ]
    if any(path.stem == f"epoch_{run.settings.epochs:04d}" for path in Checkpoints(run.workspace.checkpoints).whole()):
        # What the record does not vouch for can be made from there.
        wanted_too = [run.workspace.report, *([run.workspace.metrics] if run.settings.evaluation else [])]
        changed += [path for path in wanted_too if not path.is_file() and path not in changed]
    for path in changed:
        what = "not the file that the finished training wrote" if path.exists() else "missing"
        run.screen.say(f"  {path} is {what}")
    return not changed


def _length(epochs: int, checkpoint: Checkpoint | None) -> str:
    updates = len(checkpoint.place.losses) if checkpoint else 0
    return counted(epochs, "epoch") + (f" and {counted(updates, 'update')}" if updates else "")


def _where(checkpoint: Checkpoint, run: Run) -> str:
    epoch, updates = checkpoint.place.epoch, len(checkpoint.place.losses)
    if epoch > run.settings.epochs:
        return f"trained to its end, {counted(run.settings.epochs, 'epoch')}; the end is made again"
    return f"continuing at epoch {epoch} of {run.settings.epochs}" + (f", update {updates + 1}" if updates else "")


def _difference(standing: dict[str, Any], wanted: dict[str, Any]) -> str:
    """The conditions in which two trainings differ, in words: `--seed 1 (this command has 2)`."""
    different = [name for name in {**standing, **wanted} if standing.get(name) != wanted.get(name)]
    words = [
        f"{option_name(name)} {standing.get(name, 'none')} (this command has {wanted.get(name, 'none')})"
        for name in different
        if not name.startswith("images")
    ]
    if "images" in different:
        words.append(f"other images ({standing.get('images')}; this command has {wanted['images']})")
    elif "images_sha256" in different:
        words.append(f"other images, though they are called {wanted['images']}, too")
    return " and ".join(words)


def _warn_of_other_versions(checkpoint: Checkpoint, run: Run) -> None:
    now = runtime.versions()
    before = checkpoint.versions
    other = [f"{name} {before.get(name)} (now {now[name]})" for name in now if now[name] != before.get(name)]
    if other:
        run.screen.warn(
            "Another machine or other software",
            f"The training was begun with {', '.join(other)}. It goes on, but its last digits may differ from one that"
            " never stopped.",
        )


def _read_record(run: Run) -> dict[str, Any] | None:
    """The record of the run that ended last, None without one; one that cannot be read vouches for nothing."""
    try:
        record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
        return record if {"status", "epochs_done", "conditions", "files_sha256"} <= set(record) else None
    except (FileNotFoundError, ValueError, TypeError):
        return None
