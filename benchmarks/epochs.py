"""Does judge FID fall with the number of epochs, over several seeds?

    python benchmarks/epochs.py --data-dir FOLDER [--seeds 3] [--epochs 5 10 20 50 100] [--folder benchmark-epochs]

Trains the trousers with each seed, keeps the generator of each of the epochs, and measures all of them. A training that
was stopped continues; what is trained is not trained again.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from assignment import runtime

runtime.start_tensorflow()  # before anything imports TensorFlow

from assignment.evaluation.scores import METRICS  # noqa: E402
from assignment.generators.measure import measure  # noqa: E402
from assignment.session.screen import Screen  # noqa: E402
from assignment.session.start import load_track  # noqa: E402
from assignment.settings.measuring import MeasureSettings  # noqa: E402

COLUMNS = ("judge_fid", "precision", "recall", "diversity")


def main() -> None:
    options = parse_options()
    for seed in range(1, options.seeds + 1):
        paths = [train(options, seed, epochs) for epochs in sorted(options.epochs)]
        fids = []
        for epochs, path in zip(sorted(options.epochs), paths):
            scores = measure(MeasureSettings(file=path, data_dir=options.data_dir), load_track, Screen()).scores
            fids.append(scores["judge_fid"].mean)
            values = ", ".join(f"{METRICS[name][0]} {scores[name].mean:.{METRICS[name][1]}f}" for name in COLUMNS)
            print(f"RESULT seed {seed}, epoch {epochs}: {values}", flush=True)
        print(f"RESULT seed {seed}: judge FID falls in the order of the epochs:", fids == sorted(fids, reverse=True))


def train(options: argparse.Namespace, seed: int, epochs: int) -> Path:
    """Train to this number of epochs, if that is not done; return the file of the generator."""
    folder, firstname = options.folder, f"seed{seed}"
    kept = folder / f"{firstname}_epoch_{epochs:03d}.h5"
    if not kept.exists():
        command = [sys.executable, "-m", "assignment", "run", "--firstname", firstname, "--seed", str(seed)]
        command += ["--epochs", str(epochs), "--grid-every", "5", "--no-evaluation", "--data", "real"]
        command += ["--data-dir", str(options.data_dir), "--outputs-dir", str(folder), "--models-dir", str(folder)]
        subprocess.run(command, check=True)
        shutil.copyfile(folder / f"generator_model_{firstname}.h5", kept)
    return kept


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, nargs="+", default=[5, 10, 20, 50, 100])
    parser.add_argument("--folder", type=Path, default=Path("benchmark-epochs"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
