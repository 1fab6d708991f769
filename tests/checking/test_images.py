import numpy as np
import pytest

from assignment.checking.images import COUNT, generate, image_findings
from assignment.foreign.refused import Refused

GOOD = np.random.default_rng(0).uniform(-1, 1, (COUNT, 28, 28, 1)).astype(np.float32)


def titles(images):
    return [finding.title for finding in image_findings(images)]


def test_varied_images_reveal_nothing():
    assert titles(GOOD) == []


def test_one_image_for_every_noise_is_named():
    assert titles(np.repeat(GOOD[:1], COUNT, axis=0)) == ["one image for every noise"]


def test_one_image_for_every_label_is_named_too():
    """A conditional generator that ignores its noise; the labels are 0 to 9, again and again."""
    assert titles(np.resize(GOOD[:10], GOOD.shape)) == ["one image for every noise"]


def test_blank_images_are_named():
    assert titles(np.full_like(GOOD, -0.3)) == ["blank images"]


def test_pixels_in_0_to_1_are_named():
    assert titles((GOOD + 1) / 2) == ["pixels in 0..1"]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_and_infinite_pixels_are_named(value):
    images = GOOD.copy()
    images[3, 2, 1] = value
    assert titles(images) == ["NaN or infinite pixels"]


def test_the_same_images_are_generated_again(make_network):
    network = make_network()
    np.testing.assert_array_equal(generate(network), generate(network))
    assert generate(network).shape == (COUNT, 28, 28, 1)


def test_a_layer_that_cannot_be_computed_is_refused(make_network, change_layer):
    with pytest.raises(Refused, match="cannot be computed here"):
        generate(change_layer(make_network(), 10, kind="assignment>MinibatchDeviation"))
