import pytest

from assignment.checking.words import layer_words, shape_words


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        ("Dense", {"units": 12544, "use_bias": False}, "Dense, 12,544 neurons, no bias"),
        ("Dense", {"units": 1, "activation": "sigmoid"}, "Dense, 1 neuron, sigmoid"),
        ("Dense", {"units": 2, "activation": "linear", "use_bias": True}, "Dense, 2 neurons, bias"),
        (
            "Conv2D",
            {"filters": 64, "kernel_size": (5, 5), "strides": (2, 2), "padding": "same"},
            "Conv2D, 64 kernels 5x5, stride 2, same padding",
        ),
        ("Conv2DTranspose", {"strides": (2, 1)}, "Conv2DTranspose, stride 2x1"),
        ("LeakyReLU", {"slope": 0.3}, "LeakyReLU, slope 0.3"),
        ("Dropout", {"rate": 0.4}, "Dropout, rate 0.4"),
        ("Reshape", {"target_shape": (7, 7, 256)}, "Reshape, to (7, 7, 256)"),
        ("Embedding", {"input_dim": 10, "output_dim": 50}, "Embedding, 10 classes, 50 numbers each"),
        ("assignment>MinibatchDeviation", {}, "MinibatchDeviation"),
    ],
)
def test_a_layer_in_words(kind, settings, words):
    assert layer_words(kind, settings) == words


def test_a_shape_in_words():
    assert (shape_words((100,)), shape_words((28, 28, 1))) == ("100", "(28, 28, 1)")
