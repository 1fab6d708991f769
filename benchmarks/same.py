"""Whether this checkout trains to the same bits as another one, an earlier commit's, say.

    git worktree add ../earlier COMMIT
    python benchmarks/same.py ../earlier [TRACK ...]

Each track is trained for an epoch on its drawn stand-in by both, and every weight of the two .h5 files compared.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).resolve().parent.parent
TRACKS = {"fashion": [], "conditional": [], "digits": [], "lecture": ["--network", "dense"]}  # the latter for its speed


def main(other: Path, tracks: list[str]) -> None:
    for track in tracks:
        here, there = (weights_after_an_epoch(checkout, track) for checkout in (HERE, other))
        different = [name for name in here if not np.array_equal(here[name], there.get(name))]
        verdict = "the same bits" if not different and here.keys() == there.keys() else f"different: {different[0]}"
        print(f"{track}: {len(here)} arrays of weights, {verdict}", flush=True)


def weights_after_an_epoch(checkout: Path, track: str) -> dict[str, np.ndarray]:
    """All weights of both networks' files, by file and name."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "assignment",
            "run",
            "--firstname",
            "ana",
            "--track",
            track,
            "--epochs",
            "1",
            "--data",
            "standin",
            "--no-evaluation",
            "--outputs-dir",
            folder,
            "--models-dir",
            folder,
            *TRACKS[track],
        ]
        environment = {**os.environ, "PYTHONPATH": str(checkout)}
        subprocess.run(command, check=True, cwd=checkout, env=environment, stdout=subprocess.DEVNULL)
        return {
            f"{path.name}: {name}": values
            for path in sorted(Path(folder).glob("*.h5"))
            for name, values in read(path).items()
        }


def read(path: Path) -> dict[str, np.ndarray]:
    arrays = {}

    def take(name, entry):
        if isinstance(entry, h5py.Dataset):
            arrays[name] = entry[()]

    with h5py.File(path, "r") as file:
        file["model_weights"].visititems(take)
    return arrays


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2:] or list(TRACKS))
