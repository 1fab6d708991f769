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


@pytest.fixture(scope="session")
def generator_file(tmp_path_factory):
    """The bytes of the saved generator of a conditional run; written once, since that takes time."""
    path = tmp_path_factory.mktemp("models") / "conditional_generator_model_ana.h5"
    export_h5(build_generator("ana", 1), path, DIGITS)
    return path.read_bytes()


@pytest.fixture
def trained(workspace, generator_file):
    """A workspace with the saved generator of a conditional run."""
    workspace.models_dir.mkdir()
    workspace.generator_model.write_bytes(generator_file)
    return workspace
