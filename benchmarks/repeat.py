"""Does the same seed end in the same bits? Several processes run the same few updates on a busy machine.

    python benchmarks/repeat.py [processes]

Compares the package's setting, one operation at a time, with TensorFlow's default, as many as there are processors.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys

UPDATES = 8
BATCH_SIZE = 128  # the sheet, step 7


def main(processes: int) -> None:
    # Load on all processors makes differences show sooner, and a student's computer is often busy.
    for _ in range(os.cpu_count() or 1):
        multiprocessing.Process(target=keep_busy, daemon=True).start()
    for title, operations in (("one operation at a time (the package)", 1), ("TensorFlow's default", 0)):
        command = [sys.executable, __file__, "--updates", str(operations)]
        results = {subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout for _ in range(processes)}
        print(f"{title}: {processes} processes had {len(results)} different results", flush=True)


def keep_busy() -> None:
    while True:
        sum(range(10_000))


def print_weights_after_updates(operations_at_a_time: int) -> None:
    """Print hashes of both networks' weights after a few updates; 0 operations at a time is TensorFlow's default."""
    from assignment import runtime

    runtime.start_tensorflow()
    import numpy as np
    import tensorflow as tf

    from assignment.fashion.step3_generator import build_generator
    from assignment.fashion.step5_discriminator import build_discriminator
    from assignment.fashion.step6_compile import compile_gan
    from assignment.training import streams
    from assignment.training.gan import LATENT_DIM
    from assignment.training.proof import fingerprint
    from assignment.training.steps import compiled_update

    tf.config.threading.set_inter_op_parallelism_threads(operations_at_a_time)
    gan = compile_gan(build_generator("ana", 1), build_discriminator("ana", 1))
    update = compiled_update(gan)
    real_images = np.random.default_rng(0).uniform(-1, 1, (BATCH_SIZE, 28, 28, 1)).astype(np.float32)
    for number in range(UPDATES):
        noise = streams.draw_noise(
            1, streams.Purpose.TRAINING_NOISE, 1, number, count=BATCH_SIZE, latent_dim=LATENT_DIM
        )
        update(real_images, noise)
    print(fingerprint(gan.generator), fingerprint(gan.discriminator))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--updates"]:
        print_weights_after_updates(int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
