"""What a network becomes for the browser; `test_engine.py` checks what the browser computes of it."""

import keras
import numpy as np
import pytest
from keras import layers

from assignment.explorer.program import LARGEST, compile_network
from assignment.fashion.step3_generator import build_generator


def kinds(program):
    return [(step["kind"], step["activation"]) for step in program.description["steps"]]


def test_the_sheets_generator_is_four_steps(table):
    program = compile_network(table(build_generator("ana")))
    assert kinds(program) == [
        ("convolution", "leaky"),
        ("transposed", "leaky"),
        ("transposed", "leaky"),
        ("transposed", "tanh"),
    ]
    first, *_, last = program.description["steps"]
    assert (first["inputs"], first["filters"], first["depth"], first["slope"]) == ([0], 12544, 100, 0.3)
    assert (last["size"], program.description["inputs"], program.description["outputs"]) == (784, [(100,)], [4])
    assert len(program.weights) < 2.02 * build_generator("ana").count_params()


def test_kernels_are_integers_with_a_scale_for_each_filter(table):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3, use_bias=False)])
    kernel = np.array([[1.0, 0.0, -20.0], [-0.5, 0.0, 10.0]], np.float32)
    model.layers[0].set_weights([kernel])
    program = compile_network(table(model))
    (arrays,) = (step["arrays"] for step in program.description["steps"])

    def stored(name, dtype):
        position, length = arrays[name]
        return np.frombuffer(program.weights, dtype, length, position)

    assert stored("kernel", "<i2").tolist() == [LARGEST, round(-0.5 * LARGEST), 0, 0, -LARGEST, round(LARGEST / 2)]
    assert stored("scale", "<f4").tolist() == pytest.approx([1 / LARGEST, 1 / LARGEST, 20 / LARGEST])
    assert stored("bias", "<f4").tolist() == [0, 0, 0]


def test_every_array_begins_where_javascript_can_read_it(table):
    program = compile_network(table(keras.Sequential([keras.Input((3,)), layers.Dense(1), layers.Dense(5)])))
    starts = [start for step in program.description["steps"] for start, _ in step["arrays"].values()]
    assert len(starts) == 6 and all(start % 4 == 0 for start in starts)
