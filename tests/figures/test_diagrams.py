from typing import NamedTuple

import pytest
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from assignment.figures.diagrams import PAGE, draw_network


class Layer(NamedTuple):
    name: str
    kind: str = "Dense"
    output_shape: tuple = (4,)
    neurons: int = 4
    kernel: tuple | None = None
    stride: tuple | None = None
    padding: str | None = None
    activation: str | None = None
    use_bias: bool | None = None
    trainable: int = 0
    non_trainable: int = 0
    inputs: tuple = ()


JOINED = [
    Layer("noise", "Input"),
    Layer("label", "Input"),
    Layer("embedding", "Embedding", trainable=30, inputs=("label",)),
    Layer("join", "Concatenate", inputs=("noise", "embedding")),
    Layer("out", trainable=18, inputs=("join",)),
]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts] + [figure.axes[0].get_title()]


def boxes(figure):
    """The boxes' left edges, tops and widths by the layers' names."""
    axes = figure.axes[0]
    patches = [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    # Under the six texts of a box the second is its layer's name.
    names = [text.get_text() for text in axes.texts][1::6]
    return {name: (patch.get_x(), patch.get_y(), patch.get_width()) for name, patch in zip(names, patches, strict=True)}


def test_a_layer_says_all_that_the_sheet_asks():
    row = Layer(
        "conv", "Conv2D", (14, 14, 64), 12_544, (5, 5), (2, 2), "same", "tanh", False, trainable=1_600, non_trainable=64
    )
    said = texts(draw_network([row], "net", "caption"))
    assert "Conv2D" in said and "14×14×64 = 12,544 neurons" in said
    assert "kernel 5×5, stride 2×2, 'same' padding, no bias, tanh" in said
    assert "1,664 weights" in said and "1,600 trainable, 64 not" in said


def test_the_totals():
    said = texts(draw_network(JOINED, "net", "caption"))
    assert "48 weights: 48 trainable, 0 not trainable" in said


def test_one_page_whatever_the_depth():
    deep = [Layer("0"), *(Layer(str(depth), inputs=(str(depth - 1),)) for depth in range(1, 30))]
    width, height = draw_network(deep, "net", "").get_size_inches()
    assert width == PAGE[0] and height == pytest.approx(PAGE[1])
    assert draw_network(deep[:3], "net", "").get_size_inches()[1] < PAGE[1] / 2


def test_several_inputs_stand_above_what_they_join():
    figure = draw_network(JOINED, "net", "caption")
    at = boxes(figure)
    assert at["label"][1] < at["embedding"][1] < at["join"][1] < at["out"][1]
    assert at["noise"][1] < at["join"][1]
    arrows = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    assert len(arrows) == 4


def test_an_arrow_that_passes_a_level_by_crosses_no_box():
    rows = [Layer("a"), Layer("b", inputs=("a",)), Layer("c", inputs=("b",)), Layer("d", inputs=("a", "c"))]
    figure = draw_network(rows, "net", "caption")
    patches = figure.axes[0].patches
    arrows = [patch.get_path().vertices for patch in patches if isinstance(patch, FancyArrowPatch)]
    assert len(arrows) == 4
    tops = [
        (top, top + patch.get_height())
        for patch in patches
        if isinstance(patch, FancyBboxPatch)
        for top in [patch.get_y()]
    ]
    (passing,) = [corners for corners in corners_of(figure) if len(corners) > 2]
    for (x, y), (next_x, next_y) in zip(passing, passing[1:]):
        for top, bottom in tops:
            assert x == next_x > 1 or max(y, next_y) <= top or min(y, next_y) >= bottom


def corners_of(figure):
    return [patch._path_original.vertices for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]


def test_boxes_of_one_level_do_not_overlap():
    at = boxes(draw_network(JOINED, "net", "caption"))
    (left, top, width), (other, same, _) = sorted([at["noise"], at["embedding"]])
    assert top == same and left + width < other


def test_no_text_runs_over_its_neighbour():
    row = Layer(
        "batch_normalization_12",
        "BatchNormalization",
        (14, 14, 64),
        12_544,
        (5, 5),
        (2, 2),
        "same",
        "tanh",
        False,
        trainable=1_254_400,
        non_trainable=25_088,
    )
    figure = draw_network([row], "net", "caption")
    figure.canvas.draw()
    extents = [text.get_window_extent() for text in figure.axes[0].texts if text.get_text()]
    for number, extent in enumerate(extents):
        assert not any(extent.overlaps(other) for other in extents[number + 1 :])
