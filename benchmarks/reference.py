"""What does a usual training look like? Draws the losses and the judge FID of several seeds over the epochs.

    python benchmarks/reference.py reference.png outputs/ana/lab/fashion [--practices ema+replay]

The folder is that of a lab (`assignment lab`), whose runs of the baseline, or of the named practices, are drawn.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assignment.environment import import_matplotlib

import_matplotlib()

from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from assignment.figures.metric_curves import CURVES_KEY  # noqa: E402
from assignment.figures.style import (  # noqa: E402
    DISCRIMINATOR_COLOR,
    GENERATOR_COLOR,
    MUTED_COLOR,
    TEXT_COLOR,
    in_own_style,
    new_figure,
    open_axes,
    save,
)
from assignment.lab.plan import BASELINE  # noqa: E402

UNDECIDED_LOSS = np.log(2)


def main() -> None:
    options = parse_options()
    paths = sorted(options.lab.glob(f"runs/{options.practices}/seed_*/*/{options.lab.name}/history.csv"))
    if not paths:
        raise SystemExit(f"no runs of {options.practices} in {options.lab}")
    histories = [read_history(path) for path in paths]
    title = f"The {options.lab.name} track: {options.practices}, {len(paths)} seeds"
    save(draw(histories, title, CURVES_KEY), options.picture)
    print(f"wrote {options.picture}: {len(paths)} runs")


def read_history(path: Path) -> list[dict[str, float]]:
    """Return the rows of a history.csv; what was not measured is NaN."""
    with path.open(encoding="utf-8") as lines:
        return [{name: float(value or "nan") for name, value in row.items()} for row in csv.DictReader(lines)]


@in_own_style
def draw(histories: Sequence[Sequence[dict[str, float]]], title: str, caption: str) -> Figure:
    """Draw the losses on the left and judge FID on the right."""
    figure = new_figure(12, 4.5, title, caption)
    left, right = figure.subplots(1, 2)
    draw_band(left, histories, "discriminator_loss", DISCRIMINATOR_COLOR, "discriminator")
    draw_band(left, histories, "generator_loss", GENERATOR_COLOR, "generator")
    left.axhline(
        UNDECIDED_LOSS, color=MUTED_COLOR, linestyle=":", linewidth=1.2, label="ln 2: undecided, for cross-entropy"
    )
    left.set_ylabel("loss")
    left.legend(framealpha=0.9, edgecolor="none")
    draw_band(right, histories, "judge_fid", TEXT_COLOR, "judge FID", marker="o")
    right.set_yscale("log")
    right.yaxis.set_major_formatter("{x:g}")
    right.set_ylabel("judge FID (log scale; not a published FID)")
    for axes in (left, right):
        axes.set_xlabel("epoch")
        open_axes(axes)
    return figure


def draw_band(
    axes: Axes, histories: Sequence[Sequence[dict[str, float]]], name: str, color: str, label: str, marker: str = ""
) -> None:
    epochs = min(len(rows) for rows in histories)
    values = np.array([[row[name] for row in rows[:epochs]] for rows in histories])  # (seeds, epochs)
    measured = np.isfinite(values).all(axis=0)
    numbers, values = np.arange(1, epochs + 1)[measured], values[:, measured]
    axes.fill_between(numbers, values.min(axis=0), values.max(axis=0), color=color, alpha=0.2, linewidth=0)
    axes.plot(numbers, values.mean(axis=0), color=color, label=label, marker=marker, markersize=4)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path, help="the picture to write (.png)")
    parser.add_argument("lab", type=Path, help="the folder of a lab, which ends with the track")
    parser.add_argument("--practices", default=BASELINE, help=f"whose runs to draw (default {BASELINE})")
    return parser.parse_args()


if __name__ == "__main__":
    main()
