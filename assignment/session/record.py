"""The run record, run.json, and the history, history.csv."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from assignment import runtime
from assignment.evaluation.scores import Copying, Range
from assignment.evaluation.verdicts import Verdict
from assignment.session.run import Run
from assignment.storage.files import replacing, sha256
from assignment.training.loop import Row
from assignment.training.proof import Movement


def write_history(path: Path, rows: Sequence[Row], notes: Sequence[Mapping[str, float]]) -> None:
    """Write one line an epoch: `Row`'s fields, then what else was noted after it, by name; empty where it was not.

    `notes` has one entry more than `rows`, of the untrained networks, which have no line.
    """
    noted = list(dict.fromkeys(name for note in notes[1:] for name in note))
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow([*Row._fields, *noted])
        pairs = zip(rows, notes[1:], strict=True)
        writer.writerows([*row, *(note.get(name, "") for name in noted)] for row, note in pairs)


def write_record(
    run: Run,
    *,
    status: str,
    rows: Sequence[Row],
    updates: int,
    proof: Sequence[Movement],
    conditions: Mapping[str, Any],
    timings: dict[str, float],
    losses: str,
    not_well: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write what a run was asked, on what, what was proved of it and how it ended.

    `status` is "finished", "interrupted" or "failed"; `rows` are the whole epochs' and `updates` counts all
    that the networks have had; `conditions` are what must be the same to continue it; `timings` are seconds by name;
    `losses` says what these are, as in `Sketch`;
    `not_well` is what was found by `health`.
    """
    last = rows[-1] if rows else None
    record = {
        "status": status,
        "written": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "command": run.command,
        "settings": {name: plain(value) for name, value in asdict(run.settings).items()},
        "precision": run.precision,
        "conditions": dict(conditions),
        "versions": runtime.versions(),
        "data": asdict(run.provenance),
        "freeze_proof": [{**movement._asdict(), "moved": movement.moved} for movement in proof],
        "timings_seconds": {name: round(seconds, 2) for name, seconds in timings.items()},
        "epochs_done": len(rows),
        "updates_done": updates,
        "final_losses": last
        and {
            "are": losses,
            "discriminator": last.discriminator_loss,
            "generator": last.generator_loss,
        },
        "not_well": [dict(one) for one in not_well],
        "files_sha256": {path.name: sha256(path) for path in run.workspace.products()},
    }
    with replacing(run.workspace.record) as temporary:
        temporary.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_metrics(
    run: Run,
    *,
    judge: Mapping[str, Any],
    images: Mapping[str, int],
    figures: Mapping[str, Range],
    floor: Mapping[str, Range],
    copying: Copying,
    measured: Mapping[int, Mapping[str, float]],
    verdicts: Sequence[Verdict],
) -> None:
    """Write what the judge measured: of the last generator with its floor, over the epochs, and the verdicts.

    `images` counts what was compared; `measured` is what there was at each epoch with a measurement, the last one last.
    """
    content = {
        "judge": dict(judge),
        "judge_fid_is": "measured in our own judge's features; it does not compare with published FIDs",
        "ranges": "the mean of the draws, and the least and the most of them",
        "images": dict(images),
        "generated": {name: of._asdict() for name, of in figures.items()},
        "floor": {name: of._asdict() for name, of in floor.items()},
        "copying": copying._asdict(),
        "verdicts": [verdict._asdict() for verdict in verdicts],
        "over_time": [{"epoch": epoch, **one} for epoch, one in measured.items()],
    }
    with replacing(run.workspace.metrics) as temporary:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def plain(value: Any) -> Any:
    """A setting's value as JSON has it."""
    if isinstance(value, tuple):
        return ", ".join(value)
    return value.as_posix() if isinstance(value, Path) else value
