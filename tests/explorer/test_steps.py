"""The steps of a network for the browser: which layers become one step, and which are refused."""

import keras
import pytest
from keras import layers

from assignment.explorer.steps import network_steps
from assignment.foreign.refused import Refused
from assignment.training.layers import MinibatchDeviation


def kinds(network):
    steps, _ = network_steps(network)
    return [(step.kind, step.activation) for step in steps]


def test_a_softmax_is_a_step_of_its_own_and_any_other_activation_part_of_its_layer(table):
    stack = [keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(2, activation="softmax")]
    assert kinds(table(keras.Sequential(stack))) == [
        ("convolution", "tanh"),
        ("convolution", "linear"),
        ("activation", "softmax"),
    ]


def test_what_follows_a_layer_that_another_one_needs_as_well_is_a_step_of_its_own(table):
    noise = keras.Input((3,))
    units = layers.Dense(2)(noise)
    both = layers.Concatenate()([units, layers.ReLU()(units)])
    assert kinds(table(keras.Model(noise, both))) == [
        ("convolution", "linear"),
        ("activation", "relu"),
        ("concatenate", "linear"),
    ]


def test_an_output_in_the_middle_of_a_network_stays_as_it_is(table):
    noise = keras.Input((3,))
    units = layers.Dense(2)(noise)
    steps, outputs = network_steps(table(keras.Model(noise, [units, layers.ReLU()(units)])))
    assert [step.kind for step in steps] == ["convolution", "activation"] and outputs == steps
    assert steps[0].activation == "linear"


def test_a_normalization_of_other_axes_than_the_filters_is_not_fused(table):
    stack = [keras.Input((3,)), layers.Dense(8), layers.Reshape((2, 2, 2)), layers.BatchNormalization()]
    assert kinds(table(keras.Sequential(stack))) == [("convolution", "linear"), ("scale", "linear")]


def test_what_the_browser_cannot_compute_is_refused(table):
    with pytest.raises(Refused, match="a layer of the kind assignment>MinibatchDeviation"):
        network_steps(table(keras.Sequential([keras.Input((3,)), MinibatchDeviation()])))


def test_a_sum_that_repeats_values_within_an_image_is_refused(table):
    image, column = keras.Input((2, 3, 4)), keras.Input((2, 1, 4))
    with pytest.raises(Refused, match="kind Add with these shapes"):
        network_steps(table(keras.Model([image, column], layers.Add()([image, column]))))
