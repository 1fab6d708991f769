"""What does a checkpoint cost, as a share of the training time? For comparison, one by TensorFlow's CheckpointManager.

    python benchmarks/checkpoint.py [rounds]

Each round times some updates, one of our checkpoints and one of the manager's, so that anything that slows the machine
down affects all three. The shares are computed within a round.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

BATCH_SIZE = 128  # the sheet, step 7
UPDATES_PER_EPOCH = 55  # 7,000 trousers at batch size 128
EPOCHS = 300  # the longest history and the most frames, so the largest checkpoint
TIMED_UPDATES = 5  # in each round


def main(rounds: int) -> None:
    from assignment import runtime

    runtime.start_tensorflow()
    import numpy as np
    import tensorflow as tf

    from assignment.fashion.step3_generator import build_generator
    from assignment.fashion.step5_discriminator import build_discriminator
    from assignment.fashion.step6_compile import compile_gan
    from assignment.settings.tracks import FashionSettings
    from assignment.training import streams
    from assignment.training.checkpoint_file import Checkpoint
    from assignment.training.checkpoints import Checkpoints, gather
    from assignment.training.gan import LATENT_DIM
    from assignment.training.loop import Position, Row
    from assignment.training.steps import compiled_update

    precision = runtime.resolve_precision("auto")
    checkpoint_every = FashionSettings.checkpoint_every
    gan = compile_gan(build_generator("ana", 1, precision), build_discriminator("ana", 1, precision))
    update = compiled_update(gan)
    real_images = np.random.default_rng(0).uniform(-1, 1, (BATCH_SIZE, 28, 28, 1)).astype(np.float32)
    noise = streams.draw_noise(1, streams.Purpose.TRAINING_NOISE, 1, 0, count=BATCH_SIZE, latent_dim=LATENT_DIM)
    update(real_images, noise)  # traces the update, which is not timed
    rows = [Row(epoch, 0.6, 1.0, 0.6, 0.6, UPDATES_PER_EPOCH, 20.0) for epoch in range(1, EPOCHS + 1)]
    notes = [{"variety": 1.0, "generator_gradient": 1.0, "discriminator_gradient": 1.0}] * (EPOCHS + 1)
    frames = np.zeros((EPOCHS + 1, 12, 28, 28, 1), np.float32)

    def run_updates() -> None:
        for _ in range(TIMED_UPDATES):
            update(real_images, noise)

    with tempfile.TemporaryDirectory() as scratch:
        checkpoints = Checkpoints(Path(scratch, "ours"))
        manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(**{owner: list(variables) for owner, variables in gan.variables().items()}),
            str(Path(scratch, "manager")),
            max_to_keep=2,
        )

        def save(position: Position) -> None:
            checkpoint = Checkpoint(
                conditions={},
                versions={},
                position=position,
                rows=rows,
                notes=notes,
                frames=frames,
                variables=gather(gan),
            )
            checkpoints.save(checkpoint)

        seconds: dict[str, list[float]] = {"updates": [], "ours": [], "manager": []}
        for number in range(rounds):
            seconds["updates"].append(timed(run_updates))
            # A position of its own in each round: a checkpoint of another name.
            seconds["ours"].append(timed(partial(save, Position(EPOCHS + 1 + number))))
            seconds["manager"].append(timed(manager.save))
        megabytes = max(path.stat().st_size for path in Path(scratch, "ours").iterdir()) / 1e6
        state_file = Path(scratch, "manager", "checkpoint")
        state_file.write_bytes(state_file.read_bytes()[: state_file.stat().st_size // 2])
        found = tf.train.latest_checkpoint(str(state_file.parent))

    epoch_seconds = [updates / TIMED_UPDATES * UPDATES_PER_EPOCH for updates in seconds["updates"]]
    shares = [ours / (checkpoint_every * epoch) for ours, epoch in zip(seconds["ours"], epoch_seconds)]
    print(f"{precision}, medians of {rounds} rounds; a checkpoint has {megabytes:.0f} MB")
    print(f"an epoch, from its updates       {median(epoch_seconds):6.1f} s")
    print(f"a checkpoint                     {median(seconds['ours']):6.2f} s   (synced, with its SHA-256)")
    print(f"a checkpoint by the manager      {median(seconds['manager']):6.2f} s   (not synced, no checksum)")
    print(
        f"a checkpoint every {checkpoint_every} epochs takes {median(shares):.2%} of the training time,"
        f" {max(shares):.2%} in the slowest round"
    )
    print(f"the manager's latest checkpoint when its state file is truncated to half: {found}")


def timed(action: Callable[[], object]) -> float:
    """Return the seconds that `action` takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
