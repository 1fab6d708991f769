"""The report of a run: its record, metrics and figures in one self-contained HTML file."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template

from assignment.evaluation.health import STUCK_EPOCHS
from assignment.evaluation.metrics_file import MetricsFile, read_metrics
from assignment.evaluation.scores import METRICS, METRICS_OVER_TIME, evenly_spaced
from assignment.practices.catalogue import BY_NAME
from assignment.processes import join_words
from assignment.report.sheet import Sheet
from assignment.settings.run_options import run_options
from assignment.storage.files import write_text
from assignment.storage.reading import MAX_JSON_BYTES, parse_json, read_bytes
from assignment.storage.workspace import Workspace

GRID = "step7_grid_epoch"
MAX_GRIDS = 12  # in the report; a grid after each of 300 epochs would make it 12 MB
# Alternative texts; a grid's epoch replaces the braces.
DESCRIPTIONS = {
    "step2_real_images": "The first real images",
    "step3_generator_diagram": "The generator's layers with their neurons and weights, as boxes and arrows",
    "step4_untrained_samples": "Images from the untrained generator: gray noise",
    "step5_discriminator_diagram": "The discriminator's layers with their neurons and weights, as boxes and arrows",
    "step7_losses": "Losses of both networks over the epochs",
    "step7_progress": "Images from the same noise after more and more epochs, one row per epoch",
    GRID: "Generated images after epoch {}",
    "step7_noise_walk": "Images along a great circle of noise, one row per class",
    "step7_label_walk": "Images between each class and the next",
    "step7_generated": "A grid of newly generated images",
    "step7_interpolation": "Images between two noise vectors, along a straight line and a great circle",
    "step7_real_beside_generated": "A row of real images above a row of generated ones",
    "step7_animation": "The same images from the untrained generator to the last epoch, as an animation",
    "step7_measures": "Judge FID, precision and recall over the epochs; dotted lines show the scores of real images",
}


class Picture(NamedTuple):
    """A figure in the report: its `data` URL and its alternative text; whether it moves, or is a network's diagram."""

    data: str
    description: str
    moves: bool
    is_diagram: bool


def write_report(workspace: Workspace, title: str, sheet: Sheet) -> Path:
    """Write the report of the run whose record and figures are in the workspace; missing figures are left out.

    title: that of the track; sheet: its eight steps.
    Raises OSError if the record cannot be read or the report cannot be written.
    """
    # The session has just written the record; the metrics may be those of an earlier session.
    record = parse_json(read_bytes(workspace.record, MAX_JSON_BYTES), dict[str, Any])
    metrics = read_metrics(workspace.metrics)
    page = template("page.html.jinja").render(
        title=title,
        record=record,
        metrics=metrics,
        measured=evenly_spaced(metrics.over_time) if metrics else [],
        metric_titles=METRICS,
        metrics_over_time=METRICS_OVER_TIME,
        enough_epochs=STUCK_EPOCHS,
        steps=[(step, _pictures(workspace, step.figures)) for step in sheet],
        metric_pictures=_pictures(workspace, (workspace.metrics_figure.name,)),
        practices=[BY_NAME[name] for name in record["settings"].get("practice", "").split(", ") if name],
        best=_best_epoch(metrics),
        explore_command=_explore_command(workspace, record["settings"]),
        explore_page=workspace.explore_page.name if workspace.explore_page.exists() else "",
        models=[name for name in record["files_sha256"] if name.endswith(".h5") and record["status"] != "failed"],
    )
    write_text(workspace.report, page)
    return workspace.report


@cache
def template(name: str, package: str = "assignment.report") -> Template:
    """Return a template of a package by its file name; it may include this package's style. All values are escaped."""
    loader = ChoiceLoader([PackageLoader(package, "."), PackageLoader("assignment.report", ".")])
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)


def file_url(path: Path) -> str:
    """Return a PNG or GIF file as a URL that contains it."""
    return data_url(path.read_bytes(), path.suffix[1:])


def data_url(content: bytes, kind: str) -> str:
    """Return a picture as a URL that contains it.

    kind: `png` or `gif`.
    """
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _explore_command(workspace: Workspace, settings: dict[str, Any]) -> str:
    options = run_options(settings["firstname"], workspace.folder.name, settings["outputs_dir"], settings["models_dir"])
    return join_words(["assignment", "explore", *options])


def _pictures(workspace: Workspace, names: tuple[str, ...]) -> list[Picture]:
    """Return the pictures with these names that exist; `*` stands for the epochs of all grids."""
    paths = [
        path
        for name in names
        for path in (evenly_spaced(workspace.grids(), MAX_GRIDS) if "*" in name else [workspace.folder / name])
        if path.is_file()
    ]
    return [
        Picture(file_url(path), _description(path.stem), path.suffix == ".gif", "diagram" in path.stem)
        for path in paths
    ]


def _best_epoch(metrics: MetricsFile | None) -> dict[str, float] | None:
    """Return the measured epoch with the lowest judge FID, without the untrained generator's; None if there is none."""
    measured = [values for values in metrics.over_time if values["epoch"]] if metrics else []
    return min(measured, key=lambda values: values["judge_fid"], default=None)


def _description(stem: str) -> str:
    name, _, epoch = stem.rpartition("_") if stem.startswith(GRID) else (stem, "", "")
    return DESCRIPTIONS[name].format(int(epoch) if epoch else "")
