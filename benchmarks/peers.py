"""How fast is an update next to the loop of a textbook and to PyTorch, and how much of the hardware does it use?

    python benchmarks/peers.py [--rounds 5] [--torch-environment benchmark-torch]

Every method has a process of its own, and they take turns within a round, so that anything that slows the machine down
affects all of them. A ratio is the median of the rounds' ratios. PyTorch is installed into an environment of its own;
without it, its lines are left out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from timing import median_ratio, seconds_per_update, warm_up

TORCH = "torch==2.13.0+cpu" if sys.platform == "linux" else "torch==2.13.0"  # the version in docs/speed.md
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"  # PyPI's for Linux come with gigabytes for GPUs
BATCH_SIZE = 128  # the sheet, step 7
# What an update needs: 289 million multiplications and additions for each image. The generator's forward pass has 52
# million, the discriminator's 17; the gradients of inputs and kernels have as many each. One forward pass of the
# generator serves both phases; the textbook's second one is not counted.
OPERATIONS = 2 * 289e6 * BATCH_SIZE
MATRIX_SIZE = 4096
# In every update of PyTorch, glibc releases memory to the system and requests it again. With this it keeps it.
KEEP_MEMORY = {
    "MALLOC_TRIM_THRESHOLD_": "4294967296",
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TOP_PAD_": "67108864",
}
TEXTBOOK = "textbook, predict_on_batch"
MATRICES = {"float32": "matrix product, float32", "bfloat16": "matrix product, bfloat16"}


def main() -> None:
    options = parse_options()
    if options.serve:
        serve(options.serve)
        return
    from assignment import runtime

    precisions = ("float32", "bfloat16") if runtime.has_native_bfloat16() else ("float32",)
    children = {name: start([sys.executable, __file__, "--serve", name]) for name in own_methods(precisions)}
    torch_python = install_torch(options.torch_environment)
    if torch_python:
        peer = [torch_python, Path(__file__).with_name("peer_torch.py")]
        for precision in precisions:
            children[f"PyTorch, {precision}"] = start([*peer, precision])
            children[f"PyTorch, {precision}, memory kept"] = start([*peer, precision], KEEP_MEMORY)
    seconds: dict[str, list[float]] = {name: [] for name in children}
    for number in range(options.rounds):
        for name, child in children.items():
            seconds[name].append(ask(name, child))
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
    for child in children.values():
        child.kill()
    print_table(seconds, precisions, options.rounds)


def own_methods(precisions: tuple[str, ...]) -> list[str]:
    """Return the names of the methods that run in this environment."""
    kinds = ("Keras' operations", "fast operations")
    updates = [f"compiled, {precision}, {kind}" for precision in precisions for kind in kinds]
    return [*(MATRICES[precision] for precision in precisions), TEXTBOOK, *updates]


def serve(name: str) -> None:
    """Print the seconds of an update each time a line is read."""
    from assignment import runtime

    runtime.start_tensorflow()
    run = make_method(name)
    warm_up(run)
    print("ready", flush=True)
    for _ in sys.stdin:
        print(seconds_per_update(run), flush=True)


def make_method(name: str) -> Callable[[], object]:
    """Return a function that makes one update (or product of matrices) and returns a number that depends on it."""
    import numpy as np
    import tensorflow as tf
    from update import last_loss, make_gan, tutorial_update

    from assignment.training.gan import LATENT_DIM
    from assignment.training.steps import compiled_update

    random = np.random.default_rng(0)
    if name in MATRICES.values():
        precision = next(precision for precision, title in MATRICES.items() if title == name)
        matrix = tf.cast(random.standard_normal((MATRIX_SIZE, MATRIX_SIZE)), precision)
        product = tf.function(lambda: tf.matmul(matrix, matrix)[0, 0])
        return product
    real_images = random.uniform(-1, 1, (BATCH_SIZE, 28, 28, 1)).astype(np.float32)
    noise = random.standard_normal((BATCH_SIZE, LATENT_DIM), np.float32)
    if name == TEXTBOOK:
        update = tutorial_update("predict_on_batch")
    else:
        policy = "mixed_bfloat16" if "bfloat16" in name else "float32"
        update = compiled_update(make_gan(policy), fast=name.endswith("fast operations"))
    return last_loss(update, real_images, noise)


def install_torch(folder: Path) -> Path | None:
    """Return the Python of an environment with PyTorch, which is made if it is missing; None if it cannot be made."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"installing {TORCH} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True)
    if can_import_torch(python):
        return python
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--extra-index-url", CPU_BUILDS, TORCH])
    if can_import_torch(python):
        return python
    print("PyTorch cannot be installed, so its lines are left out", file=sys.stderr)
    return None


def can_import_torch(python: Path) -> bool:
    return subprocess.run([python, "-c", "import torch"], stderr=subprocess.DEVNULL).returncode == 0


def start(command: list[str | Path], variables: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a method's process and wait until it is ready."""
    environment = {**os.environ, **(variables or {})}
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert child.stdout
    for line in child.stdout:
        if line.strip() == "ready":
            return child
    raise SystemExit(f"{' '.join(map(str, command))} ended with code {child.wait()}")


def ask(name: str, child: subprocess.Popen[str]) -> float:
    """Return the seconds of an update of a method, measured now by its process."""
    assert child.stdin and child.stdout
    print(file=child.stdin, flush=True)
    line = child.stdout.readline()
    if not line:
        raise SystemExit(f"{name}: its process ended with code {child.wait()}")
    return float(line)


def print_table(seconds: Mapping[str, list[float]], precisions: tuple[str, ...], rounds: int) -> None:
    def ratio(name: str, base: str) -> str:
        if base not in seconds:
            return ""
        return f"{median_ratio(seconds[name], seconds[base]):.2f}"

    rates = {precision: 2 * MATRIX_SIZE**3 / median(seconds[MATRICES[precision]]) for precision in precisions}
    for precision, rate in rates.items():
        print(f"a product of two {MATRIX_SIZE}x{MATRIX_SIZE} matrices in {precision}: {rate / 1e9:.0f} GFLOP/s")
    print(f"one update at batch size {BATCH_SIZE}: {OPERATIONS / 1e9:.0f} GFLOP; medians of {rounds} rounds")
    print("ratios to the textbook, and to PyTorch in the same precision as it is and with memory kept, within a round")
    print(f"{'method':36}{'ms':>6}{'textbook':>10}{'PyTorch':>9}{'kept':>6}{'share of the matrix rate':>26}")
    for name, values in seconds.items():
        if name in MATRICES.values():
            continue
        precision = "bfloat16" if "bfloat16" in name else "float32"
        peer = f"PyTorch, {precision}"
        share = OPERATIONS / median(values) / rates[precision]
        columns = f"{ratio(name, TEXTBOOK):>10}{ratio(name, peer):>9}{ratio(name, f'{peer}, memory kept'):>6}"
        print(f"{name:36}{1000 * median(values):6.0f}{columns}{share:26.0%}")


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--torch-environment", type=Path, default=Path("benchmark-torch"))
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
