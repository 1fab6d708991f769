"""What the parent does with its child: it may die, hang, or print anything."""

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from assignment.foreign import reader
from assignment.foreign.containers import opened
from assignment.foreign.contents import describe
from assignment.foreign.hdf5 import StoredArray
from assignment.foreign.reader import read_contents
from assignment.foreign.refused import Refused

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.usefixtures("real_child")


@pytest.fixture
def set_child(monkeypatch):
    """A function that replaces what the child executes."""
    return lambda code: monkeypatch.setattr(
        reader, "child_command", lambda module, path: [sys.executable, "-c", code, str(ROOT), path]
    )


@pytest.fixture
def set_description(set_child, generator_file):
    """A function that lets the child print a changed description of the honest file."""

    def set_description(change):
        with opened(generator_file) as container:
            description = asdict(describe(container))
        change(description)
        set_child(f"print({json.dumps({'contents': description})!r})")

    return set_description


def test_the_arrays_are_those_of_the_file(generator_file):
    contents = read_contents(generator_file)
    kernel = contents.network.layers[1].weights[0]
    assert kernel.shape == (3, 98) and contents.keras == "3.15.1"
    assert abs(float(kernel[0, 0]) - 0.4958324) < 1e-6, "0.5 sin(1.7), the first number of write_saved_files.py"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise SystemExit(3)", "the process that reads it ended with code 3"),
        ("import os; os.abort()", "the process that reads it ended with code"),
        ("print('hello')", "it cannot be described"),
        ("print('[]')", "it cannot be described"),
        ('print(\'{"refused": "two\\\\nlines"}\')', "it cannot be described"),
        ("print('x' * 9_000_000)", "it cannot be described"),
        ("pass", "it cannot be described"),
        ("print('{}')", "it is damaged, and perhaps incomplete"),
    ],
)
def test_a_child_that_dies_or_prints_something_else_is_one_sentence(set_child, generator_file, code, message):
    set_child(code)
    with pytest.raises(Refused, match=message):
        read_contents(generator_file)


def test_a_child_that_hangs_is_stopped(set_child, generator_file, monkeypatch):
    monkeypatch.setattr(reader, "TIMEOUT", 0.5)
    set_child("import time; time.sleep(60)")
    with pytest.raises(Refused, match="reading it took more than"):
        read_contents(generator_file)


def kernel(description):
    return description["network"]["layers"][1]["weights"][0]


@pytest.mark.parametrize(
    "change",
    [
        lambda description: kernel(description).update(offset=-1),
        lambda description: kernel(description).update(offset=10**9),
        lambda description: kernel(description).update(dtype="object"),
        lambda description: kernel(description).update(shape=[-3, 98]),
        lambda description: kernel(description).update(shape=[98, 3]),
        lambda description: kernel(description).update(shape=[10**9, 10**9]),
        lambda description: description["network"].update(inputs=[{"layer": 99, "output": 0}]),
        lambda description: description["network"].update(outputs=[{"layer": -1, "output": 0}]),
        lambda description: description["network"]["layers"][1].update(kind="Lambda"),
        lambda description: description["network"]["layers"][1]["settings"].update(units="many"),
        lambda description: description["network"]["layers"][1]["settings"].pop("units"),
        lambda description: description["network"]["layers"][1].update(inputs=[{"layer": 7, "output": 0}]),
    ],
)
def test_a_description_is_checked_as_if_the_file_had_printed_it(set_description, generator_file, change):
    set_description(change)
    with pytest.raises(Refused):
        read_contents(generator_file)


def test_arrays_that_share_their_values_are_refused(generator_file, monkeypatch):
    """Many large arrays at one place of a small file would take more memory than the file."""
    with opened(generator_file) as container:
        contents = describe(container)
    shared = tuple(("x", (StoredArray((200,), "float32", 0),)) for _ in range(1_000))
    answer = reader._Answer(replace(contents, network=None, weights=shared))
    monkeypatch.setattr(reader, "_ask_child", lambda path: answer)
    with pytest.raises(Refused, match="its arrays are larger than the file"):
        read_contents(generator_file)


def test_a_missing_file_is_an_operating_system_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_contents(tmp_path / "x.h5")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_the_child_limits_its_memory_and_time(set_child, generator_file):
    limit = "import sys; sys.path.insert(0, sys.argv[1]); from assignment.foreign import child; child._limit(); "
    set_child(limit + "bytes(2**30)")
    if sys.platform == "linux":
        with pytest.raises(Refused, match="ended with code"):
            read_contents(generator_file)
    set_child("from resource import *; " + limit + "print(getrlimit(RLIMIT_CPU)[0] < 20 and '{}')")
    with pytest.raises(Refused, match="it is damaged"):
        read_contents(generator_file)
