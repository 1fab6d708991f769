import json

import numpy as np
import pytest

from assignment.errors import AssignmentError
from assignment.storage.files import FORMAT
from assignment.training import checkpoint_file
from assignment.training.checkpoint_file import file_name, read_checkpoint, write_checkpoint
from assignment.training.loop import Position, Row
from assignment.training.steps import Losses


@pytest.fixture
def save(tmp_path):
    """A function that writes a checkpoint under its name and returns the path."""

    def write(checkpoint):
        path = tmp_path / file_name(checkpoint.position)
        write_checkpoint(path, checkpoint)
        return path

    return write


def test_facts_name_the_format(save, make_checkpoint):
    with np.load(save(make_checkpoint(5))) as stored:
        facts = json.loads(stored["facts"].tobytes())
    assert facts["format"] == FORMAT


@pytest.mark.parametrize("facts", ["no JSON", "[1]", "{}", '{"format": 1}', f'{{"format": {FORMAT}}}'])
def test_checkpoint_of_another_version_is_refused(save, make_checkpoint, monkeypatch, facts):
    monkeypatch.setattr(checkpoint_file, "_encode_facts", lambda checkpoint: np.frombuffer(facts.encode(), np.uint8))
    path = save(make_checkpoint(5))
    message = r"epoch_0005.npz was written by another version of this program.*; --fresh starts over\.$"
    with pytest.raises(AssignmentError, match=message):
        read_checkpoint(path)


def rows(epochs, updates=55):
    return [Row(epoch, 0.1, 0.3, 0.3, 0.7, updates, seconds=1.5) for epoch in epochs]


@pytest.mark.parametrize(
    ("changes", "contradiction"),
    [
        ({"position": Position(99)}, "it does not have one row for each epoch before 99"),
        ({"position": Position(10**100)}, "it does not have one row for each epoch before 1000"),
        ({"rows": rows([1, 3])}, "it does not have one row for each epoch before 3"),
        ({"rows": rows([1, 2], updates=0)}, "its epochs have different numbers of updates"),
        ({"rows": [*rows([1]), *rows([2], updates=54)]}, "its epochs have different numbers of updates"),
        ({"position": Position(3, [Losses(0.1, 0.1, 0.1)] * 55)}, "its epochs have different numbers of updates"),
        ({"notes": [{}]}, "it has notes on 0 of 2 epochs"),
        ({"frames": np.zeros((2, 1, 4, 4, 1), np.float32)}, "its grids have the type float32 and the shape"),
        ({"frames": np.zeros((3, 4), np.float32)}, "its grids have the type float32 and the shape"),
        ({"frames": np.zeros((3, 0, 4, 4, 1), np.float32)}, "its grids have the type float32 and the shape"),
        ({"frames": np.zeros((3, 1, 4, 4, 1))}, "its grids have the type float64"),
    ],
)
def test_checkpoint_whose_parts_contradict_each_other_is_refused(save, make_checkpoint, changes, contradiction):
    path = save(make_checkpoint(2)._replace(**changes))
    with pytest.raises(AssignmentError) as caught:
        read_checkpoint(path)
    assert f"{path} is not a checkpoint of this program: {contradiction}" in str(caught.value)
    assert str(caught.value).endswith("; move it away to continue from the one before, or start over with --fresh.")


def test_checkpoint_under_the_name_of_another_position_is_refused(save, make_checkpoint):
    path = save(make_checkpoint(2))
    path = path.rename(path.with_name("epoch_0099.npz"))
    with pytest.raises(
        AssignmentError, match="epoch_0099.npz is not a checkpoint .*: its name is that of another position"
    ):
        read_checkpoint(path)


def test_a_file_that_is_not_what_np_savez_writes_is_refused(save, make_checkpoint):
    path = save(make_checkpoint(2))
    path.write_bytes(b"not a zip")
    with pytest.raises(AssignmentError, match="epoch_0002.npz was written by another version"):
        read_checkpoint(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("conditions", [1]),
        ("conditions", {"seed": {}}),
        ("versions", None),
        ("epoch", 2.5),
        ("epoch", "3"),
        ("seconds", -1),
        ("losses", [[0.1, 0.2]]),
        ("losses", [0.1]),
        ("rows", [[1, 2]]),
        ("rows", {}),
        ("notes", [None, {}, {}]),
        ("notes", [{"variety": "x"}, {}, {}]),
    ],
)
def test_facts_of_another_shape_are_refused(save, make_checkpoint, monkeypatch, key, value):
    facts = json.loads(checkpoint_file._encode_facts(make_checkpoint(2)).tobytes())
    text = json.dumps({**facts, key: value}).encode()
    monkeypatch.setattr(checkpoint_file, "_encode_facts", lambda checkpoint: np.frombuffer(text, np.uint8))
    path = save(make_checkpoint(2))
    with pytest.raises(AssignmentError, match="epoch_0002.npz was written by another version"):
        read_checkpoint(path)
