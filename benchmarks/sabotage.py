"""Are the problems of a spoiled training reported? The trousers, with 50 times the discriminator's learning rate.

    python benchmarks/sabotage.py --firstname ana --epochs 10 --data-dir FOLDER

Takes the options of `run_assignment.py` and does the same run, except for that rate.
"""

from __future__ import annotations

from assignment import cli, runtime

FACTOR = 50

runtime.start_tensorflow()  # before anything imports TensorFlow

import keras  # noqa: E402

from assignment.fashion import track  # noqa: E402
from assignment.training.gan import Gan  # noqa: E402

compile_gan = track.compile_gan


def compile_with_wrong_rate(generator: keras.Sequential, discriminator: keras.Sequential) -> Gan:
    gan = compile_gan(generator, discriminator)
    gan.discriminator.optimizer.learning_rate = FACTOR * float(gan.discriminator.optimizer.learning_rate)
    return gan


track.compile_gan = compile_with_wrong_rate

if __name__ == "__main__":
    raise SystemExit(cli.main_run())
