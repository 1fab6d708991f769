"""What share of a run's time does the evaluation take, with a track's default settings?

    python benchmarks/evaluation.py --data-dir FOLDER [--track fashion] [--updates 30] [--precision auto]

Updates and evaluations of the same networks are timed in one process, in turns. The time of a run with the track's
default epochs and grids is computed from these times, including the evaluation at its end. Not included: the figures.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from assignment import runtime

runtime.start_tensorflow()  # before anything imports TensorFlow

from assignment.conditional import compiling, networks  # noqa: E402
from assignment.data import sources  # noqa: E402
from assignment.data.dataset import CLASS_COUNT, TRAINING_IMAGES, TROUSER, scale_pixels  # noqa: E402
from assignment.evaluation.comparison import DRAW_COUNT, Comparison  # noqa: E402
from assignment.evaluation.copying import find_copies  # noqa: E402
from assignment.evaluation.floor import images_md5  # noqa: E402
from assignment.evaluation.shipped_judges import read_shipped_facts, read_shipped_judge  # noqa: E402
from assignment.fashion.step3_generator import build_generator  # noqa: E402
from assignment.fashion.step5_discriminator import build_discriminator  # noqa: E402
from assignment.fashion.step6_compile import compile_gan  # noqa: E402
from assignment.settings.tracks import PRECISIONS, TRACKS, settings_from  # noqa: E402
from assignment.training.export import float32_copy  # noqa: E402
from assignment.training.gan import LATENT_DIM, generate_images  # noqa: E402
from assignment.training.loop import updates_per_epoch  # noqa: E402
from assignment.training.steps import compiled_update  # noqa: E402

EVALUATIONS = 5


def main() -> None:
    options = parse_options()
    precision = runtime.resolve_precision(options.precision)
    settings = settings_from(TRACKS[options.track], {"firstname": "benchmark"})
    is_fashion = options.track == "fashion"
    source = sources.FASHION_MNIST if is_fashion else sources.MNIST
    dataset = sources.load(source, "real", options.data_dir)
    images = scale_pixels(dataset.images[..., np.newaxis])
    if is_fashion:
        gan = compile_gan(build_generator("b", 1, precision), build_discriminator("b", 1, precision))
        is_trouser = dataset.labels == TROUSER
        training_images = real_images = images[is_trouser]
        real_labels = dataset.labels[is_trouser]
    else:
        gan = compiling.compile_gan(
            networks.build_generator("b", 1, precision), networks.build_discriminator("b", 1, precision)
        )
        training_images, real_images = images[:TRAINING_IMAGES], images[TRAINING_IMAGES:]
        real_labels = dataset.labels[TRAINING_IMAGES:]
    comparison = Comparison(read_shipped_judge(source.name).judge, real_images, real_labels)
    floor = read_shipped_facts(source.name).floors[images_md5(real_images)]
    generator = float32_copy(gan.generator)  # a run measures a copy in float32
    update, batch_size = compiled_update(gan), settings.batch_size
    noise = np.random.default_rng(0).standard_normal((comparison.draw_size, LATENT_DIM), np.float32)
    labels = np.resize(np.arange(CLASS_COUNT, dtype=np.int32), (comparison.draw_size, 1))
    batch_labels = () if is_fashion else (labels[:batch_size], labels[:batch_size])

    def evaluate() -> np.ndarray:
        inputs = gan.generator_inputs(noise, labels)
        fake_images = generate_images(generator, inputs)
        comparison.measure(fake_images)
        return fake_images

    def run_update() -> None:
        update(training_images[:batch_size], noise[:batch_size], *batch_labels)

    run_update()  # the first calls trace the functions, which is not timed
    evaluate()
    update_seconds, evaluation_seconds = [], []
    for _ in range(EVALUATIONS):
        update_seconds += [timed(run_update) for _ in range(options.updates // EVALUATIONS)]
        evaluation_seconds.append(timed(evaluate))
    one_update, one_evaluation = median(update_seconds), median(evaluation_seconds)
    fake_images = evaluate()
    copies = timed(lambda: find_copies(fake_images, training_images, floor.copying))

    updates = updates_per_epoch(len(training_images), batch_size)
    grids = settings.epochs // settings.grid_every
    training = one_update * updates * settings.epochs
    during, at_end = grids * one_evaluation, DRAW_COUNT * one_evaluation + copies
    print(
        f"{options.track}, {precision}: an update takes {one_update:.3f} s, an evaluation {one_evaluation:.2f} s"
        f" = {one_evaluation / one_update:.0f} updates"
    )
    print(
        f"{settings.epochs} epochs of {updates} updates with {grids} grids: the evaluation takes"
        f" {during / (training + during):.2%} of the training, and {at_end:.0f} s at the end"
        f" ({(during + at_end) / (training + during + at_end):.2%} of the run)"
    )


def timed(action: Callable[[], object]) -> float:
    """Return the seconds that `action` takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--track", choices=("fashion", "conditional"), default="fashion")
    parser.add_argument("--updates", type=int, default=30)
    parser.add_argument("--precision", choices=PRECISIONS, default="auto")
    return parser.parse_args()


if __name__ == "__main__":
    main()
