"""Does another checkout, for example of an earlier commit, train to the same bits as this one?

    git worktree add ../earlier COMMIT
    python benchmarks/same.py ../earlier [TRACK ...] [--practice NAME ...]

Each track is trained for one epoch on its drawn stand-in by both checkouts, then every weight in their .h5 files is
compared. With `--practice`, which can be given several times, both train with these practices; a track that cannot use
them is skipped. The exit code is 1 if a weight differs.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

from assignment.errors import AssignmentError  # noqa: E402, from this checkout
from assignment.practices.catalogue import BY_NAME  # noqa: E402
from assignment.settings.tracks import TRACKS, settings_from  # noqa: E402

# The fastest options of each track.
TRACK_OPTIONS: dict[str, dict[str, str]] = {
    "fashion": {},
    "conditional": {},
    "digits": {},
    "lecture": {"network": "dense"},
}
EARLIER_NAMES = {"spectral-normalization": "spectral-normalisation"}  # of practices, in earlier checkouts

Weights = Mapping[str, np.ndarray]


def main(other: Path, tracks: Sequence[str], practices: Sequence[str]) -> int:
    other_practices = names_in(other, practices) if practices else []
    all_same = True
    for track in tracks:
        try:
            settings_from(TRACKS[track], {"firstname": "ana", "practice": tuple(practices), **TRACK_OPTIONS[track]})
        except AssignmentError as error:
            print(f"{track}: skipped, because {error}", flush=True)
            continue
        ours = weights_after_an_epoch(HERE, track, practices)
        theirs = weights_after_an_epoch(other, track, other_practices)
        different = different_names(ours, theirs)
        all_same = all_same and not different
        verdict = f"{len(different)} different, first {different[0]}" if different else "the same bits"
        print(f"{track}: {len(ours)} arrays of weights, {verdict}", flush=True)
    return 0 if all_same else 1


def names_in(checkout: Path, practices: Iterable[str]) -> list[str]:
    """Return the names that the practices have in a checkout."""
    listed = run_assignment(checkout, ["practices"])
    known = set(re.findall(r"^([\w-]+):", listed, re.MULTILINE))
    names = [name if name in known else EARLIER_NAMES.get(name, name) for name in practices]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"{checkout} has no practice {', '.join(unknown)}")
    return names


def weights_after_an_epoch(checkout: Path, track: str, practices: Iterable[str]) -> Weights:
    """Return all weights in the .h5 files of both networks, by file and name."""
    with tempfile.TemporaryDirectory() as folder:
        options = {
            "firstname": "ana",
            "track": track,
            "epochs": "1",
            "data": "standin",
            "outputs-dir": folder,
            "models-dir": folder,
            **TRACK_OPTIONS[track],
        }
        words = [f"--{name}={value}" for name, value in options.items()]
        words += [f"--practice={name}" for name in practices]
        run_assignment(checkout, ["run", "--no-evaluation", *words])
        return {
            f"{path.name}: {name}": values
            for path in sorted(Path(folder).glob("*.h5"))
            for name, values in read_weights(path).items()
        }


def run_assignment(checkout: Path, words: Sequence[str]) -> str:
    """Run the command line of a checkout and return what it prints. Exits with its message if it fails."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "assignment", *words]
    ended = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, encoding="utf-8")
    if ended.returncode != 0:
        raise SystemExit(f"{' '.join(command)} in {checkout} ended with exit code {ended.returncode}:\n{ended.stderr}")
    return ended.stdout


def read_weights(path: Path) -> Weights:
    arrays = {}

    def collect(name: str, entry: h5py.Group | h5py.Dataset) -> None:
        if isinstance(entry, h5py.Dataset):
            arrays[name] = entry[()]

    with h5py.File(path, "r") as file:
        file["model_weights"].visititems(collect)
    return arrays


def different_names(ours: Weights, theirs: Weights) -> list[str]:
    """Return the names of our arrays that differ from theirs, and of their arrays that we do not have.

    An array of a renamed layer counts as the same if the other side has an equal one under a name that we do not have.
    """
    renamed = Counter(as_bits(values) for name, values in theirs.items() if name not in ours)
    different = []
    for name, values in ours.items():
        if name in theirs:
            is_same = as_bits(values) == as_bits(theirs[name])
        else:
            is_same = renamed[as_bits(values)] > 0
            renamed[as_bits(values)] -= is_same
        if not is_same:
            different.append(name)
    left = [name for name, values in theirs.items() if name not in ours and renamed[as_bits(values)] > 0]
    return different + left


def as_bits(values: np.ndarray) -> tuple[str, tuple[int, ...], bytes]:
    return values.dtype.str, values.shape, values.tobytes()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path, help="folder of the other checkout")
    parser.add_argument("tracks", nargs="*", metavar="TRACK", help=f"of {', '.join(TRACK_OPTIONS)} (default: all)")
    parser.add_argument("--practice", action="append", default=[], choices=BY_NAME, metavar="NAME")
    options = parser.parse_intermixed_args()
    unknown = set(options.tracks) - set(TRACK_OPTIONS)
    if unknown:
        parser.error(f"there is no track {', '.join(sorted(unknown))}")
    if not (options.other / "assignment").is_dir():
        parser.error(f"{options.other} is not a checkout: it has no folder assignment")
    raise SystemExit(main(options.other.resolve(), options.tracks or list(TRACK_OPTIONS), options.practice))
