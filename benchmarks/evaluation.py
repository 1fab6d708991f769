"""What the evaluation costs: its share of a run's time at the track's own defaults.

    python benchmarks/evaluation.py --data-dir FOLDER [--track fashion] [--updates 30] [--precision auto]

times some updates and some measurements of the same networks in one process, in turns, and reckons from them what a
whole run of the track's default epochs and grids would spend. The judge's own training, once for each data set, is not
in it. With the measurement of the end, and without the figure's drawing.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import numpy as np

from assignment import runtime

runtime.start_tensorflow()

from assignment.conditional import compiling, networks  # noqa: E402, after TensorFlow was told how to start
from assignment.data import sources  # noqa: E402
from assignment.data.dataset import TRAINING, TROUSER, scaled  # noqa: E402
from assignment.evaluation.comparison import DRAWS, Comparison, find_copies  # noqa: E402
from assignment.evaluation.judge import Judge, build_classifier  # noqa: E402
from assignment.fashion.step3_generator import build_generator  # noqa: E402
from assignment.fashion.step5_discriminator import build_discriminator  # noqa: E402
from assignment.fashion.step6_compile import compile_gan  # noqa: E402
from assignment.settings.tracks import PRECISIONS, TRACKS  # noqa: E402
from assignment.training.loop import updates_per_epoch  # noqa: E402
from assignment.training.steps import compiled_update  # noqa: E402

MEASUREMENTS = 5


def main() -> None:
    options = parsed()
    precision = runtime.resolve_precision(options.precision)
    settings = TRACKS[options.track]("benchmark")
    trousers = options.track == "fashion"
    source = sources.FASHION_MNIST if trousers else sources.MNIST
    dataset = sources.load(source, "real", options.data_dir)
    images = scaled(dataset.images[..., np.newaxis])
    if trousers:
        gan = compile_gan(build_generator("b", 1, precision), build_discriminator("b", 1, precision))
        chosen = dataset.labels == TROUSER
        training, real, labels = images[chosen], images[chosen], dataset.labels[chosen]
    else:
        gan = compiling.compile_gan(
            networks.build_generator("b", 1, precision), networks.build_discriminator("b", 1, precision)
        )
        training, real, labels = images[:TRAINING], images[TRAINING:], dataset.labels[TRAINING:]
    comparison = Comparison(Judge(build_classifier(0)), real, labels)
    update, size = compiled_update(gan), settings.batch_size
    noise = np.random.default_rng(0).standard_normal((comparison.draw, 100), np.float32)
    asked = np.resize(np.arange(10, dtype=np.int32), (comparison.draw, 1))
    extra = () if trousers else (asked[:size], asked[:size])

    def measure():
        generated = gan.generator.predict(gan.generator_inputs(noise, asked), batch_size=500, verbose=0)
        comparison.measure(generated)
        return generated

    def step():
        update(training[:size], noise[:size], *extra)

    step()  # traced, as the next
    measure()
    updates, measurements = [], []
    for _ in range(MEASUREMENTS):
        updates += [timed(step) for _ in range(options.updates // MEASUREMENTS)]
        measurements.append(timed(measure))
    an_update, a_measurement = statistics.median(updates), statistics.median(measurements)
    floor = timed(comparison.floor)
    copies = timed(lambda: find_copies(measure(), training, real)) - a_measurement
    whole = an_update * updates_per_epoch(len(training), size) * settings.epochs
    grids = settings.epochs // settings.grid_every
    during, end = grids * a_measurement, DRAWS * a_measurement + floor + copies
    print(
        f"{options.track}, {precision}: an update {an_update:.3f} s, a measurement {a_measurement:.2f} s"
        f" = {a_measurement / an_update:.0f} updates"
    )
    print(
        f"{settings.epochs} epochs of {updates_per_epoch(len(training), size)} updates, {grids} grids:"
        f" {100 * during / (whole + during):.2f} % of the training, and {end:.0f} s at the end"
        f" ({100 * (during + end) / (whole + during + end):.2f} % in all)"
    )


def timed(action) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--track", choices=("fashion", "conditional"), default="fashion")
    parser.add_argument("--updates", type=int, default=30)
    parser.add_argument("--precision", choices=PRECISIONS, default="auto")
    return parser.parse_args()


if __name__ == "__main__":
    main()
