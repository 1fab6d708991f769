"""The names that the tracks offer in Python."""

import doctest
import inspect
import subprocess
import sys
from importlib import import_module

import pytest

TRACKS = [import_module(f"assignment.{name}") for name in ("fashion", "conditional", "digits", "lecture")]


@pytest.mark.parametrize("track", TRACKS, ids=lambda track: track.__name__)
def test_every_name_exists_and_is_documented(track):
    for name in track.MODULES:
        value = getattr(track, name)
        assert value is getattr(import_module(track.MODULES[name]), name)
        if inspect.isroutine(value) or inspect.isclass(value):
            assert inspect.getdoc(value)
    assert set(track.__all__) == {"run", *track.MODULES} == set(dir(track))


@pytest.mark.parametrize("track", TRACKS, ids=lambda track: track.__name__)
def test_the_examples_in_the_docstring_run(track):
    result = doctest.testmod(track)
    assert result.attempted >= 2 and result.failed == 0


def test_another_name_is_an_error():
    with pytest.raises(AttributeError, match="module 'assignment.fashion' has no attribute 'magic'"):
        TRACKS[0].magic  # noqa: B018


@pytest.mark.slow
def test_a_track_is_imported_without_tensorflow_which_the_first_function_starts():
    code = (
        "import sys; from assignment import fashion; print('keras' in sys.modules);"
        "fashion.build_generator('ana'); print('keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.split() == ["False", "True"] and done.stderr == ""


def test_a_wrong_call_names_the_function_and_not_the_module_that_made_it():
    with pytest.raises(TypeError, match=r"^run\(\) missing"):
        TRACKS[0].run()
