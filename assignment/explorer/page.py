"""The page that runs a generator: one HTML file with the networks, the scripts and nothing to fetch."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup

from assignment.explorer.directions import Directions
from assignment.explorer.program import Program
from assignment.report.page import data_url, template
from assignment.training.latent import PLANE_REACH, PLANE_TILES

WORKER_SCRIPTS = ("engine.js", "gpu.js", "worker.js")
PAGE_SCRIPTS = ("view.js", "latent.js", "client.js", "explore.js")


class PageFacts(NamedTuple):
    """What the page says about its generator.

    name: of the network.
    summary: how it was trained, in one sentence.
    images: what it was trained on, in words.
    latent_dim: the number of values of the noise.
    typical_length: a length to which that of random noise is close.
    classes: the names of the labels; () if the generator takes none.
    gives_probability: whether the discriminator's output is a probability.
    """

    name: str
    summary: str
    images: str
    is_standin: bool
    latent_dim: int
    typical_length: float
    classes: Sequence[str]
    gives_probability: bool


def render_page(
    facts: PageFacts,
    programs: Mapping[str, Program],
    directions: Directions,
    vectors: np.ndarray,
    planes: Mapping[int, bytes],
) -> str:
    """Return the page as HTML.

    programs: of the `generator` and, if the page has it, of the `discriminator`.
    vectors: (3, latent_dim), of the plane with which the page begins: its center and the two that span it.
    planes: pictures (PNG) of the images on this plane after earlier epochs.
    """
    data: dict[str, Any] = {
        "name": facts.name,
        "latentDim": facts.latent_dim,
        "typicalLength": facts.typical_length,
        "classes": list(facts.classes),
        "givesProbability": facts.gives_probability,
        "directions": directions.vectors.round(6).tolist(),
        "plane": vectors.astype(float).round(6).tolist(),
        "planeReach": PLANE_REACH,
        "tiles": PLANE_TILES,
        "epochs": [[epoch, data_url(content, "png")] for epoch, content in planes.items()],
        "programs": {name: program.description for name, program in programs.items()},
    }
    return template("explore.html.jinja", package="assignment.explorer").render(
        facts=facts,
        classes=facts.classes,
        directions=directions.shares.tolist(),
        epochs=list(planes),
        data=_json(data),
        weights={name: base64.b64encode(program.weights).decode("ascii") for name, program in programs.items()},
        worker=read_scripts(*WORKER_SCRIPTS),
        script=read_scripts(*PAGE_SCRIPTS),
    )


def _json(data: Any) -> Markup:
    """Return data as JSON that cannot end the element it is in."""
    return Markup(json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"))


def read_scripts(*names: str) -> Markup:
    """Return files of this package's JavaScript, one after another."""
    folder = files("assignment.explorer")
    return Markup("\n".join((folder / name).read_text(encoding="utf-8") for name in names))
