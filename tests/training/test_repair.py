import keras
import numpy as np
import pytest

from assignment.conditional.networks import build_discriminator
from assignment.digits.networks import build_generator
from assignment.errors import AssignmentError
from assignment.foreign.metadata import ModelMetadata
from assignment.foreign.reader import read_contents
from assignment.training import repair
from assignment.training.export import export_h5
from assignment.training.layers import MinibatchDeviation
from assignment.training.repair import write_repaired

METADATA = ModelMetadata("digits", "ana", 1, "drawn stand-in, not MNIST")

pytestmark = pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")


@pytest.mark.parametrize("build", [build_generator, build_discriminator])
def test_the_repaired_file_has_the_same_layers_and_weights(tmp_path, build):
    model, path, repaired = build("ana"), tmp_path / "network.h5", tmp_path / "repaired.h5"
    export_h5(model, path, METADATA)
    assert write_repaired(read_contents(path).network, repaired) < 1e-5
    loaded = keras.models.load_model(repaired, compile=False)
    assert [layer.name for layer in loaded.layers] == [layer.name for layer in model.layers]
    for weight, expected in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_a_file_whose_outputs_differ_is_not_kept(tmp_path, monkeypatch):
    path, repaired = tmp_path / "network.h5", tmp_path / "repaired.h5"
    export_h5(build_generator("ana"), path, METADATA)
    monkeypatch.setattr(repair, "run", lambda network, inputs: [np.ones((4, 28, 28, 1))])
    with pytest.raises(AssignmentError, match="the outputs of the repaired network differ by .*; it was not kept"):
        write_repaired(read_contents(path).network, repaired)
    assert [file.name for file in tmp_path.iterdir()] == ["network.h5"]


def test_a_network_with_nan_outputs_is_one_sentence(tmp_path, monkeypatch):
    path, repaired = tmp_path / "network.h5", tmp_path / "repaired.h5"
    export_h5(build_generator("ana"), path, METADATA)
    monkeypatch.setattr(repair, "run", lambda network, inputs: [np.full((4, 28, 28, 1), np.nan)])
    with pytest.raises(AssignmentError, match="the network has NaN or infinite outputs, so they cannot be compared"):
        write_repaired(read_contents(path).network, repaired)
    assert not repaired.exists()


def test_a_network_whose_outputs_cannot_be_compared_is_one_sentence(tmp_path):
    path, repaired = tmp_path / "network.h5", tmp_path / "repaired.h5"
    layers = [keras.layers.Flatten(), MinibatchDeviation(), keras.layers.Dense(1)]
    export_h5(keras.Sequential([keras.Input((28, 28, 1)), *layers], name="d"), path, METADATA)
    with pytest.raises(
        AssignmentError, match="the outputs cannot be compared, so no file was written: a layer of the k"
    ):
        write_repaired(read_contents(path).network, repaired)
    assert not repaired.exists()
