"""What all figures share: their letters, their ink, their caption, and how they reach a file."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from assignment.storage.files import replacing

# First names come in any alphabet. matplotlib's own font has Latin, Greek, Cyrillic and Arabic letters; for others it
# takes the first of these fonts, of Windows, macOS and Linux, that is installed.
OTHER_ALPHABETS = (
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
_INSTALLED = set(font_manager.get_font_names())
matplotlib.rcParams["font.family"] = ["DejaVu Sans", *(font for font in OTHER_ALPHABETS if font in _INSTALLED)]

INK = "#1b1f24"
QUIET = "#5b6470"
# Two hues that stay apart for colour-blind readers (Okabe and Ito, 2008).
GENERATOR = "#d55e00"
DISCRIMINATOR = "#0072b2"
DOTS_PER_INCH = 110  # an 8x8 inch figure is 880 pixels: sharp on a screen, small in a mail
CAPTION_BAND = 0.3  # inches kept free at the foot for the caption
TITLE_BAND = 0.45  # inches kept free at the head for the title


def new_figure(width: float, height: float, title: str, caption: str, layout: str = "constrained") -> Figure:
    """An empty figure of `width` x `height` inches with its title and, at the foot, the caption of its run.

    `layout` is matplotlib's engine: "compressed" keeps a grid of squares together.
    """
    figure = Figure(figsize=(width, height), facecolor="white", layout=layout)
    FigureCanvasAgg(figure)
    foot, head = CAPTION_BAND / height, TITLE_BAND / height
    figure.get_layout_engine().set(rect=(0, foot, 1, 1 - foot - head))
    middle = 1 - 0.55 * TITLE_BAND / height
    _fit(figure, figure.suptitle(title, y=middle, va="center", fontsize=13, color=INK))
    _fit(figure, figure.text(0.5, 0.1 / height, caption, ha="center", va="bottom", fontsize=8, color=QUIET))
    return figure


def signature(firstname: str, seed: int, practices: Iterable[str]) -> str:
    """Whose figure it is, for a caption: `ana, seed 1, ema`."""
    return ", ".join([firstname, f"seed {seed}", *practices])


def _fit(figure: Figure, text: Text) -> None:
    """Make a line smaller that is wider than the page: first names may have 64 letters."""
    with drawing():
        widest, width = 0.92 * figure.bbox.width, text.get_window_extent().width
    if width > widest:
        text.set_fontsize(text.get_fontsize() * widest / width)


@contextmanager
def drawing() -> Iterator[None]:
    """Within the block a letter that no font has is drawn as a box, without a word on the console."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield


def save(figure: Figure, path: Path) -> None:
    """Write `figure` to `path` as a PNG, whole or not at all."""
    with replacing(path) as temporary, drawing():
        figure.savefig(temporary, dpi=DOTS_PER_INCH)
