"""The style that all figures share: fonts, colors, title and caption; and how a figure is saved."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text

from assignment.figures.letters import BASE_FONT, fonts_for, to_drawable
from assignment.storage.files import replacing

TEXT_COLOR = "#1b1f24"
MUTED_COLOR = "#5b6470"
# Two hues that color-blind readers can distinguish (Okabe and Ito, 2008).
GENERATOR_COLOR = "#d55e00"
DISCRIMINATOR_COLOR = "#0072b2"
DOTS_PER_INCH = 110  # an 8x8 inch figure is 880 pixels wide: sharp on a screen, small in an email
CAPTION_HEIGHT = 0.3  # inches at the bottom
TITLE_HEIGHT = 0.45  # inches at the top
TITLE_SIZE, CAPTION_SIZE = 13.0, 8.0  # points
WIDEST_LINE = 0.92  # of the figure's width
LONGEST_TEXT = 500  # characters; longer text is too small to read
JOINERS = "\u200c\u200d"  # invisible characters that Persian and Indian spelling needs

# matplotlib's own settings, so that the user's `matplotlibrc` or notebook does not change a figure. The backend is left
# out, since setting it opens a window system.
DEFAULTS = {name: value for name, value in matplotlib.rcParamsDefault.copy().items() if name != "backend"}
DEFAULTS["font.family"] = [BASE_FONT]
# Every function that draws or saves a figure is decorated with this; pyplot's settings are afterwards what they were.
in_own_style = matplotlib.rc_context(DEFAULTS)


def escape_text(text: str) -> str:
    """Return text from outside (a name or a caption) as matplotlib draws it letter by letter.

    It has no line breaks and no control characters, and its `$` do not start a formula.
    """
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1] + "…"
    return to_drawable("".join(map(_printable, text))).replace("$", r"\$")


def choose_fonts(figure: Figure) -> None:
    """Let every text of a figure use the fonts that have its letters; call it before the figure is drawn."""
    for text in figure.findobj(Text):
        text.set_fontfamily([BASE_FONT, *fonts_for(text.get_text())])


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category == "Cf" and character not in JOINERS else character


@in_own_style
def new_figure(
    width: float, height: float, title: str, caption: str, layout: Literal["constrained", "compressed"] = "constrained"
) -> Figure:
    """Return an empty figure of `width` x `height` inches with a title at the top and a caption at the bottom.

    The "compressed" layout keeps a grid of square images together.
    """
    bottom, top = CAPTION_HEIGHT / height, TITLE_HEIGHT / height
    engine = ConstrainedLayoutEngine(rect=(0, bottom, 1, 1 - bottom - top), compress=layout == "compressed")
    figure = Figure(figsize=(width, height), facecolor="white", layout=engine)
    FigureCanvasAgg(figure)
    title, caption = escape_text(title), escape_text(caption)
    title_y, caption_y = 1 - 0.55 * TITLE_HEIGHT / height, 0.1 / height
    lines = (
        figure.suptitle(title, y=title_y, va="center", fontsize=TITLE_SIZE, color=TEXT_COLOR),
        figure.text(0.5, caption_y, caption, ha="center", va="bottom", fontsize=CAPTION_SIZE, color=MUTED_COLOR),
    )
    choose_fonts(figure)
    for line in lines:
        _shrink_to_width(figure, line)
    return figure


def open_axes(axes: Axes) -> None:
    """Draw a pale grid, and only the left and bottom spines."""
    axes.grid(alpha=0.25)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def signature(firstname: str, seed: int, practices: Iterable[str]) -> str:
    """Return the beginning of a caption: the run's first name, seed and practices, as in `ana, seed 1, ema`."""
    return ", ".join([firstname, f"seed {seed}", *practices])


def _shrink_to_width(figure: Figure, text: Text) -> None:
    """Reduce the font size of a line that is wider than the figure; first names may have 64 letters."""
    with ignore_missing_glyphs():
        widest, width = WIDEST_LINE * figure.bbox.width, text.get_window_extent().width
    if width > widest:
        text.set_fontsize(float(text.get_fontsize()) * widest / width)


@contextmanager
def ignore_missing_glyphs() -> Iterator[None]:
    """Within the block, draw characters that no font has as boxes without a warning."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield


@in_own_style
def save(figure: Figure, path: Path) -> None:
    """Write `figure` to `path` as a PNG file, atomically."""
    choose_fonts(figure)
    with replacing(path) as temporary, ignore_missing_glyphs():
        figure.savefig(temporary, dpi=DOTS_PER_INCH)
