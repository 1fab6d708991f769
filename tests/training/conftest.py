import numpy as np
import pytest

from assignment.training.checkpoint_file import Checkpoint
from assignment.training.loop import Position, Row
from assignment.training.steps import Losses


@pytest.fixture
def make_checkpoint():
    """A function that returns a checkpoint, with grids of two tiny images."""
    return build_checkpoint


def build_checkpoint(epochs, updates=0, value=0.5):
    """A checkpoint after `epochs` epochs and `updates` updates of the next one."""
    frames = np.full((epochs + 1, 2, 4, 4, 1), value, np.float32)
    losses = [Losses(np.float32(0.1), np.float32(1 / 3), np.float32(2.5e-8))] * updates
    return Checkpoint(
        conditions={"seed": 1, "firstname": "Ана"},
        versions={"keras": "3"},
        position=Position(epochs + 1, losses, seconds=0.25 * updates),
        rows=[Row(epoch, 0.1, 1 / 3, 0.3, 0.7, updates=55, seconds=1.5) for epoch in range(1, epochs + 1)],
        judge="0123456789ab",
        notes=[{"judge_fid": 1 / 3}, *[{"variety": 0.5}] * epochs],
        frames=frames,
        variables={"weights_00": frames[0]},
    )
