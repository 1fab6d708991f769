"""How much longer is an update without each of the fast operations (`training/fast.py`)?

    python benchmarks/operations.py [rounds]

The networks of the sheet, in the precision that `--precision auto` selects. The updates take turns within a round; a
ratio is the median of the rounds' ratios.
"""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import numpy as np
from arguments import parse_rounds
from timing import print_ratios, take_turns, warm_up
from update import BATCH_SIZE, last_loss, make_gan

from assignment import runtime

BASE = "all fast operations"


def main(rounds: int) -> None:
    runtime.start_tensorflow()
    precision = runtime.resolve_precision("auto")
    seconds = take_turns(make_updates(precision), rounds)
    print(f"one update at batch size {BATCH_SIZE} in {precision}, medians of {rounds} rounds")
    print_ratios(seconds, BASE)


def make_updates(precision: str) -> dict[str, Callable[[], object]]:
    """Return traced updates, each without one of the fast operations, by name."""
    import keras
    import tensorflow as tf

    from assignment.training import convolutions, fast
    from assignment.training.convolutions import native_kernel_gradient
    from assignment.training.gan import LATENT_DIM
    from assignment.training.steps import compiled_update

    def one_channel(inputs, kernel, stride):
        batch, height, width, _ = tf.unstack(tf.shape(inputs))
        return convolutions.native_transposed(inputs, kernel, stride, (batch, height * stride, width * stride, 1))

    def without(*keras_classes: type):
        return patch.dict(fast.FAST_CLASSES, {keras_class: keras_class for keras_class in keras_classes})

    replacements = {
        BASE: without(),
        "without Adam": without(keras.optimizers.Adam),
        "without BatchNormalization": without(keras.layers.BatchNormalization),
        "without the kernel gradient": patch.object(convolutions, "kernel_gradient", native_kernel_gradient),
        "without the one-channel convolution": patch.object(convolutions, "transposed_to_one_channel", one_channel),
        "Keras' operations": without(*fast.FAST_CLASSES),
    }
    random = np.random.default_rng(0)
    real_images = random.uniform(-1, 1, (BATCH_SIZE, 28, 28, 1)).astype(np.float32)
    noise = random.standard_normal((BATCH_SIZE, LATENT_DIM), np.float32)
    updates: dict[str, Callable[[], object]] = {}
    for name, replaced in replacements.items():
        with replaced:
            updates[name] = last_loss(compiled_update(make_gan(precision)), real_images, noise)
            warm_up(updates[name])  # it is traced now, without the operation
    return updates


if __name__ == "__main__":
    main(parse_rounds(__doc__, 10))
