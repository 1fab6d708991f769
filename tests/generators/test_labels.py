import pytest

from assignment.errors import AssignmentError
from assignment.foreign.metadata import ModelMetadata
from assignment.generators.labels import parse_labels, samples_name

GARMENTS = ModelMetadata("conditional", "ana", 1, "a stand-in", ("T-shirt/top", "Trouser", "Bag"))
DIGITS = GARMENTS._replace(classes=tuple("0123456789"))
WITHOUT_LABELS = GARMENTS._replace(classes=())


@pytest.mark.parametrize(
    ("text", "metadata", "labels"),
    [
        ("7", DIGITS, [7]),
        ("0-9", DIGITS, list(range(10))),
        ("1,3-5", DIGITS, [1, 3, 4, 5]),
        ("3,3", DIGITS, [3]),
        (None, GARMENTS, [0, 1, 2]),
        ("bag", GARMENTS, [2]),
        ("t-shirt/top, Bag", GARMENTS, [0, 2]),
        ("1-2", GARMENTS, [1, 2]),
        (None, WITHOUT_LABELS, [None]),
    ],
)
def test_labels_are_given_by_number_range_or_name(text, metadata, labels):
    assert parse_labels(text, metadata) == labels


@pytest.mark.parametrize("text", ["10", "-1", "9-3", "3-", "", "seven", "1,,2", "0-10", "²", "1.0"])
def test_an_unknown_label_is_refused_in_one_sentence(text):
    with pytest.raises(AssignmentError, match="^there is no label '.*'; the labels are 0 to 9.$"):
        parse_labels(text, DIGITS)


@pytest.mark.parametrize(
    "text", [5_000 * "9", f"0-{5_000 * '9'}", "0-999999999999", "-".join(5_000 * "1"), 5_000 * "x"]
)
def test_a_very_long_label_is_refused_in_a_short_sentence(text):
    with pytest.raises(AssignmentError, match="^there is no label '.*'; the labels are 0 to 9.$") as caught:
        parse_labels(text, DIGITS)
    assert len(str(caught.value)) < 100


def test_the_error_lists_the_class_names_if_they_are_not_numbers():
    with pytest.raises(AssignmentError, match="the labels are 0 to 2, or T-shirt/top, Trouser, Bag."):
        parse_labels("Dress", GARMENTS)


def test_a_generator_without_labels_refuses_labels():
    with pytest.raises(AssignmentError, match="takes no label"):
        parse_labels("7", WITHOUT_LABELS._replace(track="fashion"))


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ([None], "without_label_seed_1"),
        ([7], "label_7_seed_1"),
        ([0, 1], "labels_0_1_seed_1"),
        ([0, 1, 2], "labels_0-2_seed_1"),
        ([1, 3, 8], "labels_1_3_8_seed_1"),
    ],
)
def test_the_file_name_identifies_labels_and_seed(labels, name):
    assert samples_name(labels, 1) == name
