import pytest

from assignment.cli import console_parser
from assignment.errors import AssignmentError
from assignment.settings.options import add_run_options, add_sample_options, add_track_options
from assignment.settings.parser import Parser


@pytest.fixture
def parser():
    """A parser of the options of a run."""
    parser = Parser(prog="course")
    add_run_options(parser)
    add_track_options(parser)
    return parser


def test_options_that_are_not_given_are_left_to_the_settings(parser):
    assert vars(parser.parse_args(["--firstname", "ana"])) == {"firstname": "ana", "quick": False, "track": "fashion"}


def test_values_are_converted_to_their_types(parser):
    arguments = "--firstname ana --epochs 3 --data-dir here --label-smoothing 0.1 --fresh".split()
    options = vars(parser.parse_args(arguments))
    assert (options["epochs"], options["data_dir"]) == (3, "here")  # the settings convert a folder
    assert (options["label_smoothing"], options["fresh"]) == (0.1, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--epochs many", "--epochs takes a whole number, not 'many'"),
        ("--label-smoothing much", "--label-smoothing takes a number, not 'much'"),
        ("--data mnist", "--data takes auto, real or standin, not 'mnist'"),
        ("--epochs", "--epochs needs a value"),
        ("--fresh=yes", "--fresh takes no value, not 'yes'"),
        ("--epoch 3", "there is no --epoch 3; did you mean --epochs?"),
    ],
)
def test_an_invalid_option_is_refused_in_one_sentence(parser, arguments, message):
    with pytest.raises(AssignmentError) as caught:
        parser.parse_args(["--firstname", "ana", *arguments.split()])
    assert str(caught.value) == f"{message} (course --help lists the options)."


def test_the_help_states_the_defaults_of_every_track(parser):
    text = " ".join(parser.format_help().split())
    for name, defaults in (
        ("fashion", "300 epochs, batch size 128, a grid every 50, a checkpoint every 5"),
        ("conditional", "25 epochs, batch size 64, a grid every 5, a checkpoint every 1"),
        ("digits", "25 epochs, batch size 128, a grid every 5, a checkpoint every 1"),
        ("lecture", "50 epochs, batch size 256, a grid every 10, a checkpoint every 1"),
    ):
        assert f"{name}: {defaults}" in text


def test_the_practices_of_a_lab_are_separated_by_commas_or_given_one_by_one():
    for arguments in ("--practices ema,sgd", "--practices ema --practices sgd"):
        options = console_parser().parse_args(["lab", "--firstname", "ana", *arguments.split()])
        assert options.practices == ["ema", "sgd"]


def test_one_label_and_several_are_the_same_setting():
    parser = Parser(prog="course")
    add_sample_options(parser)
    for arguments in (["--label", "7"], ["--labels", "7"]):
        assert vars(parser.parse_args(["--firstname", "ana", *arguments])) == {"firstname": "ana", "labels": "7"}
    with pytest.raises(AssignmentError, match="^--labels is not allowed with --label "):
        parser.parse_args("--firstname ana --label 7 --labels 8".split())


def test_practices_can_be_given_several_times_and_quick_can_be_evaluated(parser):
    options = parser.parse_args("--firstname ana --practice ema --practice sgd --quick --evaluation".split())
    assert options.practice == ["ema", "sgd"] and options.quick and options.evaluation


def test_the_help_estimates_a_quick_run_of_every_track(parser):
    text = " ".join(parser.format_help().split())
    for estimate in ("fashion: 2 epochs in about 1 min", "conditional: 1 epoch in about 2 min"):
        assert estimate in text
    assert "digits: 1 epoch in about 2 min; lecture: 1 epoch in about 3 min" in text
