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
from assignment.run import Run
from assignment.training.loop import Row
from assignment.training.proof import Movement
from assignment.workspace import replacing, sha256


def write_history(path: Path, rows: Sequence[Row]) -> None:
    """Write one line an epoch; the heads are the names of `Row`'s fields."""
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(Row._fields)
        writer.writerows(rows)


def write_record(
    run: Run,
    *,
    status: str,
    rows: Sequence[Row],
    updates: int,
    proof: Sequence[Movement],
    conditions: Mapping[str, Any],
    timings: dict[str, float],
) -> None:
    """Write what a run was asked, on what, what was proved of it and how it ended.

    `status` is "finished", "interrupted" or "failed"; `rows` are the whole epochs' and `updates` counts all
    that the networks have had; `conditions` are what must be the same to continue it; `timings` are seconds by name.
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
        "final_losses_nats": last and {
            "discriminator": last.discriminator_loss,
            "generator": last.generator_loss,
        },
        "files_sha256": {path.name: sha256(path) for path in run.workspace.products()},
    }
    with replacing(run.workspace.record) as temporary:
        temporary.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def plain(value: Any) -> Any:
    """A setting's value as JSON has it."""
    return value.as_posix() if isinstance(value, Path) else value
