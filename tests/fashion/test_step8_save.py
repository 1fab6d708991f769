import keras
import numpy as np
import pytest

from assignment.fashion.step8_save import save_models
from assignment.foreign.metadata import ModelMetadata, read_metadata
from assignment.storage.workspace import Workspace


def test_both_networks_are_saved_under_the_sheets_names(make_gan, tmp_path):
    gan = make_gan(firstname="Ана")
    workspace = Workspace.for_run("fashion", tmp_path / "outputs", tmp_path / "models", "Ана")
    paths = save_models(gan, workspace.models_dir, ModelMetadata("fashion", "ana", 1, "Fashion-MNIST"))
    assert paths == workspace.models
    assert [path.name for path in paths] == ["generator_model_Ана.h5", "discriminator_model_Ана.h5"]
    assert read_metadata(paths[0]) == ModelMetadata("fashion", "ana", 1, "Fashion-MNIST", (), keras=keras.__version__)
    for path, model in zip(paths, gan):
        for weight, saved in zip(model.weights, keras.models.load_model(path, compile=False).weights, strict=True):
            np.testing.assert_array_equal(weight, saved)


def test_without_a_folder_the_files_are_in_the_current_folder(make_gan, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paths = save_models(make_gan())
    assert [str(path) for path in paths] == ["generator_model_test.h5", "discriminator_model_test.h5"]
    metadata = read_metadata(paths[0])
    assert (metadata.track, metadata.firstname, metadata.seed) == ("fashion", "test", None)


@pytest.mark.parametrize("as_text", [True, False])
def test_the_folder_may_be_a_text_or_a_path(make_gan, tmp_path, as_text):
    folder = tmp_path / "new" / "folder"
    paths = save_models(make_gan(), str(folder) if as_text else folder)
    assert sorted(folder.iterdir()) == sorted(paths)
