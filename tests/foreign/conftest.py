import zipfile
from pathlib import Path

import pytest

FILES = Path(__file__).parent / "saved_files"


@pytest.fixture(scope="session")
def generator_file(tmp_path_factory):
    """The generator saved by Keras 3.15.1, an honest file of 40 kB."""
    folder = tmp_path_factory.mktemp("honest")
    with zipfile.ZipFile(FILES / "keras_3.15.1.zip") as archive:
        return Path(archive.extract("generator.h5", folder))
