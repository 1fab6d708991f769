"""Whether a training that was spoilt is called sick: the trousers, with 50 times the discriminator's rate.

    python benchmarks/sabotage.py --firstname sick --epochs 10 --data-dir FOLDER

takes the options of `run_assignment.py` and carries out the same run, but for that rate.
"""

from __future__ import annotations

from assignment import cli, runtime

FACTOR = 50

runtime.start_tensorflow()

from assignment.fashion import track  # noqa: E402, after TensorFlow was told how to start
from assignment.training.gan import Gan  # noqa: E402


def sabotaged(generator, discriminator) -> Gan:
    gan = compile_gan(generator, discriminator)
    gan.discriminator.optimizer.learning_rate = FACTOR * float(gan.discriminator.optimizer.learning_rate)
    return gan


compile_gan, track.compile_gan = track.compile_gan, sabotaged

if __name__ == "__main__":
    raise SystemExit(cli.main_run())
