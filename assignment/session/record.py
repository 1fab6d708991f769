"""The records of a run: run.json, history.csv and metrics.json; and what later sessions read of run.json."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from assignment import runtime
from assignment.data.dataset import Provenance
from assignment.evaluation.metrics_file import read_metrics
from assignment.evaluation.scores import METRICS, Copying, ScoreRange
from assignment.evaluation.verdicts import Verdict
from assignment.session.deviations import deviations, trained_length
from assignment.session.run import Run
from assignment.settings.tracks import Settings
from assignment.storage.files import FORMAT, replacing, sha256, write_json
from assignment.storage.reading import Scalar, read_json, read_versioned
from assignment.training.loop import Row
from assignment.training.proof import WeightCheck


def write_history(path: Path, rows: Sequence[Row], notes: Sequence[Mapping[str, float]]) -> None:
    """Write one line per epoch: the fields of `Row`, then the notes by name; empty where there is none.

    notes: one more than `rows`; the first, on the untrained networks, has no line.
    """
    columns = list(dict.fromkeys(name for note in notes[1:] for name in note))
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow([*Row._fields, *columns])
        for row, note in zip(rows, notes[1:], strict=True):
            writer.writerow([*row, *(note.get(name, "") for name in columns)])


def write_record(
    run: Run[Settings],
    *,
    status: str,
    rows: Sequence[Row],
    updates: int,
    proof: Sequence[WeightCheck],
    conditions: Mapping[str, Any],
    timings: Mapping[str, float],
    loss_unit: str,
    next_updates: int = 0,
    problems: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write run.json: the run's settings and images, the freeze proof, and how it ended.

    status: "finished", "interrupted" or "failed".
    rows: one per complete epoch; next_updates: updates of the epoch after them.
    updates: all updates of the training.
    conditions: what must be the same to continue the training.
    timings: seconds by name.
    loss_unit: the unit of the losses, as in `TrainingView`.
    problems: the episodes found by `evaluation.health`.
    """
    last = rows[-1] if rows else None
    record = {
        "format": FORMAT,
        "status": status,
        "written": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "command": run.command,
        "settings": {name: json_value(value) for name, value in asdict(run.settings).items()},
        "precision": run.precision,
        "conditions": dict(conditions),
        "versions": runtime.versions(),
        "data": {**asdict(run.images_from), "description": run.images_from.description},
        "freeze_proof": [{**check._asdict(), "changed": check.changed} for check in proof],
        "timings_seconds": {name: round(seconds, 2) for name, seconds in timings.items()},
        "epochs_done": len(rows),
        "updates_done": updates,
        "trained": trained_length(len(rows), next_updates),
        "evaluated": run.is_evaluated,
        "deviations": deviations(run.settings, run.images_from, len(rows), next_updates),
        "printed": {str(step): lines for step, lines in run.screen.results.items()},
        "final_losses": last
        and {"unit": loss_unit, "discriminator": last.discriminator_loss, "generator": last.generator_loss},
        "losses_over_time": [
            {
                "epoch": epoch,
                "discriminator": rows[epoch - 1].discriminator_loss,
                "generator": rows[epoch - 1].generator_loss,
            }
            for epoch in progress_epochs(len(rows))
            if epoch
        ],
        "problems": [dict(problem) for problem in problems],
        "files_sha256": {path.name: sha256(path) for path in run.workspace.existing_outputs()},
    }
    write_json(run.workspace.record, record)


def write_metrics(
    run: Run[Settings],
    *,
    judge: Mapping[str, Any],
    images: Mapping[str, int],
    scores: Mapping[str, ScoreRange],
    floor: Mapping[str, ScoreRange],
    copying: Copying,
    measured: Mapping[float, Mapping[str, float]],
    verdicts: Sequence[Verdict],
) -> None:
    """Write metrics.json: the last generator's metrics and their floor, the metrics over the epochs, and the verdicts.

    images: how many were compared.
    measured: the metrics of every epoch that was measured, in order.
    """
    content = {
        "format": FORMAT,
        "judge": dict(judge),
        "judge_fid_note": "measured in the features of our own judge; not comparable with published FIDs",
        "ranges": "mean, lowest and highest value of the draws",
        "images": dict(images),
        "generated": {name: asdict(score) for name, score in scores.items()},
        "floor": {name: asdict(score) for name, score in floor.items()},
        "copying": asdict(copying),
        "verdicts": [asdict(verdict) for verdict in verdicts],
        "over_time": [{"epoch": epoch, **values} for epoch, values in measured.items()],
    }
    write_json(run.workspace.metrics, content)


def progress_epochs(epochs: int) -> list[int]:
    """Return the epochs that show the progress of a training, with 0 and the last.

    Up to ten epochs, these are all; of more, they are 1, 2, 5, 10, 20, 50 and so on.
    """
    if epochs <= 10:
        return list(range(epochs + 1))
    steps = [first * 10**power for power in range(len(str(epochs))) for first in (1, 2, 5)]
    return [0, *(step for step in steps if step < epochs), epochs]


@dataclass(frozen=True)
class RunRecord:
    """What is read of the run.json of a training that may be continued."""

    status: str
    epochs_done: Annotated[int, Meta(ge=0)]
    conditions: dict[str, Scalar]
    files_sha256: dict[str, str]


@dataclass(frozen=True)
class _Checksums:
    """The files in a run.json."""

    files_sha256: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Images:
    """The images in a run.json."""

    data: Provenance


@dataclass(frozen=True)
class _GridSettings:
    """The settings in a run.json."""

    grid_every: Annotated[int, Meta(ge=1)]
    finish: bool = False


@dataclass(frozen=True)
class _StoppedRecord:
    """What a run.json shows of a stop."""

    status: str
    epochs_done: Annotated[int, Meta(ge=0)]
    settings: _GridSettings


def read_measured(path: Path, judge_weights: str) -> dict[int, dict[str, float]]:
    """Return the metrics by epoch in a metrics.json; none if it is missing or another judge measured them."""
    metrics = read_metrics(path)
    if metrics is None or metrics.judge.weights != judge_weights:
        return {}
    return {
        int(values["epoch"]): {name: value for name, value in values.items() if name in METRICS}
        for values in metrics.over_time
        if values["epoch"].is_integer()
    }


def read_record(path: Path) -> RunRecord | None:
    """Return the record of the last run that ended, or None; a damaged record is ignored.

    Raises AssignmentError if another version wrote it.
    """
    return read_versioned(path, RunRecord)


def read_checksums(path: Path) -> dict[str, str] | None:
    """Return the SHA-256 of a run's files by name, whichever version wrote its record; None without a record."""
    record = read_json(path, _Checksums)
    return record.files_sha256 if record else None


def read_provenance(path: Path) -> Provenance | None:
    """Return where the images of a run come from; None without a record."""
    record = read_json(path, _Images)
    return record.data if record else None


def read_stop_epoch(path: Path) -> int | None:
    """Return the last epoch of a training that was stopped, if no grid was due after it; otherwise None."""
    record = read_json(path, _StoppedRecord)
    if record is None or (record.status == "finished" and not record.settings.finish):
        return None
    return record.epochs_done if record.epochs_done % record.settings.grid_every else None


def json_value(value: Any) -> Any:
    """Return a setting's value as JSON stores it."""
    if isinstance(value, tuple):
        return ", ".join(value)
    return value.as_posix() if isinstance(value, Path) else value
