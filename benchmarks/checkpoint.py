"""What a checkpoint costs, as a share of the training at the default; and beside it TensorFlow's CheckpointManager.

    python benchmarks/checkpoint.py [rounds]

Each round times some updates, one of our checkpoints and one of the manager's, in turn, so that all share what the
machine is doing. The ratios are of the same round.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

BATCH = 128  # the sheet, step 7
UPDATES_AN_EPOCH = 55  # 7,000 trousers at batch size 128
EPOCHS = 300  # the longest history and the most frames, so the largest checkpoint
TIMED_UPDATES = 5


def main(rounds: int) -> None:
    from assignment import runtime

    runtime.start_tensorflow()
    import numpy as np
    import tensorflow as tf

    from assignment.fashion.step3_generator import LATENT_DIM, build_generator
    from assignment.fashion.step5_discriminator import build_discriminator
    from assignment.fashion.step6_compile import compile_gan
    from assignment.settings.tracks import FashionSettings
    from assignment.training import streams
    from assignment.training.checkpoints import Checkpoint, Checkpoints, gather
    from assignment.training.loop import Place, Row
    from assignment.training.steps import compiled_update

    precision = runtime.resolve_precision("auto")
    every = FashionSettings.checkpoint_every
    gan = compile_gan(build_generator("ana", 1, precision), build_discriminator("ana", 1, precision))
    update = compiled_update(gan)
    real_images = np.random.default_rng(0).uniform(-1, 1, (BATCH, 28, 28, 1)).astype(np.float32)
    noise = streams.training_noise(1, 1, 0, BATCH, LATENT_DIM)
    update(real_images, noise)
    rows = [Row(epoch, 0.6, 1.0, 0.6, 0.6, UPDATES_AN_EPOCH, 20.0) for epoch in range(1, EPOCHS + 1)]
    frames = np.zeros((EPOCHS + 1, 12, 28, 28, 1), np.float32)

    with tempfile.TemporaryDirectory() as scratch:
        ours = Checkpoints(Path(scratch, "ours"))
        manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(**{owner: list(variables) for owner, variables in gan.variables().items()}),
            str(Path(scratch, "manager")),
            max_to_keep=2,
        )
        seconds = {"update": [], "ours": [], "manager": []}
        for number in range(rounds):
            seconds["update"].append(timed(lambda: [update(real_images, noise) for _ in range(TIMED_UPDATES)]))
            place = Place(EPOCHS + 1 + number)
            seconds["ours"].append(
                timed(lambda place=place: ours.save(Checkpoint({}, {}, place, rows, frames, gather(gan))))
            )
            seconds["manager"].append(timed(manager.save))
        megabytes = max(path.stat().st_size for path in Path(scratch, "ours").iterdir()) / 1e6
        state = Path(scratch, "manager", "checkpoint")
        state.write_bytes(state.read_bytes()[: state.stat().st_size // 2])
        found = tf.train.latest_checkpoint(str(state.parent))

    epochs = [update / TIMED_UPDATES * UPDATES_AN_EPOCH for update in seconds["update"]]
    print(f"{precision}, medians of {rounds} rounds; a checkpoint has {megabytes:.0f} MB")
    print(f"an epoch, from its updates    {median(epochs):6.1f} s")
    print(f"a checkpoint of ours          {median(seconds['ours']):6.2f} s   (written, synced, and its SHA-256)")
    print(f"one of the CheckpointManager  {median(seconds['manager']):6.2f} s   (neither synced nor summed)")
    shares = [ours / (every * epoch) for ours, epoch in zip(seconds["ours"], epochs)]
    print(f"one every {every} epochs is {median(shares):.2%} of the training's time, {max(shares):.2%} in the worst")
    print(f"the manager's latest checkpoint when its state file is cut in half: {found}")


def timed(action) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
