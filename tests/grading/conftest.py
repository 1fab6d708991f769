"""Small submissions: the networks have the sheet's kinds of layers with small widths."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from assignment.grading.arrivals import Attempt, Item
from assignment.grading.evidence import Answer, Evidence, NetworkFacts
from assignment.grading.examine import Examined
from assignment.grading.rubric import Criterion, Rubric
from assignment.storage.files import sha256

SAVED_FILES = Path(__file__).parent.parent / "foreign" / "saved_files"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="session")
def small_networks(tmp_path_factory):
    """The paths of a small generator and discriminator, saved by Keras 3.15.1."""
    folder = tmp_path_factory.mktemp("networks")
    with zipfile.ZipFile(SAVED_FILES / "keras_3.15.1.zip") as archive:
        return tuple(Path(archive.extract(name, folder)) for name in ("generator.h5", "discriminator.h5"))


@pytest.fixture
def run_record():
    """A function that returns the content of a run.json."""

    def make(files=(), standin=False, **changes):
        caption = "drawn stand-in, not Fashion-MNIST" if standin else "Fashion-MNIST (Zalando Research, MIT license)"
        return {
            "status": "finished",
            "written": "2026-11-27T12:00:00+00:00",
            "epochs_done": 2,
            "settings": {"seed": 5},
            "versions": {"keras": "3.15.1"},
            "data": {"source": "x", "caption": caption, "checked": "MD5", "is_standin": standin},
            "deviations": [],
            "files_sha256": {path.name: sha256(path) for path in files},
            **changes,
        }

    return make


@pytest.fixture
def make_submission(small_networks, run_record, tmp_path):
    """A function that writes a ZIP file with small networks, records and a figure; returns its path.

    contents: further files by name, or None to leave one out.
    """

    def make(name="submission_fashion_ana.zip", record=None, **contents):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        generator, discriminator = small_networks
        files = {
            "generator_model_ana.h5": generator.read_bytes(),
            "discriminator_model_ana.h5": discriminator.read_bytes(),
            "run.json": json.dumps(record or run_record()),
            "history.csv": "epoch,discriminator_loss\n1,0.5\n2,0.6\n",
            "step2_real_images.png": PNG,
            **{file.replace("__", "."): content for file, content in contents.items()},
        }
        with zipfile.ZipFile(path, "w") as archive:
            for file, content in files.items():
                if content is not None:
                    archive.writestr(file, content)
        return path

    return make


@pytest.fixture
def attempt_of():
    """A function that returns an attempt with these files."""
    return lambda *paths: Attempt(tuple(Item(path.name, path) for path in paths))


@pytest.fixture
def rubric():
    return Rubric(
        "The sheet",
        "fashion",
        (
            Criterion(3, "Generator", 10, "The layers are right.", checks=("generator layers",)),
            Criterion(2, "Figures", 4, "They are there.", figures=("step2_real_images.png", "step7_grid_*.png")),
        ),
    )


@pytest.fixture
def evidence():
    """The evidence of a submission with one wrong layer, one that could not be checked, and a figure."""
    layers = (
        Answer("layer 1", True),
        Answer("layer 2: stride 2", False, "stride 1", "write strides=2"),
        Answer("layer 3", None, "the file has only weights"),
        Answer("layer 4", True),
    )
    figure = {"figure step2_real_images.png": (Answer("step2_real_images.png", True),)}
    return Evidence(
        checks={"generator layers": layers, **figure},
        networks=(
            NetworkFacts("generator_model_ana.h5", "generator", "3.15.1", "a" * 64, "ana", 5, 2),
            NetworkFacts("discriminator_model_ana.h5", "discriminator", "3.15.1", "b" * 64, "ana", 5, 2),
        ),
        metrics={"judge_fid": 12.5, "precision": 0.6, "recall": 0.5, "diversity": 0.9},
        floor={"judge_fid": 0.1, "precision": 0.9, "recall": 0.9, "diversity": 1.0},
        recorded={"seed": "5", "epochs": "2", "status": "finished"},
    )


@pytest.fixture
def make_examined(evidence):
    """A function that returns what was found in a submission, with random kernels of its networks."""

    def make(seed=0, **changes):
        random = np.random.default_rng(seed)

        def sample():
            values = random.standard_normal(4_096)
            values -= values.mean()
            return {"0 10x10": (values / np.linalg.norm(values)).astype(np.float32)}

        from dataclasses import replace

        return Examined(replace(evidence, **changes), PNG, {"generator": sample(), "discriminator": sample()})

    return make
