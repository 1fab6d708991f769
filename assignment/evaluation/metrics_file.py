"""metrics.json: what a run measured of its generator. Reports, labs and later sessions read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assignment.evaluation.scores import METRICS_OVER_TIME, Copying, ScoreRange
from assignment.evaluation.verdicts import Verdict
from assignment.storage.reading import Text, read_json


@dataclass(frozen=True)
class MeasuringJudge:
    """The judge that measured the metrics: its accuracy on the test images, and the hash of its weights."""

    accuracy: float
    weights: Text = ""


@dataclass(frozen=True)
class ImageCounts:
    """The numbers of images that were compared."""

    per_draw: int
    draws: int
    real: int


@dataclass(frozen=True)
class MetricsFile:
    """The content of metrics.json, as far as it is read.

    generated, floor: the metrics of the generated images, and of real ones in their place, by name.
    over_time: the metrics of every epoch that was measured, with the epoch; 0 for the untrained generator.
    """

    judge: MeasuringJudge
    judge_fid_note: str
    images: ImageCounts
    generated: dict[str, ScoreRange]
    floor: dict[str, ScoreRange]
    copying: Copying
    verdicts: list[Verdict]
    over_time: list[dict[str, float]]


def read_metrics(path: Path) -> MetricsFile | None:
    """Return the metrics in a file, or None if it is missing, damaged or incomplete."""
    metrics = read_json(path, MetricsFile)
    if metrics is None:
        return None
    columns = [name for name in METRICS_OVER_TIME if name in metrics.generated]
    is_complete = metrics.generated.keys() <= metrics.floor.keys() and all(
        row.keys() >= {"epoch", *columns} for row in metrics.over_time
    )
    return metrics if is_complete else None
