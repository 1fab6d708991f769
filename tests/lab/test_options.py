import pytest

from assignment.errors import AssignmentError
from assignment.lab.options import add_lab_options
from assignment.lab.settings import LabSettings
from assignment.settings.parser import Parser


@pytest.fixture
def parser():
    parser = Parser(prog="assignment lab")
    add_lab_options(parser)
    return parser


def test_options_that_are_not_given_have_the_defaults_of_the_settings(parser):
    options = vars(parser.parse_args(["--firstname", "ana"]))
    assert options == {"firstname": "ana"}
    assert LabSettings(**options) == LabSettings("ana")


def test_every_setting_has_an_option(parser):
    values = {
        "firstname": "ana",
        "track": "digits",
        "practices": ["ema", "sgd"],
        "seeds": 5,
        "epochs": 7,
        "jobs": 1,
        "scheduler": "tcp://10.0.0.7:8786",
        "precision": "float32",
        "data": "real",
        "data_dir": "images",
        "outputs_dir": "results",
        "fresh": True,
        "dry_run": True,
    }
    assert values.keys() == LabSettings.__dataclass_fields__.keys()
    words = ["--firstname=ana", "--track=digits", "--practices=ema,sgd", "--seeds=5", "--epochs=7", "--jobs=1"]
    words += [
        "--scheduler=tcp://10.0.0.7:8786",
        "--precision=float32",
        "--data=real",
        "--data-dir=images",
        "--outputs-dir=results",
    ]
    assert vars(parser.parse_args([*words, "--fresh", "--dry-run"])) == values


def test_practices_are_separated_by_commas_and_can_be_given_several_times(parser):
    words = ["--firstname", "ana", "--practices", "ema, sgd", "--practices", "hinge"]
    assert parser.parse_args(words).practices == ["ema", "sgd", "hinge"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "--firstname"),
        (["--seeds", "many"], "takes a whole number, not 'many'"),
        (["--track", "cifar"], "'cifar'"),
        (["--data", "some"], "'some'"),
        (["--precision", "float64"], "'float64'"),
        (["--outputs-dir", ""], "takes a folder"),
        (["--grid-every", "2"], "there is no --grid-every"),
    ],
)
def test_an_invalid_option_is_refused(parser, words, message):
    firstname = ["--firstname", "ana"] if words else []
    with pytest.raises(AssignmentError, match=message):
        LabSettings(**vars(parser.parse_args([*firstname, *words])))  # the settings refuse a folder


def test_the_help_names_the_defaults(parser):
    text = " ".join(parser.format_help().split())
    for default in ("default fashion", "default all", "default 3", "default 20", "default 1", "default outputs"):
        assert default in text
