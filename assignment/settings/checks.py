"""What a value must be to be taken: each check raises AssignmentError, one sentence that names the option."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from assignment.errors import AssignmentError

LARGEST_NUMBER = 1_000_000  # of epochs, images or a seed: beyond any use, and small enough to reckon with
LONGEST_NUMBER = 9  # digits; Python itself refuses to read some thousands
LONGEST_NAME = 64
# A file name may hold 255 bytes on the common file systems; 35 are kept for what stands around the first name.
LONGEST_NAME_BYTES = 220
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
WINDOWS_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|(COM|LPT)[0-9¹²³])", re.IGNORECASE)


def checked_firstname(firstname: str) -> str:
    """Return the first name in Unicode's composed form (NFC), fit to stand in a file name on every system.

    Letters and digits of any alphabet with their marks, `-` and `_`, 1 to 64 characters.
    Raises AssignmentError otherwise.
    """
    check_type("firstname", firstname, str, "text")
    firstname = unicodedata.normalize("NFC", firstname)
    if not firstname:
        raise AssignmentError("the first name is empty; give one, as in --firstname ana.")
    if len(firstname) > LONGEST_NAME:
        raise AssignmentError(f"the first name has {len(firstname)} characters; {LONGEST_NAME} are the most.")
    if len(firstname.encode("utf-8", "surrogatepass")) > LONGEST_NAME_BYTES:
        raise AssignmentError("the first name is too long for a file name; shorten it.")
    for position, character in enumerate(firstname):
        category = unicodedata.category(character)
        # Marks (M) write the vowels of many alphabets; they follow a letter.
        is_letter = category.startswith("L") or (category.startswith("M") and position > 0)
        if not (is_letter or category == "Nd" or character in "-_"):
            raise AssignmentError(
                f"the first name holds {character!r}; letters, digits, - and _ may stand in it, as in --firstname ana."
            )
    if WINDOWS_RESERVED.fullmatch(firstname):
        raise AssignmentError(f"the first name {firstname!r} is a name that Windows reserves; choose another.")
    return firstname


def option_name(setting: str) -> str:
    """The name a setting has on the command line: `batch_size` is `--batch-size`."""
    return "--" + setting.replace("_", "-")


def check_type(name: str, value: Any, wanted: type, in_words: str) -> None:
    """Raise AssignmentError unless `value` is a `wanted`, which the sentence calls `in_words`."""
    if not isinstance(value, wanted):
        raise AssignmentError(f"{option_name(name)} takes {in_words}, not {value!r}.")


def check_whole_number(name: str, value: Any, smallest: int, largest: int = LARGEST_NUMBER) -> None:
    """Raise AssignmentError unless `value` is an int (a bool is none) in smallest..largest."""
    if isinstance(value, bool) or not isinstance(value, int) or not smallest <= value <= largest:
        wanted = f"a whole number from {smallest} to {largest:,}"
        raise AssignmentError(f"{option_name(name)} takes {wanted}, not {value!r}.")


def check_share(name: str, value: Any, under: float) -> None:
    """Raise AssignmentError unless `value` is a number from 0 to `under`, which is itself too much."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < under:
        raise AssignmentError(f"{option_name(name)} takes a number from 0 to under {under}, not {value!r}.")


def checked_filters(filters: Any, most: int) -> str:
    """Return two counts of filters from 1 to `most` as `64,128`, without spaces or leading zeros.

    Raises AssignmentError for anything else.
    """
    counts = filters.replace(" ", "").split(",") if isinstance(filters, str) else []
    fit = [
        count.isascii() and count.isdigit() and len(count) <= LONGEST_NUMBER and 1 <= int(count) <= most
        for count in counts
    ]
    if fit != [True, True]:
        raise AssignmentError(
            f"--filters takes two whole numbers from 1 to {most:,}, as in --filters 64,128, not {filters!r}."
        )
    return ",".join(str(int(count)) for count in counts)


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Raise AssignmentError unless `value` is one of `choices`."""
    if value not in choices:
        raise AssignmentError(f"{option_name(name)} takes {', '.join(choices[:-1])} or {choices[-1]}, not {value!r}.")
