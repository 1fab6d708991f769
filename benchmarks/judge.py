"""How good are the judges: accuracy, size, speed, stability; and how do they rank generators?

    python benchmarks/judge.py [GENERATOR.h5 ...] --data-dir FOLDER [--judges FOLDER ...]

Without --judges it reads those that come with the program. With generators, all of one data set, each judge ranks them
by judge FID; the ranks of two judges are compared, for example of a judge that was made again with
`python -m assignment.evaluation.make_judges`.
"""

from __future__ import annotations

import argparse
import time
from itertools import combinations
from pathlib import Path
from statistics import median

import numpy as np

from assignment import runtime

runtime.start_tensorflow()  # before anything imports TensorFlow

from assignment.data import sources  # noqa: E402
from assignment.data.dataset import TRAINING_IMAGES, TROUSER, scale_pixels  # noqa: E402
from assignment.evaluation.comparison import Comparison  # noqa: E402
from assignment.evaluation.judge import Judge  # noqa: E402
from assignment.evaluation.shipped_judges import FOLDER, judge_path, read_shipped_judge  # noqa: E402
from assignment.generators.files import read_generator_metadata  # noqa: E402
from assignment.generators.samples import generate_samples  # noqa: E402
from assignment.generators.saved import load_generator  # noqa: E402

GRAY_LEVEL = 1 / 127.5  # of pixels in [-1, 1]
SHIFTS = {"right": (0, 1), "left": (0, -1), "down": (1, 0), "up": (-1, 0)}  # by one pixel
IMAGES = 2_000  # of each generator
TIMED_READINGS = 3


def main() -> None:
    options = parse_options()
    rankings: dict[Path, np.ndarray] = {}
    for folder in options.judges:
        for name in sources.SOURCES:
            if judge_path(name, folder).exists():
                describe_judge(name, folder, options.data_dir)
        if options.generators:
            rankings[folder] = rank_generators(folder, options.generators, options.data_dir)
    for other in options.judges[1:] if rankings else []:
        compare_rankings(options.judges[0], rankings[options.judges[0]], other, rankings[other])


def describe_judge(name: str, folder: Path, data_dir: Path) -> None:
    """Print the properties of a judge on the test images of its data set."""
    judge, facts = read_shipped_judge(name, folder)
    dataset = sources.from_folder(sources.SOURCES[name], data_dir)
    images = scale_pixels(dataset.images[TRAINING_IMAGES:, ..., np.newaxis])
    labels = dataset.labels[TRAINING_IMAGES:]
    classes = judge.read(images).classes
    seconds = median(timed_reading(judge, images) for _ in range(TIMED_READINGS))
    size = judge_path(name, folder).stat().st_size / 1e6
    print(
        f"{name}, judge {facts.weights} of {folder}: accuracy {(classes == labels).mean():.4f},"
        f" {judge.classifier.count_params():,} weights, {size:.2f} MB, {len(images):,} images in {seconds:.2f} s"
    )
    random = np.random.default_rng(0)
    changed = {
        f"noise of up to {levels} gray level{'s' if levels > 1 else ''}": np.clip(
            images + random.integers(-levels, levels + 1, images.shape) * GRAY_LEVEL, -1, 1
        )
        for levels in (1, 2)
    }
    changed |= {f"one pixel {name}": shift(images, *by) for name, by in SHIFTS.items()}
    for change, others in changed.items():
        reading = judge.read(others.astype(np.float32))
        print(
            f"  {change}: {(reading.classes == classes).mean():.4f} have the same answer, accuracy"
            f" {(reading.classes == labels).mean():.4f}"
        )


def timed_reading(judge: Judge, images: np.ndarray) -> float:
    """Return the seconds that reading the images takes."""
    started = time.perf_counter()
    judge.read(images)
    return time.perf_counter() - started


def shift(images: np.ndarray, down: int, right: int) -> np.ndarray:
    """Return images moved by whole pixels; what enters is black."""
    shifted = np.full_like(images, -1)
    rows, columns = (slice(max(by, 0), 28 + min(by, 0)) for by in (down, right))
    from_rows, from_columns = (slice(max(-by, 0), 28 + min(-by, 0)) for by in (down, right))
    shifted[:, rows, columns] = images[:, from_rows, from_columns]
    return shifted


def rank_generators(folder: Path, paths: list[Path], data_dir: Path) -> np.ndarray:
    """Print the judge FID of each generator, the lowest first; return them in the order of the paths."""
    all_metadata = [read_generator_metadata(path) for path in paths]
    if len({(metadata.track, metadata.images) for metadata in all_metadata}) > 1:
        raise SystemExit("error: the generators are of several tracks or data sets; give those of one.")
    source, _ = sources.find_source(all_metadata[0].images)
    judge, facts = read_shipped_judge(source.name, folder)
    comparison = compare_with(judge, source, data_dir, is_fashion=all_metadata[0].track == "fashion")
    fids = []
    for path, metadata in zip(paths, all_metadata):
        labels = list(range(len(metadata.classes))) or [None]
        samples = generate_samples(load_generator(path, metadata), metadata, labels, IMAGES // len(labels), seed=1)
        fids.append(comparison.measure(samples.images).judge_fid)
    print(f"judge {facts.weights} of {folder}:")
    for rank, index in enumerate(np.argsort(fids), start=1):
        print(f"  {rank}. {paths[index].name}: {fids[index]:.2f}")
    return np.array(fids)


def compare_rankings(folder: Path, fids: np.ndarray, other_folder: Path, other_fids: np.ndarray) -> None:
    """Print how far two judges agree: the rank correlation, and the pairs that they order differently."""
    ranks, other_ranks = (np.argsort(np.argsort(values)) for values in (fids, other_fids))
    print(f"rank correlation of {folder} and {other_folder}: {np.corrcoef(ranks, other_ranks)[0, 1]:.3f}")
    for one, other in combinations(np.argsort(fids), 2):
        if other_ranks[one] > other_ranks[other]:
            print(
                f"  ordered differently: ranks {ranks[one] + 1} and {ranks[other] + 1}, with {fids[one]:.2f} and"
                f" {fids[other]:.2f} by one judge, {other_fids[one]:.2f} and {other_fids[other]:.2f} by the other"
            )


def compare_with(judge: Judge, source: sources.Source, data_dir: Path, is_fashion: bool) -> Comparison:
    """Return the comparison with the trousers for generators of the fashion track, otherwise with the test images."""
    dataset = sources.from_folder(source, data_dir)
    chosen = dataset.labels == TROUSER if is_fashion else np.arange(len(dataset.labels)) >= TRAINING_IMAGES
    return Comparison(judge, scale_pixels(dataset.images[chosen][..., np.newaxis]), dataset.labels[chosen])


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("generators", type=Path, nargs="*", metavar="GENERATOR.h5")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--judges", type=Path, nargs="+", default=[FOLDER], help="folders with judges")
    return parser.parse_args()


if __name__ == "__main__":
    main()
