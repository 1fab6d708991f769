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


CONVOLUTION = Layer(
    "conv",
    kind="Conv2D",
    output_shape=(14, 14, 64),
    neurons=12_544,
    kernel=(5, 5),
    stride=(2, 2),
    padding="same",
    activation="tanh",
    use_bias=False,
    trainable=1_600,
    non_trainable=64,
)


@pytest.fixture
def joined():
    """The diagram of a network with two inputs, whose branches join."""
    layers = [
        Layer("noise", "Input"),
        Layer("label", "Input"),
        Layer("embedding", "Embedding", trainable=30, inputs=("label",)),
        Layer("join", "Concatenate", inputs=("noise", "embedding")),
        Layer("out", trainable=18, inputs=("join",)),
    ]
    return draw_network(layers, "net", "caption")


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts] + [figure.axes[0].get_title()]


def box_patches(figure):
    return [patch for patch in figure.axes[0].patches if isinstance(patch, FancyBboxPatch)]


def boxes(figure):
    """The left edge, top and width of each box, by its layer's name."""
    # Each box has six texts; the second is the layer's name.
    names = [text.get_text() for text in figure.axes[0].texts][1::6]
    patches = box_patches(figure)
    return {name: (patch.get_x(), patch.get_y(), patch.get_width()) for name, patch in zip(names, patches, strict=True)}


def arrows(figure):
    """The corners of each arrow."""
    return [patch._path_original.vertices for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]


def test_box_has_everything_that_the_sheet_requires():
    written = texts(draw_network([CONVOLUTION], "net", "caption"))
    assert "Conv2D" in written and "14×14×64 = 12,544 neurons" in written
    assert "kernel 5×5, stride 2×2, 'same' padding, no bias, tanh" in written
    assert "1,664 weights" in written and "1,600 trainable, 64 not" in written


def test_totals_are_below_the_title(joined):
    assert "48 weights: 48 trainable, 0 not trainable" in texts(joined)


def test_diagram_fits_one_page_at_any_depth():
    layers = [Layer("0"), *(Layer(str(depth), inputs=(str(depth - 1),)) for depth in range(1, 30))]
    width, height = draw_network(layers, "net", "").get_size_inches()
    assert width == PAGE[0] and height == pytest.approx(PAGE[1])
    assert draw_network(layers[:3], "net", "").get_size_inches()[1] < PAGE[1] / 2


def test_inputs_are_above_the_layers_that_join_them(joined):
    tops = {name: top for name, (_, top, _) in boxes(joined).items()}
    assert tops["label"] < tops["embedding"] < tops["join"] < tops["out"]
    assert tops["noise"] < tops["join"]
    assert len(arrows(joined)) == 4


def test_arrow_that_skips_levels_crosses_no_box():
    layers = [Layer("a"), Layer("b", inputs=("a",)), Layer("c", inputs=("b",)), Layer("d", inputs=("a", "c"))]
    figure = draw_network(layers, "net", "caption")
    assert len(arrows(figure)) == 4
    edges = [(patch.get_y(), patch.get_y() + patch.get_height()) for patch in box_patches(figure)]
    (skipping,) = [corners for corners in arrows(figure) if len(corners) > 2]
    for (x, y), (next_x, next_y) in zip(skipping, skipping[1:]):
        for top, bottom in edges:
            assert x == next_x > 1 or max(y, next_y) <= top or min(y, next_y) >= bottom


def test_boxes_of_one_level_do_not_overlap(joined):
    by_name = boxes(joined)
    (left, top, width), (other_left, other_top, _) = sorted([by_name["noise"], by_name["embedding"]])
    assert top == other_top and left + width < other_left


def test_texts_of_a_box_do_not_overlap():
    layer = CONVOLUTION._replace(
        name="batch_normalization_12", kind="BatchNormalization", trainable=1_254_400, non_trainable=25_088
    )
    figure = draw_network([layer], "net", "caption")
    figure.canvas.draw()
    extents = [text.get_window_extent() for text in figure.axes[0].texts if text.get_text()]
    for number, extent in enumerate(extents):
        assert not any(extent.overlaps(other) for other in extents[number + 1 :])
