"""The directions of a network that computes something simple are known."""

import keras
import numpy as np
import pytest
from keras import layers

from assignment.explorer.directions import DIRECTIONS, find_directions


@pytest.fixture
def stretch(table):
    """A function that returns a network that multiplies its inputs by these factors, in a turned system of axes."""

    def make(factors, turn):
        model = keras.Sequential([keras.Input((len(factors),)), layers.Dense(len(factors), use_bias=False)])
        model.layers[0].set_weights([turn.T @ np.diag(factors)])
        return table(model)

    return make


def test_they_are_the_axes_along_which_a_linear_network_stretches_most(stretch):
    factors = np.array([0.1, 5.0, 1.0, 3.0, 0.5, 0.2, 0.3, 2.0])
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(8, 8)))[0]
    found = find_directions(stretch(factors, turn), latent_dim=8)
    order = np.argsort(-factors)[:DIRECTIONS]
    np.testing.assert_allclose(found.shares, factors[order] ** 2 / (factors**2).sum(), rtol=1e-3)
    np.testing.assert_allclose(np.abs(np.sum(found.vectors * turn[order], axis=1)), 1, rtol=1e-3)
    assert all(vector[np.abs(vector).argmax()] > 0 for vector in found.vectors)


def test_all_labels_are_used_and_progress_is_reported(table):
    """Only the images of label 1 depend on the noise, along its second axis."""
    noise, label = keras.Input((3,)), keras.Input((1,), dtype="int32")
    scales = layers.Flatten()(layers.Embedding(2, 3)(label))
    model = keras.Model([noise, label], layers.Multiply()([noise, scales]))
    model.layers[1].set_weights([np.array([[0, 0, 0], [0, 2, 0]], np.float32)])
    shares = []
    found = find_directions(table(model), 3, classes=2, on_progress=shares.append)
    np.testing.assert_allclose(found.vectors[0], [0, 1, 0], atol=1e-3)
    assert found.shares[0] == pytest.approx(1) and shares[-1] == 1.0


def test_a_network_whose_outputs_are_all_the_same_has_no_shares(stretch):
    assert find_directions(stretch(np.zeros(8), np.eye(8)), latent_dim=8).shares.tolist() == [0.0] * DIRECTIONS
