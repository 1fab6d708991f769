"""The facts about its training in a network's file, which anyone may have changed."""

import json

import h5py
import keras
import numpy as np
import pytest

from assignment.errors import AssignmentError
from assignment.foreign.contents import FACTS
from assignment.foreign.metadata import ModelMetadata, metadata_of, read_metadata, read_ours
from assignment.storage.files import FORMAT
from assignment.training.export import export_h5

METADATA = ModelMetadata(
    track="conditional",
    firstname="Ана",
    seed=2,
    images="a stand-in",
    classes=("T-shirt/top", "Trouser"),
    practices=("uniform-noise",),
    keras=keras.__version__,
)
ONE_SENTENCE = r"\A[^\n]{,400}generator\.h5[^\n]{,200}\.\Z"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "generator.h5"


def test_the_file_is_read_once_for_the_network_and_its_metadata(make_gan, path):
    export_h5(make_gan().generator, path, METADATA)
    contents = read_ours(path)
    assert contents.network is not None and metadata_of(contents, path) == METADATA == read_metadata(path)


def test_a_file_without_the_later_facts_is_still_read(make_gan, path):
    export_h5(make_gan().generator, path, METADATA)
    with h5py.File(path, "r+") as file:
        stored = json.loads(file.attrs[FACTS])
        for name in ("epochs", "updates", "batch_size", "standin", "keras"):
            del stored[name]
        file.attrs[FACTS] = json.dumps(stored)
    assert read_metadata(path) == METADATA._replace(keras=None)


@pytest.mark.parametrize("content", [b"", b"no HDF5", None])
def test_file_of_another_program_is_refused(make_gan, path, content):
    if content is None:
        make_gan().generator.save(path, include_optimizer=False)
    else:
        path.write_bytes(content)
    with pytest.raises(AssignmentError, match="generator.h5 is not a network that this program saved"):
        read_metadata(path)


@pytest.mark.parametrize("stored_format", [None, FORMAT - 1])
def test_file_of_another_version_is_refused(make_gan, path, stored_format):
    export_h5(make_gan().generator, path, METADATA)
    with h5py.File(path, "r+") as file:
        stored = json.loads(file.attrs[FACTS])
        assert stored.pop("format") == FORMAT
        file.attrs[FACTS] = json.dumps({**stored, **({"format": stored_format} if stored_format else {})})
    with pytest.raises(AssignmentError, match="generator.h5 was written by another version of this program"):
        read_metadata(path)


def facts_with(**changes):
    """Return the facts of a file with these changes; None removes one."""
    facts = {"format": FORMAT, **METADATA._asdict(), **changes}
    return json.dumps({name: value for name, value in facts.items() if value is not None})


def small_network():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


DAMAGED_FACTS = {
    "not JSON": "{",
    "in a list": "[]",
    "null": "null",
    "a number": "1",
    "nested deeply": "[" * 50_000,
    "in an array": np.zeros(3),
    "empty": h5py.Empty("S1"),
    "not UTF-8": np.bytes_(b"\xff\xfe"),
    "another format": facts_with(format=99),
    "a list as the format": facts_with(format=[2]),
    "no track": facts_with(track=None),
    "a number as the track": facts_with(track=1),
    "a text as the seed": facts_with(seed="1"),
    "a negative seed": facts_with(seed=-1),
    "a fraction as the epoch": facts_with(epoch=1.5),
    "a text as the classes": facts_with(classes="0123456789"),
    "5,000 classes": facts_with(classes=[str(number) for number in range(5_000)]),
    "numbers as the classes": facts_with(classes=list(range(10))),
    "a long class name": facts_with(classes=["x" * 10_000]),
    "a control character in a class name": facts_with(classes=["\x1b[2J"]),
    "half a character in a class name": facts_with(classes=["\ud800"]),
    "an object as the practices": facts_with(practices={"ema": 1}),
}


@pytest.mark.parametrize("facts", DAMAGED_FACTS.values(), ids=DAMAGED_FACTS.keys())
def test_damaged_facts_are_refused_in_one_sentence(path, facts):
    export_h5(small_network(), path, METADATA)
    with h5py.File(path, "r+") as file:
        file.attrs[FACTS] = facts_with()
    assert read_metadata(path) == METADATA
    with h5py.File(path, "r+") as file:
        file.attrs[FACTS] = facts
    with pytest.raises(AssignmentError, match=ONE_SENTENCE):
        read_metadata(path)
