"""What to do with an earlier training in the run's folder: continue it, leave it alone, or refuse to mix trainings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from assignment import runtime
from assignment.data.dataset import Provenance
from assignment.errors import AssignmentError
from assignment.session.deviations import trained_length
from assignment.session.record import RunRecord, json_value, read_checksums, read_provenance, read_record
from assignment.session.run import Run
from assignment.session.screen import plural
from assignment.settings.checks import option_name
from assignment.settings.tracks import CHANGEABLE_SETTINGS, Settings
from assignment.storage.files import sha256
from assignment.training.checkpoint_file import Checkpoint
from assignment.training.checkpoints import Checkpoints

Conditions = Mapping[str, Any]
MAX_OUTPUT_BYTES = 2**31  # a larger file is not one of ours, and would take minutes to hash


class Earlier(NamedTuple):
    """What already exists of the requested training: a checkpoint or None, and whether it is finished."""

    checkpoint: Checkpoint | None
    finished: bool = False

    @property
    def has_epochs(self) -> bool:
        """Whether there is a complete epoch."""
        return self.finished or (self.checkpoint is not None and self.checkpoint.epochs_done > 0)


def conditions_of(run: Run[Settings], images: np.ndarray | None) -> dict[str, Any]:
    """Return what must be the same to continue a training: its settings, its precision and the images themselves.

    images: None for a step that needs no images.
    """
    # Without practices and held out images their keys are left out, so the conditions are those of earlier versions.
    unused = {name for name in ("practice", "held_out") if not getattr(run.settings, name, None)}
    left_out = CHANGEABLE_SETTINGS | unused
    settings = {name: json_value(value) for name, value in asdict(run.settings).items() if name not in left_out}
    conditions = {"track": run.settings.TRACK, **settings, "precision": run.precision}
    if images is not None:
        conditions["images"] = run.images_from.caption
        conditions["images_sha256"] = hashlib.sha256(np.ascontiguousarray(images).data).hexdigest()
    return conditions


def find_earlier(run: Run[Settings], conditions: Conditions) -> Earlier:
    """Find what the run's folder holds of this training and print what happens to it; change nothing.

    Raises AssignmentError if the folder holds another training, or more epochs, or cannot be continued.
    """
    earlier = Earlier(None) if run.settings.fresh else _find(run, conditions)
    if run.settings.finish and not earlier.has_epochs:
        raise AssignmentError(
            f"there is nothing to finish: {run.workspace.folder} has no complete epoch of this training; give the same"
            " command without --finish."
        )
    if not earlier.finished:
        _warn_of_other_models(run)
    return earlier


def refuse_other_training(run: Run[Settings], conditions: Conditions) -> None:
    """Raise AssignmentError if the run's folder holds the record of another training.

    The images are compared only if `conditions` has them.
    """
    record = None if run.settings.fresh else read_record(run.workspace.record)
    if record and record.epochs_done:
        existing = record.conditions
        if "images" not in conditions:
            existing = {name: value for name, value in existing.items() if not name.startswith("images")}
        _check_conditions(existing, conditions, run)


def recorded_provenance(run: Run[Settings]) -> Provenance | None:
    """Return where the images of the training in the run's folder come from; None without a record."""
    return None if run.settings.fresh else read_provenance(run.workspace.record)


def _find(run: Run[Settings], conditions: Conditions) -> Earlier:
    folder, epochs = run.workspace.folder, run.settings.epochs
    checkpoints, record = Checkpoints(run.workspace.checkpoints), read_record(run.workspace.record)
    if record and _is_finished(record, conditions, run):
        run.screen.say(f"\n{_describe_finished(record.epochs_done, bool(checkpoints.complete()), run)}")
        return Earlier(None, finished=True)

    checkpoint, damaged = checkpoints.latest()
    for path in damaged:
        run.screen.warn("A checkpoint is damaged", f"{path} does not match its checksum; it is skipped.")
    has_epochs = record is not None and record.epochs_done > 0  # one with 0 epochs is that of a divergence
    if checkpoint is None and not has_epochs:
        if run.workspace.history.exists():
            run.screen.say(f"  there is no checkpoint in {run.workspace.checkpoints}: the training starts at epoch 1")
        return Earlier(None)
    if checkpoint is not None:
        _check_conditions(checkpoint.conditions, conditions, run)
        done = checkpoint.epochs_done
    elif record is not None:
        _check_conditions(record.conditions, conditions, run)
        done = record.epochs_done
    next_updates = len(checkpoint.position.losses) if checkpoint else 0
    if (done, next_updates) > (epochs, 0) and not run.settings.finish:
        raise AssignmentError(
            f"{folder} holds this training after {trained_length(done, next_updates)}, which is more than the"
            f" {plural(epochs, 'epoch')} requested; give a larger --epochs (without --quick) to continue it,"
            " --finish to end it here with all results, or --fresh to start over."
        )
    if checkpoint is None:
        raise AssignmentError(
            f"{folder} holds {plural(done, 'epoch')} of this training, but no checkpoint to continue from;"
            " --fresh starts over."
        )
    _warn_of_other_versions(checkpoint, run)
    run.screen.say(f"  {_starting_point(checkpoint, run)}")
    return Earlier(checkpoint)


