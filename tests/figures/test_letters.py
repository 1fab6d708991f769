import os
import unicodedata

import pytest
from matplotlib import font_manager

from assignment.figures import letters
from assignment.figures.letters import (
    BASE_FONT,
    LEFT_TO_RIGHT_MARK,
    describe_missing,
    fallback_fonts,
    fonts_for,
    to_drawable,
)

SHALOM, MUHAMMAD, NAMASTE, WANG = "שלום", "محمد", "नमस्ते", "王小明"


@pytest.fixture
def fonts(monkeypatch):
    """A function that installs fonts: name to letters. The base font has those of Latin-1, Hebrew and Arabic."""

    def install(**installed):
        alphabets = {BASE_FONT: {*map(chr, range(256)), *SHALOM, *MUHAMMAD}, **installed}
        monkeypatch.setattr(letters, "_candidates", lambda: dict.fromkeys(installed, "path"))
        monkeypatch.setattr(letters, "_missing_from", lambda font, text: frozenset(text) - set(alphabets[font]))
        fallback_fonts.cache_clear()

    yield install
    fallback_fonts.cache_clear()


def test_latin_text_is_drawn_as_it_is_in_the_base_font():
    text = "ana, seed 1. Größe 28×28"
    assert to_drawable(text) == text and fonts_for(text) == () and describe_missing(text) == ""


def test_the_base_font_has_greek_cyrillic_hebrew_and_arabic_letters():
    assert fonts_for(f"Ελένη Ана {SHALOM} {MUHAMMAD}") == ()


def test_missing_letters_are_taken_from_a_font_that_has_them(fonts):
    fonts(Small="王", Full=WANG, Other="ñ")
    assert fonts_for(f"{WANG}, seed 1") == ("Full",)
    assert to_drawable(WANG) == WANG and describe_missing(WANG) == ""


def test_several_fonts_are_used_if_none_has_all_letters(fonts):
    fonts(First="王", Second="小明")
    assert set(fonts_for(WANG)) == {"First", "Second"}


def test_letters_that_no_font_has_are_written_in_latin_letters(fonts):
    fonts(Small="王")
    assert to_drawable(WANG) == "王XiaoMing"
    assert describe_missing(WANG) == (
        f"Figures show {WANG} as 王XiaoMing, since no font on this machine has its letters."
        " File names keep the original letters."
    )


def test_marks_without_a_sound_are_left_out_and_unknown_characters_are_question_marks(fonts):
    fonts()
    assert to_drawable(NAMASTE) == "nmste"
    assert to_drawable("a\U000e0fff") == "a?"


@pytest.mark.skipif(not letters.ARRANGES_LETTERS, reason="this matplotlib cannot arrange letters")
@pytest.mark.parametrize("word", [SHALOM, MUHAMMAD, f"{SHALOM} {SHALOM}"])
def test_a_line_with_right_to_left_words_still_goes_from_left_to_right(word):
    mark = LEFT_TO_RIGHT_MARK
    assert to_drawable(f"{word}, seed 1: 12") == f"{mark}{word}{mark}, seed 1: 12"
    assert describe_missing(word) == ""


def test_right_to_left_words_are_written_in_latin_letters_if_matplotlib_cannot_arrange_them(fonts, monkeypatch):
    fonts(Indian=NAMASTE)
    monkeypatch.setattr(letters, "ARRANGES_LETTERS", False)
    assert to_drawable(f"{SHALOM}, {MUHAMMAD}") == "slvm, mhmd"
    assert "Figures show שלום as slvm, since matplotlib can arrange its letters only from version" in describe_missing(
        SHALOM
    )
    assert not set(to_drawable(NAMASTE)) & {letter for letter in NAMASTE if unicodedata.category(letter)[0] == "M"}


def test_fonts_of_this_system_are_regular_and_no_placeholders():
    candidates = letters._candidates()
    assert BASE_FONT in candidates and not [name for name in candidates if "last resort" in name.lower()]


def test_a_font_file_that_cannot_be_read_has_no_characters(tmp_path, monkeypatch):
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    monkeypatch.setattr(letters, "_candidates", lambda: {"Broken": str(tmp_path / "broken.ttf")})
    assert letters._missing_from("Broken", "ab") == {"a", "b"}


def test_font_files_are_closed(monkeypatch):
    """A process may have only 256 open files on macOS, which has hundreds of fonts."""

    def next_descriptor():
        with open(os.devnull) as file:
            return file.fileno()

    path = font_manager.findfont(BASE_FONT)
    monkeypatch.setattr(letters, "_candidates", lambda: {f"Font {number}": path for number in range(20)})
    before = next_descriptor()
    for font in letters._candidates():
        assert letters._missing_from(font, "aж王") == {"王"}
    assert next_descriptor() == before


def test_no_font_is_opened_after_one_that_has_all_letters(fonts, monkeypatch):
    fonts(Small="王", Full=WANG, Other=WANG)
    opened, missing_from = [], letters._missing_from
    monkeypatch.setattr(letters, "_missing_from", lambda font, text: opened.append(font) or missing_from(font, text))
    assert fonts_for(WANG) == ("Full",) and opened == [BASE_FONT, "Small", "Full"]
