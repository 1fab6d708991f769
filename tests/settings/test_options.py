from pathlib import Path

import pytest

from assignment.cli import console_parser
from assignment.errors import AssignmentError
from assignment.settings.options import Parser, add_run_options, add_sample_options, add_track_options


@pytest.fixture
def parser():
    parser = Parser(prog="course")
    add_run_options(parser)
    add_track_options(parser)
    return parser


def test_what_is_not_said_is_left_to_the_settings(parser):
    assert vars(parser.parse_args(["--firstname", "ana"])) == {"firstname": "ana", "quick": False, "track": "fashion"}


def test_what_is_said_is_of_its_kind(parser):
    words = "--firstname ana --epochs 3 --data-dir here --label-smoothing 0.1 --fresh".split()
    said = vars(parser.parse_args(words))
    assert (said["epochs"], said["data_dir"], said["label_smoothing"], said["fresh"]) == (3, Path("here"), 0.1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--epochs many", "takes a whole number, not 'many'"),
        ("--label-smoothing much", "takes a number, not 'much'"),
        ("--epoch 3", "there is no --epoch 3"),
        ("--data-dir=", "takes a folder"),
    ],
)
def test_what_is_not_is_one_sentence(parser, words, said):
    with pytest.raises(AssignmentError) as caught:
        parser.parse_args(["--firstname", "ana", *words.split()])
    assert said in str(caught.value) and str(caught.value).endswith("(course --help lists the options).")


def test_what_a_command_does_not_know_is_answered_with_its_own_help():
    with pytest.raises(AssignmentError, match="there is no --seed 3 .assignment lab --help lists the options"):
        console_parser().parse_args("lab --firstname ana --seed 3".split())


def test_a_labs_practices_have_commas_or_are_given_one_by_one():
    for words in ("--practices ema,sgd", "--practices ema --practices sgd"):
        given = console_parser().parse_args(["lab", "--firstname", "ana", *words.split()])
        assert given.practices == ["ema", "sgd"]


def test_a_label_or_labels():
    parser = Parser(prog="course")
    add_sample_options(parser)
    for words in (["--label", "7"], ["--labels", "7"]):
        assert vars(parser.parse_args(["--firstname", "ana", *words])) == {"firstname": "ana", "labels": "7"}
