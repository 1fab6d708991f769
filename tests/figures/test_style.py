import ast
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest

from assignment.figures import style
from assignment.figures.animation import save_animation
from assignment.figures.curves import loss_curves, two_panel_loss_curves
from assignment.figures.diagrams import draw_network
from assignment.figures.differences import draw_differences
from assignment.figures.grids import image_grid, row_grid
from assignment.figures.metric_curves import draw_metric_curves
from assignment.figures.quality import metric_curves
from assignment.figures.style import LONGEST_TEXT, escape_text, new_figure, save, signature

IMAGES = np.linspace(-1, 1, 12 * 28 * 28).reshape(12, 28, 28)
SCORES = {"judge_fid": 2.0, "precision": 0.5, "recall": 0.5, "diversity": 0.5}
OTHER_STYLE = {
    "image.origin": "lower",
    "image.cmap": "jet",
    "savefig.transparent": True,
    "savefig.bbox": "tight",
    "savefig.dpi": 20,
    "savefig.facecolor": "red",
    "savefig.format": "svg",
    "figure.dpi": 300,
    "axes.facecolor": "red",
    "axes.grid": True,
    "axes.formatter.use_mathtext": True,
    "font.family": ["serif"],
    "font.size": 22,
    "lines.linewidth": 8,
    "text.usetex": True,
    "text.parse_math": False,
    "path.sketch": (1, 100, 2),
}


def draw_all(text):
    """Return a figure of every kind, with `text` in each place for a text from outside."""
    layer = SimpleNamespace(
        name=text, kind=text, output_shape=(3,), neurons=3, kernel=None, stride=None, padding=text, activation=text,
        use_bias=None, trainable=1, non_trainable=0, inputs=(),
    )  # fmt: skip
    difference = SimpleNamespace(by_seed={1: 0.5, 2: -3.0}, mean=0.1, low=-1.0, high=1.0)
    judged = SimpleNamespace(practice=text, verdict=text, diverged=0, differences={"judge_fid": difference})
    return [
        image_grid(IMAGES, text, text, names=[text] * 12),
        row_grid(IMAGES, [text] * 3, text, text, column_axis=text, column_names=[text] * 4),
        loss_curves([1, 2], [0.5, 0.6], [1.0, 2.0], text, text, loss_name=text),
        two_panel_loss_curves([1, 2], [0.5, 0.6], [1.0, 2.0], text, text, loss_name=text),
        metric_curves({0: SCORES, 1: SCORES}, SCORES, text, text),
        draw_network([layer], text, text),
        draw_differences([judged], {"judge_fid": (text, 1)}, text, text),
    ]


@pytest.mark.parametrize(
    "figure",
    [
        image_grid(np.zeros((12, 28, 28)), "A grid", "caption"),
        loss_curves([1, 2], [0.5, 0.6], [1.0, 2.0], "Losses", "caption"),
    ],
    ids=["grid", "curves"],
)
def test_title_axes_and_caption_do_not_touch(figure):
    figure.canvas.draw()
    page = figure.bbox
    axes_boxes = [axes.get_tightbbox() for axes in figure.axes]
    title, caption = (text.get_window_extent() for text in (figure._suptitle, figure.texts[-1]))
    assert title.y1 < page.y1 and caption.y0 > page.y0
    assert max(box.y1 for box in axes_boxes) < title.y0
    assert min(box.y0 for box in axes_boxes) > caption.y1


def test_long_first_name_fits_the_page():
    figure = new_figure(8, 8, "generator_model_" + "W" * 64, "W" * 64 + ", seed 1. Images: drawn stand-in.")
    for text in (figure._suptitle, figure.texts[-1]):
        extent = text.get_window_extent()
        assert 0 < extent.x0 and extent.x1 < figure.bbox.x1


def test_figure_is_saved_as_png_without_a_temporary_file(tmp_path):
    save(new_figure(2, 2, "title", "caption"), tmp_path / "figure.png")
    assert [path.name for path in tmp_path.iterdir()] == ["figure.png"]
    assert (tmp_path / "figure.png").read_bytes()[:4] == b"\x89PNG"


def test_signature_has_the_first_name_the_seed_and_the_practices():
    assert signature("ana", 7, ()) == "ana, seed 7"
    assert signature("ana", 7, ("hinge", "ema")) == "ana, seed 7, hinge, ema"


@pytest.mark.parametrize(
    "text",
    [
        "$\\frac{$\n\t\0\ud800\u202e 王 שלום नमस्ते \U0001f600",
        pytest.param("", marks=pytest.mark.slow),
    ],
    ids=ascii,
)
def test_every_text_from_outside_is_drawn_letter_by_letter(tmp_path, text):
    for figure in draw_all(text):
        save(figure, tmp_path / "figure.png")


def test_very_long_texts_are_shortened(tmp_path):
    assert len(escape_text("x" * 100_000)) == LONGEST_TEXT
    save(new_figure(8, 8, "W" * 100_000, "x $ " * 100_000), tmp_path / "figure.png")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("ana, seed 1", "ana, seed 1"),
        ("$x$", r"\$x\$"),
        ("a\nb\tc\0d\u2028e", "a b c d e"),
        ("\ud800", "\N{REPLACEMENT CHARACTER}"),
        ("a\u202eb\u2066", "ab"),
    ],
)
def test_escaped_text_has_no_formulas_and_no_control_characters(text, escaped):
    assert escape_text(text) == escaped


def test_a_dollar_sign_is_drawn_as_one():
    (text,) = new_figure(2, 2, "", r"$x$ \$5").texts[-1:]
    assert text._preprocess_math(text.get_text()) == (r"$x$ \$5", False)


def test_figures_do_not_depend_on_the_users_settings_and_do_not_change_them(tmp_path):
    def save_all(folder):
        folder.mkdir()
        save(row_grid(IMAGES, ["a", "b", "c"], "title", "caption", "axis"), folder / "grid.png")
        save(metric_curves({0: SCORES, 1: SCORES}, SCORES, "title", "caption"), folder / "curves.png")
        save_animation(folder / "animation.gif", [IMAGES], ["title"], "caption", image_grid)
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    expected = save_all(tmp_path / "own")
    with matplotlib.rc_context(OTHER_STYLE):
        before = dict(matplotlib.rcParams)
        assert save_all(tmp_path / "other") == expected
        assert dict(matplotlib.rcParams) == before


def test_every_figure_function_and_no_other_module_sets_the_style():
    """A function that makes a figure is decorated with `in_own_style`; nothing else changes matplotlib's settings."""
    decorators = {}
    for path in Path(style.__file__).parent.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "matplotlib.rcParams[" not in source, path
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "Figure":
                decorators[node.name] = [ast.unparse(decorator) for decorator in node.decorator_list]
    makers = {new_figure, image_grid, row_grid, loss_curves, two_panel_loss_curves, metric_curves}
    makers |= {draw_network, draw_differences, draw_metric_curves}
    assert decorators == {maker.__name__: ["in_own_style"] for maker in makers}
