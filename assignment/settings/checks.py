"""Checks of settings: each raises AssignmentError, one sentence that names the option, for an invalid value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from assignment.errors import AssignmentError, suggest

MAX_NUMBER = 1_000_000  # epochs, images or a seed: far more than anyone needs
MAX_DIGITS = 9  # of a number in text; Python refuses to convert some thousands
MAX_NAME_LENGTH = 64  # characters
# Common file systems allow 255 bytes in a file name; 35 are left for the parts around the first name.
MAX_NAME_BYTES = 220
MAX_FOLDER_DEPTH = 200  # creating a folder calls itself once for each folder above it
# Source: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
WINDOWS_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|(COM|LPT)[0-9¹²³])", re.IGNORECASE)


def checked_firstname(firstname: str) -> str:
    """Return the first name in Unicode's composed form (NFC), valid in a file name on every system.

    It has 1 to 64 characters: letters and digits of any alphabet with their marks, `-` and `_`.
    Raises AssignmentError for any other.
    """
    check_type("firstname", firstname, str, "text")
    firstname = unicodedata.normalize("NFC", firstname)
    if not firstname:
        raise AssignmentError("the first name is empty; give one, as in --firstname ana.")
    if len(firstname) > MAX_NAME_LENGTH:
        raise AssignmentError(
            f"the first name has {len(firstname)} characters; give one with at most {MAX_NAME_LENGTH}."
        )
    if len(firstname.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
        raise AssignmentError("the first name is too long for a file name; give a shorter one.")
    for position, character in enumerate(firstname):
        if not _is_allowed(character, position):
            raise AssignmentError(
                f"the first name contains {character!r}; use only letters, digits, - and _, as in"
                f" --firstname {_similar_name(firstname)}."
            )
    if WINDOWS_RESERVED.fullmatch(firstname):
        raise AssignmentError(f"Windows reserves the name {firstname!r}; choose another first name.")
    return firstname


def _is_allowed(character: str, position: int) -> bool:
    """Return whether a first name can have this character at this position."""
    category = unicodedata.category(character)
    # Many alphabets write vowels as marks (M), which follow a letter.
    is_letter = category.startswith("L") or (category.startswith("M") and position > 0)
    return is_letter or category == "Nd" or character in "-_"


def _similar_name(firstname: str) -> str:
    """Return a valid name that resembles this one: `Ana-Maria` for `Ana Maria`, `ONeil` for `O'Neil`; else `ana`."""
    words = re.split(r"[\s.,/\\+&]+", firstname)
    valid = ("".join(word[i] for i in range(len(word)) if _is_allowed(word[i], position=i)) for word in words)
    name = "-".join(filter(None, valid))
    return "ana" if not name.strip("-_") or WINDOWS_RESERVED.fullmatch(name) else name


def checked_folder(name: str, value: object) -> Path:
    """Return the path of a folder, given as text or as a path, with the user's home folder for `~`.

    Raises AssignmentError if it cannot be a path on this system, or cannot be written into a record.
    """
    if value == "":
        raise AssignmentError(f"{option_name(name)} takes a folder ('.' is the current one), not an empty text.")
    return checked_path(option_name(name), value)


def checked_path(label: str, value: object) -> Path:
    """Return a path, given as text or as a path, with the user's home folder for `~`. Messages call it `label`.

    Raises AssignmentError if it cannot be a path on this system, or cannot be written into a record.
    """
    if not isinstance(value, (str, Path)) or not str(value):
        raise AssignmentError(f"{label} takes a path, not {value!r}.")
    text = str(value)
    if "\0" in text or not _is_unicode(text):
        raise AssignmentError(
            f"{label} has a character that is not valid Unicode text: {text!r}; rename it, or choose another."
        )
    if len(Path(value).parts) > MAX_FOLDER_DEPTH:
        raise AssignmentError(f"{label} has more than {MAX_FOLDER_DEPTH} levels; choose a shorter path.")
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        raise AssignmentError(
            f"{label}: {Path(value).parts[0]} has no home folder here; give the full path."
        ) from error


def _is_unicode(text: str) -> bool:
    """Return whether a text can be written as UTF-8. A path with other bytes cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def option_name(setting: str) -> str:
    """Return the command-line option of a setting: `--batch-size` for `batch_size`."""
    return "--" + setting.replace("_", "-")


def check_type(name: str, value: object, expected: type, description: str) -> None:
    """Raise AssignmentError unless `value` is of the expected type, which the message calls `description`."""
    if not isinstance(value, expected):
        raise AssignmentError(f"{option_name(name)} takes {description}, not {value!r}.")


def check_whole_number(name: str, value: object, minimum: int, maximum: int = MAX_NUMBER) -> None:
    """Raise AssignmentError unless `value` is an int (not a bool) in minimum..maximum."""
    if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
        raise AssignmentError(f"{option_name(name)} takes a whole number from {minimum} to {maximum:,}, not {value!r}.")


def check_fraction(name: str, value: object, below: float) -> None:
    """Raise AssignmentError unless `value` is a number from 0 to `below`, which is excluded."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < below:
        raise AssignmentError(f"{option_name(name)} takes a number from 0 to below {below}, not {value!r}.")


def checked_filters(filters: object, maximum: int) -> str:
    """Return two numbers of filters from 1 to `maximum` as `64,128`, without spaces or leading zeros.

    Raises AssignmentError for anything else.
    """
    numbers = filters.replace(" ", "").split(",") if isinstance(filters, str) else []
    if len(numbers) != 2 or not all(_is_whole_number(number, maximum) for number in numbers):
        raise AssignmentError(
            f"--filters takes two whole numbers from 1 to {maximum:,}, as in --filters 64,128, not {filters!r}."
        )
    return ",".join(str(int(number)) for number in numbers)


def _is_whole_number(text: str, maximum: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS and 1 <= int(text) <= maximum


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise AssignmentError unless `value` is one of `choices`."""
    if value not in choices:
        raise AssignmentError(f"{option_name(name)} {wrong_choice(value, choices)}.")


def wrong_choice(value: object, choices: Sequence[str]) -> str:
    """Return what is wrong with a value that is none of `choices`, as in "takes a or b, not 'c'"."""
    suggestion = suggest(str(value), choices)
    end = f" ({suggestion}?)" if suggestion else ""
    return f"takes {', '.join(choices[:-1])} or {choices[-1]}, not {value!r}{end}"
