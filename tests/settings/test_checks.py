import pytest

from assignment.errors import AssignmentError
from assignment.settings.checks import (
    check_choice,
    check_share,
    check_type,
    check_whole_number,
    checked_filters,
    checked_firstname,
    option_name,
)


@pytest.mark.parametrize("name", ["ana", "Ana-Maria_2", "Ана", "李雷", "محمد", "a" * 64, "हिन्दी", "COM", "console"])
def test_first_names_of_any_alphabet(name):
    assert checked_firstname(name) == name


def test_first_names_are_composed():
    assert checked_firstname("Zoe\u0308") == "Zo\u00eb"


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a b",
        "../x",
        "a/b",
        "a\\b",
        "a\0b",
        "a.b",
        "\u0308a",
        "a" * 65,
        "李" * 65,
        "𠀀" * 64,
        "nul",
        "Com1",
        "LPT²",
        "\ud800",
        "a\n",
        "😀",
    ],
)
def test_other_first_names_are_refused_in_one_sentence(name):
    with pytest.raises(AssignmentError) as caught:
        checked_firstname(name)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


def test_the_option_of_a_setting():
    assert option_name("batch_size") == "--batch-size"


@pytest.mark.parametrize("value", [0, 11, True, 2.0, "2", None])
def test_other_than_a_whole_number_in_its_range(value):
    with pytest.raises(AssignmentError) as caught:
        check_whole_number("grid_every", value, smallest=1, largest=10)
    assert str(caught.value) == f"--grid-every takes a whole number from 1 to 10, not {value!r}."


def test_other_than_a_choice_or_a_type():
    with pytest.raises(AssignmentError, match="^--outputs takes a, b or c, not 'd'.$"):
        check_choice("outputs", "d", ("a", "b", "c"))
    with pytest.raises(AssignmentError, match="^--show takes true or false, not 1.$"):
        check_type("show", 1, bool, "true or false")


def test_what_is_fit_passes():
    check_whole_number("grid_every", 10, smallest=10, largest=10)
    check_choice("outputs", "c", ("a", "b", "c"))
    check_type("show", False, bool, "true or false")


@pytest.mark.parametrize("value", [0.5, -0.1, True, "0.1", None, float("nan"), float("inf")])
def test_other_than_a_share(value):
    with pytest.raises(AssignmentError) as caught:
        check_share("label_smoothing", value, under=0.5)
    assert str(caught.value) == f"--label-smoothing takes a number from 0 to under 0.5, not {value!r}."
    check_share("label_smoothing", 0, under=0.5)
    check_share("label_smoothing", 0.499, under=0.5)


@pytest.mark.parametrize("value", ["64", "1,2,3", "0,8", "8,11", "8,-1", "8,x", "8,²", 8, None, "8," + "9" * 5_000])
def test_other_than_two_counts_of_filters(value):
    with pytest.raises(AssignmentError, match="^--filters takes two whole numbers from 1 to 10, "):
        checked_filters(value, most=10)
    assert checked_filters(" 8, 010", most=10) == "8,10"
