"""The command: which files it reads, what it writes and what it refuses."""

import numpy as np
import pytest

from assignment.conditional.networks import build_auxiliary_discriminator
from assignment.conditional.networks import build_generator as build_conditional_generator
from assignment.errors import AssignmentError
from assignment.explorer import explore as module
from assignment.explorer.directions import Directions
from assignment.explorer.explore import explore
from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step5_discriminator import build_discriminator
from assignment.figures.thumbnails import tiles
from assignment.foreign.metadata import ModelMetadata
from assignment.settings.exploring import ExploreSettings
from assignment.storage.workspace import Workspace
from assignment.training.export import export_h5
from assignment.training.streams import Purpose, draw_noise

METADATA = ModelMetadata("fashion", "ana", 7, "the real ones", epoch=300, practices=("ema",))


@pytest.fixture(scope="module")
def generator_file(tmp_path_factory):
    """The bytes of a saved generator of the sheet; written once, since that takes time."""
    path = tmp_path_factory.mktemp("models") / "generator_model_ana.h5"
    export_h5(build_generator("ana"), path, METADATA)
    return path.read_bytes()


@pytest.fixture
def workspace(tmp_path, generator_file):
    """A workspace with a saved generator."""
    workspace = Workspace.for_run("fashion", tmp_path / "outputs", tmp_path / "models", "ana")
    workspace.models_dir.mkdir()
    workspace.generator_model.write_bytes(generator_file)
    return workspace


@pytest.fixture
def rendered(monkeypatch):
    """What `explore` renders, instead of the page; the directions are not measured."""
    found = []
    monkeypatch.setattr(module, "find_directions", lambda *arguments: Directions(np.eye(6, 100), np.full(6, 0.1)))
    monkeypatch.setattr(module, "render_page", lambda *arguments: found.append(arguments) or "page")
    return found


def test_the_page_is_written_into_the_runs_folder(workspace, rendered):
    assert explore(ExploreSettings("ana"), workspace) == (workspace.folder / "explore.html", True)
    assert workspace.explore_page.read_text(encoding="utf-8") == "page"
    ((facts, programs, *_),) = rendered
    assert facts.summary == "The fashion track, 300 epochs, with ema, seed 7. Images: the real ones."
    assert (facts.name, facts.latent_dim, facts.typical_length) == ("generator_model_ana", 100, 10.0)
    assert facts.classes == () and set(programs) == {"generator"}


def test_uniform_noise_is_shorter(workspace, rendered):
    metadata = METADATA._replace(practices=("uniform-noise",), epoch=None, seed=None)
    export_h5(build_generator("ana"), workspace.generator_model, metadata)
    explore(ExploreSettings("ana"), workspace)
    ((facts, *_),) = rendered
    assert facts.typical_length == pytest.approx(np.sqrt(100 / 3))
    assert facts.summary == "The fashion track, with uniform-noise. Images: the real ones."


def test_the_discriminator_is_added_on_request(workspace, rendered):
    with pytest.raises(AssignmentError, match="discriminator_model_ana.h5 does not exist"):
        explore(ExploreSettings("ana", discriminator=True), workspace)
    export_h5(build_discriminator("ana"), workspace.discriminator_model, METADATA)
    explore(ExploreSettings("ana", discriminator=True), workspace)
    ((facts, programs, *_),) = rendered
    assert facts.gives_probability and set(programs) == {"generator", "discriminator"}


def test_the_first_output_of_an_auxiliary_discriminator_is_the_probability(tmp_path, rendered):
    workspace = Workspace.for_run("conditional", tmp_path / "outputs", tmp_path / "models", "ana")
    workspace.models_dir.mkdir()
    metadata = METADATA._replace(track="conditional", classes=tuple("0123456789"))
    export_h5(build_conditional_generator("ana"), workspace.generator_model, metadata)
    export_h5(build_auxiliary_discriminator("ana"), workspace.discriminator_model, metadata)
    explore(ExploreSettings("ana", track="conditional", discriminator=True), workspace)
    ((facts, programs, *_),) = rendered
    assert facts.gives_probability and facts.classes == tuple("0123456789")
    assert len(programs["discriminator"].description["outputs"]) == 2


