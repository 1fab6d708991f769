"""The labels that a user asks a conditional generator for, by number, range or class name."""

from __future__ import annotations

from collections.abc import Sequence

from assignment.errors import AssignmentError
from assignment.foreign.metadata import ModelMetadata

MAX_LABEL_DIGITS = 9  # more are no label, and Python refuses to read thousands of them
MAX_QUOTED = 40  # characters of an item of --label in a message

Labels = Sequence[int | None]  # the requested labels; [None] for a generator that takes no label


def parse_labels(text: str | None, metadata: ModelMetadata) -> list[int | None]:
    """Return the labels in `text`: numbers, ranges and class names, separated by commas; all labels for None.

    Raises AssignmentError for an unknown label, or if labels are given for a generator that takes none.
    """
    if not metadata.classes:
        if text is not None:
            raise AssignmentError(
                f"the {metadata.track} track's generator takes no label; leave --label and --labels out."
            )
        return [None]
    if text is None:
        return list(range(len(metadata.classes)))
    labels = [label for item in text.split(",") for label in _parse_item(item.strip(), metadata.classes)]
    return list(dict.fromkeys(labels))


def _parse_item(item: str, classes: Sequence[str]) -> Sequence[int]:
    names = [name.casefold() for name in classes]
    if item.casefold() in names:
        return [names.index(item.casefold())]
    first, dash, last = item.partition("-")
    last = last if dash else first
    if all(number.isascii() and number.isdigit() and len(number) <= MAX_LABEL_DIGITS for number in (first, last)):
        labels = range(int(first), int(last) + 1)
        if labels and labels[-1] < len(classes):
            return labels
    names_are_numbers = names == [str(label) for label in range(len(names))]
    name_list = "" if names_are_numbers else f", or {', '.join(classes)}"
    quoted = item if len(item) <= MAX_QUOTED else f"{item[:MAX_QUOTED]}..."
    raise AssignmentError(f"there is no label {quoted!r}; the labels are 0 to {len(classes) - 1}{name_list}.")


def samples_name(labels: Labels, seed: int) -> str:
    """Return the part of the file names that identifies these labels and this seed, as in `labels_0-9_seed_1`."""
    numbers = [label for label in labels if label is not None]
    if not numbers:
        name = "without_label"
    elif len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        name = f"labels_{numbers[0]}-{numbers[-1]}"
    else:
        name = ("label_" if len(numbers) == 1 else "labels_") + "_".join(map(str, numbers))
    return f"{name}_seed_{seed}"
