import keras
import pytest

from assignment.training.description import describe_compilation, layer_table
from assignment.training.layers import SpectralNormalization

layers = keras.layers


@keras.saving.register_keras_serializable("test_description")
class NamedLoss(keras.losses.Loss):
    def __init__(self):
        super().__init__(name="named_loss")

    def call(self, y_true, y_pred):
        return y_pred - y_true


@pytest.fixture
def two_inputs():
    """A functional model with two inputs."""
    noise = keras.Input((5,), name="noise")
    label = keras.Input((1,), name="label")
    embedded = layers.Flatten(name="flat")(layers.Embedding(10, 3, name="embedding")(label))
    joined = layers.Concatenate(name="join")([noise, embedded])
    return keras.Model([noise, label], layers.Dense(2, name="out")(joined), name="two_inputs")


@pytest.fixture
def convolution():
    return layers.Conv2D(3, 5, strides=2, padding="same", activation="tanh")


def test_rows_of_a_functional_model_name_their_inputs(two_inputs):
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


def test_calls_of_a_layer_in_another_model_do_not_count(two_inputs):
    other = keras.Sequential([keras.Input((8,)), two_inputs.get_layer("out")])
    assert other.built
    assert layer_table(two_inputs)[-1].inputs == ("join",)


def test_layer_that_is_called_twice_has_both_inputs():
    first, second = keras.Input((4,), name="first"), keras.Input((4,), name="second")
    shared = layers.Dense(2, name="shared")
    joined = layers.Concatenate(name="join")([shared(first), shared(second)])
    rows = {row.name: row for row in layer_table(keras.Model([first, second], joined))}
    assert set(rows["shared"].inputs) == {"first", "second"} and rows["join"].inputs == ("shared",)


def test_sequential_model_has_a_row_for_its_input(make_gan):
    first, second, *_ = layer_table(make_gan().generator)
    assert first.name == "noise"
    assert (first.kind, first.output_shape, first.neurons, first.inputs) == ("Input", (5,), 5, ())
    assert second.inputs == (first.name,)


def test_row_describes_its_layer(convolution):
    model = keras.Sequential(
        [keras.Input((8, 8, 2)), convolution, layers.BatchNormalization(), layers.LeakyReLU(0.2), layers.Dropout(0.3)]
    )
    _, convolution_row, normalization, leaky, dropout = layer_table(model)
    assert (convolution_row.kind, convolution_row.output_shape, convolution_row.neurons) == ("Conv2D", (4, 4, 3), 48)
    assert (convolution_row.kernel, convolution_row.stride, convolution_row.padding) == ((5, 5), (2, 2), "same")
    assert (convolution_row.activation, convolution_row.use_bias, convolution_row.trainable) == ("tanh", True, 153)
    assert (normalization.trainable, normalization.non_trainable, normalization.use_bias) == (6, 6, None)
    assert leaky.activation == "slope 0.2 below 0" and leaky.kernel is None
    assert dropout.activation == "rate 0.3"


def test_row_of_a_wrapper_describes_the_wrapped_layer(convolution):
    wrapped = SpectralNormalization(convolution)
    *_, row = layer_table(keras.Sequential([keras.Input((8, 8, 2)), wrapped]))
    assert (row.kind, row.kernel, row.stride, row.padding) == ("SpectralNormalization", (5, 5), (2, 2), "same")
    assert (row.activation, row.use_bias, row.trainable, row.non_trainable) == ("tanh", True, 153, 3)


def test_compilation_names_the_losses_and_the_optimizer(make_gan):
    gan = make_gan()
    assert describe_compilation(gan.discriminator) == "binary_crossentropy; Adam, rate 0.0002, beta 0.5 and 0.999"
    gan.combined.compile(loss=[NamedLoss()], optimizer=keras.optimizers.Adam(1e-4))
    assert describe_compilation(gan.combined) == "named_loss; Adam, rate 0.0001, beta 0.9 and 0.999"
    gan.combined.compile(loss="mean_squared_error", optimizer=keras.optimizers.SGD(1e-3, momentum=0.9))
    assert describe_compilation(gan.combined) == "mean_squared_error; SGD, rate 0.001, momentum 0.9"
