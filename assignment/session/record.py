"""The records of a run: run.json, history.csv and metrics.json."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from assignment import runtime
from assignment.evaluation.scores import Copying, ScoreRange
from assignment.evaluation.verdicts import Verdict
from assignment.session.run import Run
from assignment.settings.tracks import Settings
from assignment.storage.files import FORMAT, replacing, sha256, write_json
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
    problems: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write run.json: the run's settings and images, the freeze proof, and how it ended.

    status: "finished", "interrupted" or "failed".
    rows: one per complete epoch; updates: all updates of the training.
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
        "data": asdict(run.images_from),
        "freeze_proof": [{**check._asdict(), "changed": check.changed} for check in proof],
        "timings_seconds": {name: round(seconds, 2) for name, seconds in timings.items()},
        "epochs_done": len(rows),
        "updates_done": updates,
        "final_losses": last
        and {"unit": loss_unit, "discriminator": last.discriminator_loss, "generator": last.generator_loss},
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
    measured: Mapping[int, Mapping[str, float]],
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
        "generated": {name: score._asdict() for name, score in scores.items()},
        "floor": {name: score._asdict() for name, score in floor.items()},
        "copying": copying._asdict(),
        "verdicts": [verdict._asdict() for verdict in verdicts],
        "over_time": [{"epoch": epoch, **values} for epoch, values in measured.items()],
    }
    write_json(run.workspace.metrics, content)


def json_value(value: Any) -> Any:
    """Return a setting's value as JSON stores it."""
    if isinstance(value, tuple):
        return ", ".join(value)
    return value.as_posix() if isinstance(value, Path) else value
