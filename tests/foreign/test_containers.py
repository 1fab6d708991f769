import zipfile

import pytest

from assignment.foreign import containers
from assignment.foreign.containers import opened
from assignment.foreign.refused import Refused


def archive(path, **members):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "."), content)


def test_a_file_is_hdf5_whatever_its_name(tmp_path, generator_file):
    path = tmp_path / "generator.h5 (1)"
    path.write_bytes(generator_file.read_bytes())
    with opened(path) as container:
        assert container.size == len(generator_file.read_bytes()) and container.configuration is None


def test_an_archive_has_its_weights_and_texts(tmp_path):
    path = tmp_path / "x.keras"
    archive(path, config__json="{}", metadata__json='{"keras_version": "3"}', model__weights__h5=b"\x89HDF")
    with opened(path) as container:
        assert container.file.read() == b"\x89HDF" and container.metadata == b'{"keras_version": "3"}'


@pytest.mark.parametrize("maximum", ["MAX_TEXT_BYTES", "MAX_ARCHIVE_BYTES"])
def test_a_part_that_is_too_large_is_refused(tmp_path, monkeypatch, maximum):
    path = tmp_path / "x.keras"
    archive(path, config__json="{  }", model__weights__h5=b"1234")
    monkeypatch.setattr(containers, maximum, 3)
    with pytest.raises(Refused, match="is empty or has more than 3 bytes"), opened(path):
        pass


def test_a_file_that_is_too_large_is_refused(generator_file, monkeypatch):
    monkeypatch.setattr(containers, "MAX_FILE_BYTES", 1_000)
    with pytest.raises(Refused, match="it has more than 1,000 bytes"), opened(generator_file):
        pass


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_that_keras_does_not_use_is_refused(tmp_path, compression):
    path = tmp_path / "x.keras"
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", "x")
    with pytest.raises(Refused, match="its config.json is compressed in a way that Keras does not use"), opened(path):
        pass
