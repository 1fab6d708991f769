"""The page of a run: its record, its measures and its pictures in one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template

from assignment.evaluation.health import STUCK
from assignment.evaluation.scores import NAMES, OVER_TIME, thinned
from assignment.practices.catalogue import BY_NAME
from assignment.report.steps import SHEETS, STEPS
from assignment.storage.files import replacing
from assignment.storage.workspace import Workspace

GRID = "step7_grid_epoch"
MOST_GRIDS = 12  # on the page: a grid after every one of 300 epochs would make it 12 MB
# What a reader is told who cannot see the picture; a grid's epoch takes the place of the braces.
DESCRIPTIONS = {
    "step2_real_images": "The first real images",
    "step3_generator_diagram": "The generator's layers with their neurons and weights, as boxes and arrows",
    "step4_untrained_samples": "What the untrained generator draws: grey noise",
    "step5_discriminator_diagram": "The discriminator's layers with their neurons and weights, as boxes and arrows",
    "step7_losses": "Both networks' losses over the epochs, as curves",
    "step7_progress": "The same noises drawn after more and more epochs, a row for each",
    GRID: "Generated images after epoch {}",
    "step7_noise_walk": "Images along a great circle of noise, a row for each class",
    "step7_label_walk": "Images on the way from each class to the next",
    "step7_generated": "A grid of newly generated images",
    "step7_interpolation": "Images on the way from one noise to another, straight and along a great circle",
    "step7_real_beside_generated": "A row of real images above a row of generated ones",
    "step7_measures": "Judge FID, precision and recall over the epochs, with the values of real images as dotted lines",
}


class Picture(NamedTuple):
    """A picture of the page: its `data` URL, its description in words, whether it is one of the training's grids."""

    data: str
    description: str
    is_grid: bool


def write_report(workspace: Workspace) -> Path:
    """Write the page of the run whose record and pictures stand in the workspace; pictures that do not are left out.

    Raises OSError when the record cannot be read or the page not written.
    """
    record = json.loads(workspace.record.read_text(encoding="utf-8"))
    track = workspace.folder.name
    metrics = _read_json(workspace.metrics)
    page = template("page.html.jinja").render(
        title=SHEETS[track],
        record=record,
        metrics=metrics,
        moments=thinned(metrics["over_time"]) if metrics else [],
        names=NAMES,
        over_time=OVER_TIME,
        enough=STUCK,
        steps=[(step, _pictures(workspace.folder, step.pictures)) for step in STEPS[track]],
        measures=_pictures(workspace.folder, (workspace.measures.name,)),
        practices=[BY_NAME[name] for name in record["settings"].get("practice", "").split(", ") if name],
        models=[name for name in record["files_sha256"] if name.endswith(".h5") and record["status"] != "failed"],
    )
    with replacing(workspace.report) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return workspace.report


def template(name: str) -> Template:
    """A page's template, by its file in this folder."""
    # Autoescaped whatever the file is called: a first name, a folder and a command are what somebody typed.
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("assignment.report", "."), PackageLoader("assignment.lab", ".")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _read_json(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _pictures(folder: Path, patterns: tuple[str, ...]) -> list[Picture]:
    paths = [path for pattern in patterns for path in thinned(sorted(folder.glob(pattern)), MOST_GRIDS)]
    return [Picture(data_url(path), _description(path.stem), path.stem.startswith(GRID)) for path in paths]


def data_url(path: Path) -> str:
    """A PNG file as a URL that holds it."""
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def _description(stem: str) -> str:
    kind, epoch = re.fullmatch(r"(.+?)(?:_(\d+))?", stem).groups()
    return DESCRIPTIONS[kind].format(int(epoch) if epoch else "")
