"""A saved generator of the conditional track, which the tests of this folder share."""

import pytest

from assignment.conditional.networks import build_generator
from assignment.foreign.metadata import ModelMetadata
from assignment.storage.workspace import Workspace
from assignment.training.export import export_h5

DIGITS = ModelMetadata("conditional", "ana", 1, "a stand-in", tuple("0123456789"))


@pytest.fixture
def generator():
    return build_generator("ana", 1)


@pytest.fixture
def workspace(tmp_path):
    return Workspace.for_run("conditional", tmp_path / "outputs", tmp_path / "models", "ana")


@pytest.fixture
def trained(workspace, generator):
    """A workspace with the saved generator of a conditional run."""
    workspace.models_dir.mkdir()
    export_h5(generator, workspace.generator_model, DIGITS)
    return workspace
