"""A run's folder as a complete training leaves it, with small networks."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from assignment.fashion.sheet import SHEET
from assignment.storage.files import sha256
from assignment.storage.workspace import Workspace

SAVED_FILES = Path(__file__).parent.parent / "foreign" / "saved_files"


@pytest.fixture
def make_run_folder(tmp_path):
    """A function that writes the files of a run; returns its workspace. changes: to its run.json."""

    def make(**changes):
        workspace = Workspace.for_run("fashion", tmp_path / "outputs", tmp_path / "models", "ana")
        workspace.folder.mkdir(parents=True)
        workspace.models_dir.mkdir()
        with zipfile.ZipFile(SAVED_FILES / "keras_3.15.1.zip") as archive:
            for path, name in zip(workspace.models, ("generator.h5", "discriminator.h5")):
                path.write_bytes(archive.read(name))
        figures = [name.replace("*", "0002") for step in SHEET for name in step.figures]
        for name in (*figures, "history.csv", "metrics.json", "report.html"):
            (workspace.folder / name).write_text(name, encoding="utf-8")
        record = {
            "status": "finished",
            "written": "2026-11-27T12:00:00+00:00",
            "epochs_done": 300,
            "settings": {"seed": 5},
            "versions": {"keras": "3.15.1"},
            "data": {"source": "x", "caption": "Fashion-MNIST", "checked": "MD5", "is_standin": False},
            "deviations": [],
            "files_sha256": {path.name: sha256(path) for path in workspace.models},
            **changes,
        }
        workspace.record.write_text(json.dumps(record), encoding="utf-8")
        return workspace

    return make
