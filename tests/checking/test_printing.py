import json
from dataclasses import replace
from pathlib import Path

import pytest

from assignment.checking.answers import NO, UNKNOWN, YES, Finding, Line
from assignment.checking.check import FileCheck
from assignment.checking.printing import print_check, to_json

LINES = (
    Line("layer 1: Flatten", YES, "Flatten"),
    Line("layer 2: LeakyReLU, slope 0.3", NO, "LeakyReLU, slope 0.2", "write negative_slope=0.3"),
    Line("300 epochs", UNKNOWN, "the file does not say"),
    Line("trained", YES, "its weights were changed"),
)
CHECK = FileCheck(
    Path("x.h5"),
    role="discriminator",
    name="d",
    file_format="HDF5, complete network",
    keras="2.8.0",
    obstacles=("a Conv2DTranspose has the argument groups",),
    lines=LINES,
    findings=(Finding("never trained", "all 4 kernels", "These are the first weights."),),
)


@pytest.fixture
def show(make_screen, printed):
    def show(check):
        screen = make_screen(width=200)
        print_check(check, screen)
        return printed(screen).splitlines()

    return show


def test_every_requirement_is_a_line_with_what_was_found_and_what_to_do(show):
    assert show(CHECK) == [
        "x.h5",
        "  a discriminator with the name 'd'; HDF5, complete network, written by Keras 2.8.0",
        "  today's Keras cannot load it: a Conv2DTranspose has the argument groups. --repair NEW.h5 writes a copy that"
        " it loads.",
        "  yes  layer 1: Flatten",
        "  NO   layer 2: LeakyReLU, slope 0.3. Found: LeakyReLU, slope 0.2. To do: write negative_slope=0.3.",
        "  ?    300 epochs: could not be checked: the file does not say",
        "  yes  trained (found: its weights were changed)",
        "  PROBLEM: never trained: all 4 kernels. These are the first weights.",
        "  2 requirements met, 1 not met, 1 could not be checked, 1 problem",
    ]


def test_a_file_that_cannot_be_read_has_its_reason(show):
    assert show(FileCheck(Path("x.h5"), unusable="it is empty; copy it again")) == [
        "x.h5",
        "  cannot be checked: it is empty; copy it again.",
    ]


def test_json_has_every_answer():
    (answers,) = json.loads(json.dumps(to_json([CHECK])))
    assert answers["requirements"][1] == {
        "requirement": "layer 2: LeakyReLU, slope 0.3",
        "answer": "no",
        "found": "LeakyReLU, slope 0.2",
        "advice": "write negative_slope=0.3",
        "topic": "layers",
    }
    assert answers["findings"][0]["title"] == "never trained" and answers["good"] is False
    assert answers["loads_in_keras_3"] is None, "no network was read"


def test_json_says_whether_todays_keras_loads_a_complete_network(make_network):
    network = make_network()
    results = to_json([replace(CHECK, complete=network), replace(CHECK, complete=network, obstacles=())])
    assert [answers["loads_in_keras_3"] for answers in results] == [False, True]
