import keras
import pytest

from assignment.practices.layers import SpectralNormalization
from assignment.training.description import compiled_as, layer_table
from assignment.training.losses import RealSmoothed

layers = keras.layers


@pytest.fixture
def two_inputs():
    noise = keras.Input((5,), name="noise")
    label = keras.Input((1,), name="label")
    embedded = layers.Flatten(name="flat")(layers.Embedding(10, 3, name="embedding")(label))
    joined = layers.Concatenate(name="join")([noise, embedded])
    return keras.Model([noise, label], layers.Dense(2, name="out")(joined), name="two_inputs")


def test_a_functional_model_of_two_inputs(two_inputs):
    rows = {row.name: row for row in layer_table(two_inputs)}
    assert {name: row.inputs for name, row in rows.items()} == {
        "noise": (),
        "label": (),
        "embedding": ("label",),
        "flat": ("embedding",),
        "join": ("noise", "flat"),
        "out": ("join",),
    }
    assert rows["noise"].kind == "Input" and rows["join"].output_shape == (8,)
    assert (rows["embedding"].trainable, rows["out"].trainable) == (30, 18)


def test_layers_that_serve_another_model_too(two_inputs):
    again = keras.Sequential([keras.Input((8,)), two_inputs.get_layer("out")])
    assert again.built
    assert layer_table(two_inputs)[-1].inputs == ("join",)


def test_a_layer_that_is_called_twice():
    first, second = keras.Input((4,), name="first"), keras.Input((4,), name="second")
    shared = layers.Dense(2, name="shared")
    joined = layers.Concatenate(name="join")([shared(first), shared(second)])
    rows = {row.name: row for row in layer_table(keras.Model([first, second], joined))}
    assert set(rows["shared"].inputs) == {"first", "second"} and rows["join"].inputs == ("shared",)


def test_a_sequential_shows_its_input(make_gan):
    first, second, *_ = layer_table(make_gan().generator)
    assert first.name == "noise"
    assert (first.kind, first.output_shape, first.neurons, first.inputs) == ("Input", (5,), 5, ())
    assert second.inputs == (first.name,)


def test_what_a_row_says():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Conv2D(3, 5, strides=2, padding="same", activation="tanh"),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.2),
        ]
    )
    _, convolution, normalization, leaky = layer_table(model)
    assert (convolution.kind, convolution.output_shape, convolution.neurons) == ("Conv2D", (4, 4, 3), 48)
    assert (convolution.kernel, convolution.stride, convolution.padding) == ((5, 5), (2, 2), "same")
    assert (convolution.activation, convolution.use_bias, convolution.trainable) == ("tanh", True, 153)
    assert (normalization.trainable, normalization.non_trainable, normalization.use_bias) == (6, 6, None)
    assert leaky.activation == "slope 0.2 below 0" and leaky.kernel is None
    *_, dropout = layer_table(keras.Sequential([keras.Input((8,)), layers.Dropout(0.3)]))
    assert dropout.activation == "rate 0.3"


def test_how_a_model_is_compiled(make_gan):
    gan = make_gan()
    assert compiled_as(gan.discriminator) == "binary_crossentropy; Adam, rate 0.0002, beta 0.5 and 0.999"
    gan.combined.compile(loss=[RealSmoothed(0.1, False)], optimizer=keras.optimizers.Adam(1e-4))
    assert compiled_as(gan.combined) == "smoothed_binary_crossentropy; Adam, rate 0.0001, beta 0.9 and 0.999"


def test_a_layer_that_wraps_another_says_what_the_other_does():
    within = layers.Conv2D(3, 5, strides=2, padding="same", activation="tanh")
    wrapped = SpectralNormalization(within)
    *_, row = layer_table(keras.Sequential([keras.Input((8, 8, 2)), wrapped]))
    assert (row.kind, row.kernel, row.stride, row.padding) == ("SpectralNormalization", (5, 5), (2, 2), "same")
    assert (row.activation, row.use_bias, row.trainable, row.non_trainable) == ("tanh", True, 153, 3)
