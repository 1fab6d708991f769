"""Letters of any alphabet in figures: fonts of this system that have them, or Latin letters in their place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from anyascii import anyascii
from matplotlib import font_manager, ft2font

BASE_FONT = "DejaVu Sans"  # matplotlib's own: Latin, Greek, Cyrillic, Hebrew and Arabic letters
# Of the fonts that have the missing letters, these look best beside the base font (Windows, macOS, Linux).
PREFERRED_FONTS = (
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "Nirmala UI",
    "PingFang SC",
    "Hiragino Sans",
    "Arial Unicode MS",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans Devanagari",
    "WenQuanYi Zen Hei",
    "FreeSans",
)
PLACEHOLDER_FONT = "last resort"  # fonts of this name have a box for every character
REGULAR_WEIGHTS = range(300, 501)  # some families have no face of 400, the usual weight

# matplotlib 3.11 and later arrange letters with libraqm. Earlier versions draw them one by one from left to right.
ARRANGES_LETTERS = hasattr(ft2font, "__libraqm_version__")

# The blocks that Unicode reserves for alphabets written from right to left.
# Source: https://www.unicode.org/reports/tr9/, table 4 ("Bidirectional Character Types")
RIGHT_TO_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
RIGHT_TO_LEFT_WORDS = re.compile(f"{RIGHT_TO_LEFT}+(?: {RIGHT_TO_LEFT}+)*")
LEFT_TO_RIGHT_MARK = "\u200e"  # invisible; has the direction of a Latin letter


def to_drawable(text: str) -> str:
    """Return `text` so that matplotlib can draw it with the base font and `fonts_for` the text.

    Characters that no font here has, and those that this version of matplotlib cannot arrange, are written in Latin.
    """
    text = unicodedata.normalize("NFC", text)
    latin = _without_font(text) | _not_arranged(text)
    return _keep_direction("".join(_in_latin(character) if character in latin else character for character in text))


def describe_missing(text: str) -> str:
    """Return one sentence about the letters of `text` that figures cannot show, or "" if they can show all."""
    text = unicodedata.normalize("NFC", text)
    if _without_font(text):
        reason = "no font on this machine has its letters"
    elif _not_arranged(text):
        reason = "matplotlib can arrange its letters only from version 3.11 (Python 3.11 or later) on"
    else:
        return ""
    return f"Figures show {text} as {to_drawable(text)}, since {reason}. File names keep the original letters."


def fonts_for(text: str) -> tuple[str, ...]:
    """Return the fonts of this system for the characters of `text` that the base font does not have."""
    return fallback_fonts(_missing_from(BASE_FONT, text))


@lru_cache(maxsize=64)
def fallback_fonts(characters: frozenset[str]) -> tuple[str, ...]:
    """Return the names of fonts of this system that together have as many of `characters` as there are fonts for."""
    chosen: list[str] = []
    while characters:
        best, fewest = "", characters
        for font in _candidates():
            missing = _missing_from(font, characters)
            if len(missing) < len(fewest):
                best, fewest = font, missing
            if not missing:
                break
        if not best:
            break
        chosen.append(best)
        characters = fewest
    return tuple(chosen)


@lru_cache(maxsize=1)
def _candidates() -> dict[str, str]:
    """Return the regular fonts of this system, name to path, the preferred ones first."""
    fonts = {
        font.name: font.fname
        for font in font_manager.fontManager.ttflist
        if font.style == "normal" and font.weight in REGULAR_WEIGHTS and PLACEHOLDER_FONT not in font.name.lower()
    }
    preference = {name: position for position, name in enumerate(PREFERRED_FONTS)}
    return {name: fonts[name] for name in sorted(fonts, key=lambda name: (preference.get(name, len(preference)), name))}


def _missing_from(font: str, characters: Iterable[str]) -> frozenset[str]:
    """Return those of `characters` that a font does not have."""
    codes = _codes_in(font)
    return frozenset(character for character in characters if ord(character) not in codes)


@lru_cache(maxsize=16)  # a large font has 50,000 characters, which take some megabytes
def _codes_in(font: str) -> frozenset[int]:
    """Return the code points of a font's characters; none if its file cannot be read or scaled.

    matplotlib keeps a font's file open while its object exists, so only the code points are cached.
    """
    path = _candidates().get(font) or font_manager.findfont(font)
    try:
        face = ft2font.FT2Font(path)
    except (OSError, RuntimeError):  # deleted since matplotlib listed it, or damaged
        return frozenset()
    return frozenset(face.get_charmap()) if face.scalable else frozenset()  # colored bitmaps cannot be drawn


def _in_latin(character: str) -> str:
    is_mark = unicodedata.category(character).startswith("M")  # many have no sound of their own
    return anyascii(character) or ("" if is_mark else "?")


def _without_font(text: str) -> set[str]:
    """Return the characters of `text` that no font of this system has."""
    fonts = (BASE_FONT, *fonts_for(text))
    return set(text).intersection(*(_missing_from(font, text) for font in fonts))


def _not_arranged(text: str) -> set[str]:
    """Return the letters written from right to left, and marks on other letters, if matplotlib cannot arrange them."""
    if ARRANGES_LETTERS:
        return set()
    return {
        character
        for character in text
        if re.match(RIGHT_TO_LEFT, character) or unicodedata.category(character)[0] == "M"
    }


def _keep_direction(text: str) -> str:
    """Keep text that contains right-to-left words a left-to-right line; the words themselves are not changed."""
    marked = RIGHT_TO_LEFT_WORDS.sub(lambda words: words[0] + LEFT_TO_RIGHT_MARK, text)
    return text if marked == text else LEFT_TO_RIGHT_MARK + marked
