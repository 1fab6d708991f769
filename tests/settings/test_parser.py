import sys

import pytest

from assignment.cli import console_parser
from assignment.errors import AssignmentError
from assignment.settings.options import add_run_options, add_track_options
from assignment.settings.parser import Parser


@pytest.fixture
def parser():
    """A parser of the options of a run."""
    parser = Parser(prog="course")
    add_run_options(parser)
    add_track_options(parser)
    return parser


def test_an_unknown_option_refers_to_the_help_of_its_command():
    with pytest.raises(
        AssignmentError, match="there is no --seed 3; did you mean --seeds. .assignment lab --help lists"
    ):
        console_parser().parse_args("lab --firstname ana --seed 3".split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("run --trak digits", "there is no --trak digits; did you mean --track?"),  # before --firstname is missed
        ("run --firstnam ana", "there is no --firstnam ana; did you mean --firstname?"),
        ("run -firstname ana", "there is no -firstname; did you mean --firstname?"),
        ("run \N{EM DASH}firstname ana", "there is no \N{EM DASH}firstname; did you mean --firstname?"),
        ("run --firstname ana \N{EN DASH}quick", "there is no \N{EN DASH}quick; did you mean --quick?"),
        ("run --firstname ana --practice=--", "--practice needs a value"),
        ("lab --firstname ana --practices=--", "--practices needs a value"),
        ("run ana --quick", "ana needs an option before it, as in --firstname ana"),
        ("run --firstname ana --batchsize=3", "there is no --batchsize=3; did you mean --batch-size?"),
        ("smaple --firstname ana", "not 'smaple' (did you mean sample?)"),
        ("run --firstname ana --track fasion", "not 'fasion' (did you mean fashion?)"),
        ("sample --firstname ana --track lectur", "not 'lectur' (did you mean lecture?)"),
    ],
)
def test_a_similar_name_is_suggested(arguments, message):
    with pytest.raises(AssignmentError) as caught:
        console_parser().parse_args(arguments.split())
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--seed 1 --seed=2", "--seed is given twice"),
        ("--show --show", "--show is given twice"),
        ("--evaluation --quick --no-evaluation", "--evaluation and --no-evaluation contradict each other"),
        ("--no-evaluation --evaluation", "--no-evaluation and --evaluation contradict each other"),
    ],
)
def test_an_option_that_is_given_twice_is_refused(parser, arguments, message):
    with pytest.raises(AssignmentError, match=message):
        parser.parse_args(["--firstname", "ana", *arguments.split()])


def test_a_first_name_of_several_words_is_proposed_as_one(parser):
    with pytest.raises(AssignmentError, match="give --firstname Ana-Maria-Luz "):
        parser.parse_args("--seed 1 --firstname Ana Maria Luz --show".split())


@pytest.mark.parametrize("arguments", [[], ["--firstname", "ana"]])
def test_a_missing_command_is_named_first(arguments):
    with pytest.raises(
        AssignmentError,
        match="^a command comes first: run, sample, explore, measure, check, submit, grade, practices, lab ",
    ):
        console_parser().parse_args(arguments)


@pytest.mark.parametrize(
    "command", ["run --firstname ana", "sample --firstname ana", "lab --firstname ana", "practices"]
)
def test_every_command_has_a_debug_option_that_is_no_setting(command):
    assert "debug" not in console_parser().parse_args([*command.split(), "--debug"])


def test_a_notebooks_own_command_line_has_no_options(parser, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/lib/ipykernel_launcher.py", "-f", "kernel.json"])
    with pytest.raises(AssignmentError, match="--firstname is required, as in --firstname ana"):
        parser.parse_args()
