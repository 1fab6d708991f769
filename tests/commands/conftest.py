"""A file that a student hands in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assignment.fashion.step3_generator import build_generator
from assignment.foreign.metadata import ModelMetadata
from assignment.training.export import export_h5

RUN_ASSIGNMENT = Path(__file__).parent.parent.parent / "run_assignment.py"
ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(RUN_ASSIGNMENT.parent)}


@pytest.fixture
def hand_in(tmp_path):
    """The path of a generator that a run saved untrained."""
    path = tmp_path / "generator_model_ana.h5"
    metadata = ModelMetadata("fashion", "ana", 1, "drawn stand-in, not Fashion-MNIST", epoch=300, batch_size=128)
    export_h5(build_generator("ana"), path, metadata)
    return path
