from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.settings.checks import (
    check_choice,
    check_fraction,
    check_type,
    check_whole_number,
    checked_filters,
    checked_firstname,
    checked_folder,
    option_name,
)


@pytest.mark.parametrize("name", ["ana", "Ana-Maria_2", "Ана", "李雷", "محمد", "a" * 64, "हिन्दी", "COM", "console"])
def test_first_names_of_any_alphabet_are_accepted(name):
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


@pytest.mark.parametrize(
    ("name", "similar"),
    [
        ("Ana Maria", "Ana-Maria"),
        ("O'Neil", "ONeil"),
        ("José  Luís.", "José-Luís"),
        ("हिन्दी हिन्दी", "हिन्दी-हिन्दी"),
        ("../x", "x"),
        ("LPT²", "LPT"),
        ("nul.", "ana"),
        ("😀", "ana"),
    ],
)
def test_a_valid_name_that_resembles_the_refused_one_is_proposed(name, similar):
    with pytest.raises(AssignmentError, match=f"as in --firstname {similar}[.]$"):
        checked_firstname(name)
    assert checked_firstname(similar) == similar


@pytest.mark.parametrize("value", ["out", Path("out")])
def test_a_folder_is_a_text_or_a_path(value):
    assert checked_folder("outputs_dir", value) == Path("out")


def test_a_tilde_is_the_home_folder_of_the_user(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))  # Windows
    assert checked_folder("outputs_dir", "~/out") == tmp_path / "out"
    assert checked_folder("outputs_dir", Path("~")) == tmp_path


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "an empty text"),
        ("out\udcff", "not valid Unicode"),  # the byte 0xff in a POSIX path
        (Path("out\udcff"), "not valid Unicode"),
        ("a\0b", "not valid Unicode"),
        ("~no-such-user/out", "--outputs-dir: ~no-such-user has no home folder here; give the full path."),
        ("x/" * 2_000, "--outputs-dir has more than 200 levels; choose a shorter path."),
        (b"out", "takes a path"),
        (3, "takes a path"),
        (None, "takes a path"),
    ],
)
def test_other_folders_are_refused_in_one_sentence(value, message):
    with pytest.raises(AssignmentError, match=message) as caught:
        checked_folder("outputs_dir", value)
    assert str(caught.value).startswith("--outputs-dir") and str(caught.value).endswith(".")


def test_a_similar_choice_is_suggested():
    with pytest.raises(
        AssignmentError, match=r"^--track takes fashion or digits, not 'fasion' .did you mean fashion...$"
    ):
        check_choice("track", "fasion", ("fashion", "digits"))


def test_an_option_is_named_after_its_setting():
    assert option_name("batch_size") == "--batch-size"


@pytest.mark.parametrize("value", [0, 11, True, 2.0, "2", None])
def test_only_a_whole_number_in_the_range_is_accepted(value):
    with pytest.raises(AssignmentError) as caught:
        check_whole_number("grid_every", value, minimum=1, maximum=10)
    assert str(caught.value) == f"--grid-every takes a whole number from 1 to 10, not {value!r}."


def test_only_a_value_of_the_choices_or_the_type_is_accepted():
    with pytest.raises(AssignmentError, match="^--outputs takes a, b or c, not 'd'.$"):
        check_choice("outputs", "d", ("a", "b", "c"))
    with pytest.raises(AssignmentError, match="^--show takes true or false, not 1.$"):
        check_type("show", 1, bool, "true or false")


def test_valid_values_pass():
    check_whole_number("grid_every", 10, minimum=10, maximum=10)
    check_choice("outputs", "c", ("a", "b", "c"))
    check_type("show", False, bool, "true or false")
    check_fraction("label_smoothing", 0, below=0.5)
    check_fraction("label_smoothing", 0.499, below=0.5)


@pytest.mark.parametrize("value", [0.5, -0.1, True, "0.1", None, float("nan"), float("inf")])
def test_only_a_fraction_below_the_limit_is_accepted(value):
    with pytest.raises(AssignmentError) as caught:
        check_fraction("label_smoothing", value, below=0.5)
    assert str(caught.value) == f"--label-smoothing takes a number from 0 to below 0.5, not {value!r}."


@pytest.mark.parametrize("value", ["64", "1,2,3", "0,8", "8,11", "8,-1", "8,x", "8,²", 8, None, "8," + "9" * 5_000])
def test_only_two_numbers_of_filters_are_accepted(value):
    with pytest.raises(AssignmentError, match="^--filters takes two whole numbers from 1 to 10, "):
        checked_filters(value, maximum=10)


def test_filters_lose_spaces_and_leading_zeros():
    assert checked_filters(" 8, 010", maximum=10) == "8,10"