def _describe_finished(done: int, can_continue: bool, run: Run[Settings]) -> str:
    workspace, epochs = run.workspace, run.settings.epochs
    unchanged = f"Its files in {workspace.folder} and {workspace.models_dir} are unchanged."
    if done < epochs:
        return (
            f"--finish has ended this training after {done} of {plural(epochs, 'epoch')}. {unchanged} The same command"
            " without --finish continues it."
        )
    options = "A larger --epochs continues it, --fresh" if can_continue else "--fresh"
    return f"This training is finished ({plural(done, 'epoch')}). {unchanged} {options} starts over."


def _warn_of_other_models(run: Run[Settings]) -> None:
    """Warn if the models' files exist but are not this folder's, since the training will replace them.

    A training that was killed has left no record; its checkpoints show that the files are this folder's.
    """
    own = read_checksums(run.workspace.record)  # of any version, since --fresh replaces any training
    if own is None and Checkpoints(run.workspace.checkpoints).complete():
        return
    paths = (*run.workspace.models, run.workspace.best_generator)
    others = [str(path) for path in paths if path.is_file() and not _has_checksum(path, (own or {}).get(path.name))]
    if others:
        run.screen.warn(
            "Models of this name already exist",
            f"No training in {run.workspace.folder} wrote {', '.join(others)}. This training will replace or delete"
            " them; another --models-dir keeps both.",
        )


def _check_conditions(existing: Conditions, requested: Conditions, run: Run[Settings]) -> None:
    if existing != requested:
        earlier = read_provenance(run.workspace.record)
        if run.provenance and run.provenance.is_standin and earlier and not earlier.is_standin:
            raise AssignmentError(
                f"{run.workspace.folder} holds a training on {earlier.caption}, from {earlier.source}, but this command"
                " has only the drawn stand-in; give --data-dir with the folder of the images, or another --outputs-dir"
                " and --models-dir."
            )
        raise AssignmentError(
            f"{run.workspace.folder} holds a training with {_difference(existing, requested)}; use the same options to"
            " continue it, --fresh to start over, or another --outputs-dir and --models-dir to keep both."
        )


def _is_finished(record: RunRecord, conditions: Conditions, run: Run[Settings]) -> bool:
    is_long_enough = run.settings.finish or record.epochs_done == run.settings.epochs
    if record.status != "finished" or not is_long_enough or record.conditions != conditions:
        return False
    workspace = run.workspace
    changed = [
        path
        for name, checksum in record.files_sha256.items()
        if (path := workspace.output_path(name)) and not _has_checksum(path, checksum)
    ]
    checkpoints = Checkpoints(workspace.checkpoints).complete()
    if any(path.stem.partition("_update")[0] == f"epoch_{record.epochs_done:04d}" for path in checkpoints):
        # These files are not in the record, or may be newly requested; they can be made from the last checkpoint.
        required = [workspace.report, *([workspace.metrics] if run.is_evaluated else [])]
        changed += [path for path in required if not path.is_file() and path not in changed]
    for path in changed:
        state = "not the file that the finished training wrote" if path.exists() else "missing"
        run.screen.say(f"  {path} is {state}")
    return not changed


def _has_checksum(path: Path, checksum: str | None) -> bool:
    """Return whether there is a file at `path` with this SHA-256."""
    return path.is_file() and path.stat().st_size <= MAX_OUTPUT_BYTES and sha256(path) == checksum


def _starting_point(checkpoint: Checkpoint, run: Run[Settings]) -> str:
    epoch, updates = checkpoint.position.epoch, len(checkpoint.position.losses)
    if run.settings.finish:
        return f"the final files are written from the training so far ({trained_length(epoch - 1, updates)})"
    if epoch > run.settings.epochs:
        return f"the training is complete ({plural(run.settings.epochs, 'epoch')}); the final files are written again"
    return f"continuing at epoch {epoch} of {run.settings.epochs}" + (f", update {updates + 1}" if updates else "")


def _difference(existing: Conditions, requested: Conditions) -> str:
    """Return the conditions in which two trainings differ, in words: `--seed 1 (this command has 2)`."""
    different = [name for name in {**existing, **requested} if existing.get(name) != requested.get(name)]
    words = [
        f"{_option(name, existing)} (this command has {requested.get(name, 'none')})"
        for name in different
        if not name.startswith("images")
    ]
    if "images" in different:
        words.append(f"other images ({existing.get('images')}; this command has {requested['images']})")
    elif "images_sha256" in different:
        words.append(f"other images, although both are called {requested['images']}")
    return " and ".join(words)


def _option(name: str, conditions: Conditions) -> str:
    return f"{option_name(name)} {conditions[name]}" if name in conditions else f"no {option_name(name)}"


def _warn_of_other_versions(checkpoint: Checkpoint, run: Run[Settings]) -> None:
    current, earlier = runtime.versions(), checkpoint.versions
    # A checkpoint of an earlier version of this program has fewer names.
    different = [name for name in current if current[name] != earlier.get(name, current[name])]
    if different:
        changes = "; ".join(f"{name} {earlier[name]} (now {current[name]})" for name in different)
        run.screen.warn(
            "Another machine or other software",
            f"The training began with {changes}. It continues, but its last digits may differ from those of a training"
            " that never stopped.",
        )