def changed(path, name, value):
    """Save a generator in which the first weight with this name has this value everywhere."""
    generator = build_generator("ana")
    weight = next(weight for weight in generator.weights if name in weight.path)
    weight.assign(np.full(weight.shape, value))
    export_h5(generator, path, METADATA)


def discriminator(path):
    export_h5(build_discriminator("ana"), path, METADATA)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: path.unlink(), "does not exist; train it first"),
        (lambda path: path.write_bytes(b"no HDF5"), "is not a network that this program saved"),
        (
            lambda path: export_h5(build_discriminator("ana"), path, METADATA),
            "other inputs or outputs than a generator",
        ),
        (
            lambda path: export_h5(build_generator("ana"), path, METADATA._replace(track="digits")),
            "was trained in the digits track",
        ),
        (lambda path: changed(path, "kernel", np.nan), "its weights are NaN or infinite"),
        (lambda path: changed(path, "beta", np.inf), "its weights are NaN or infinite"),
        (lambda path: changed(path, "moving_variance", -1), "its weights are NaN or infinite"),
        (lambda path: changed(path, "kernel", 3e38), "are NaN or infinite"),
    ],
)
def test_another_file_is_refused_and_nothing_is_written(workspace, change, message):
    change(workspace.generator_model)
    with pytest.raises(AssignmentError, match=message):
        explore(ExploreSettings("ana"), workspace)
    assert not workspace.explore_page.exists()


@pytest.fixture
def drawn(workspace):
    """A workspace with a generator and two pictures of earlier epochs."""
    workspace.planes.mkdir(parents=True)
    for epoch in (50, 1000):
        workspace.plane(epoch).write_bytes(tiles(np.zeros((49, 28, 28, 1)), 7))
    return workspace


def test_earlier_epochs_are_added_on_request(drawn, rendered):
    explore(ExploreSettings("ana"), drawn)
    explore(ExploreSettings("ana", epochs=True), drawn)
    assert rendered[0][4] == {} and rendered[1][4] == {epoch: drawn.plane(epoch).read_bytes() for epoch in (50, 1000)}
    np.testing.assert_array_equal(rendered[0][3], draw_noise(7, Purpose.PLANE, count=3, latent_dim=100))


@pytest.mark.parametrize("content", [b"", b"no picture at all, but long enough", tiles(np.zeros((10, 28, 28, 1)), 7)])
def test_a_picture_of_another_size_is_refused(drawn, rendered, content):
    drawn.plane(50).write_bytes(content)
    with pytest.raises(AssignmentError, match="epoch_0050.png is damaged, or not a picture that the run drew"):
        explore(ExploreSettings("ana", epochs=True), drawn)


@pytest.mark.parametrize("length", [8, 20, 40, -30])
def test_a_truncated_picture_is_refused(drawn, rendered, length):
    drawn.plane(50).write_bytes(drawn.plane(50).read_bytes()[:length])
    with pytest.raises(AssignmentError, match="epoch_0050.png is damaged, or not a picture that the run drew"):
        explore(ExploreSettings("ana", epochs=True), drawn)


def test_without_pictures_of_earlier_epochs_the_reason_is_given(workspace, rendered):
    with pytest.raises(AssignmentError, match="planes has no images of earlier epochs"):
        explore(ExploreSettings("ana", epochs=True), workspace)


@pytest.mark.parametrize("record", ["{", '{"settings": [1]}', '{"settings": {"outputs_dir": 5}}', "{}"])
def test_a_damaged_record_leaves_the_report_without_a_link(workspace, rendered, record):
    workspace.folder.mkdir(parents=True)
    workspace.record.write_text(record, encoding="utf-8")
    workspace.report.write_text("the report", encoding="utf-8")
    assert not explore(ExploreSettings("ana"), workspace).is_linked
    assert workspace.report.read_text(encoding="utf-8") == "the report"


def test_another_network_instead_of_the_discriminator_is_named(workspace, rendered):
    workspace.discriminator_model.write_bytes(workspace.generator_model.read_bytes())
    with pytest.raises(AssignmentError, match="discriminator_model_ana.h5 .*it does not turn an image into one number"):
        explore(ExploreSettings("ana", discriminator=True), workspace)
