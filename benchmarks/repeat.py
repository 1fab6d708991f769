"""Whether the same seed ends in the same bits: several processes, each with a few updates, on a busy machine.

    python benchmarks/repeat.py [processes]

It compares the package's setting, one operation at a time, with TensorFlow's own, as many as there are processors.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections import Counter

UPDATES = 8
BATCH = 128  # the sheet, step 7


def main(processes: int) -> None:
    # A busy machine, as a student's is: what is left to chance shows sooner.
    burners = [multiprocessing.Process(target=burn, daemon=True) for _ in range(os.cpu_count() or 1)]
    for burner in burners:
        burner.start()
    for title, at_a_time in (("one operation at a time (the package)", 1), ("TensorFlow's own choice", 0)):
        ends = Counter(
            subprocess.run(
                [sys.executable, __file__, "--updates", str(at_a_time)], check=True, stdout=subprocess.PIPE
            ).stdout
            for _ in range(processes)
        )
        print(f"{title}: {processes} processes ended in {len(ends)} different results", flush=True)


def burn() -> None:
    while True:
        sum(range(10_000))


def print_end_of_updates(operations_at_a_time: int) -> None:
    """Print hashes of both networks' weights after a few updates."""
    from assignment import runtime

    runtime.start_tensorflow()
    import numpy as np
    import tensorflow as tf

    from assignment.fashion.step3_generator import LATENT_DIM, build_generator
    from assignment.fashion.step5_discriminator import build_discriminator
    from assignment.fashion.step6_compile import compile_gan
    from assignment.training import streams
    from assignment.training.proof import fingerprint
    from assignment.training.steps import compiled_update

    tf.config.threading.set_inter_op_parallelism_threads(operations_at_a_time)
    gan = compile_gan(build_generator("ana", 1), build_discriminator("ana", 1))
    update = compiled_update(gan)
    real_images = np.random.default_rng(0).uniform(-1, 1, (BATCH, 28, 28, 1)).astype(np.float32)
    for number in range(UPDATES):
        update(real_images, streams.training_noise(1, 1, number, BATCH, LATENT_DIM))
    print(fingerprint(gan.generator), fingerprint(gan.discriminator))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--updates"]:
        print_end_of_updates(int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
