"""How the judges that come with the program are trained, and what real images score with each of them.

python -m assignment.evaluation.make_judges --data-dir FOLDER
"""

from __future__ import annotations

if __name__ == "__main__":  # for `python -m`; before the imports below, which start TensorFlow
    from assignment.cli import main_make_judges

    raise SystemExit(main_make_judges())

from dataclasses import asdict
from pathlib import Path

import numpy as np

from assignment.data.dataset import TRAINING_IMAGES, TROUSER, Dataset, scale_pixels
from assignment.data.sources import FASHION_MNIST, MNIST, Source
from assignment.evaluation.comparison import Comparison
from assignment.evaluation.floor import Floor, images_md5, measure_floor
from assignment.evaluation.gan_train import GAN_TRAIN_IMAGES, gan_train
from assignment.evaluation.judge_files import StoredJudge, write_judge
from assignment.evaluation.judge_training import Recipe
from assignment.evaluation.shipped_judges import ShippedFacts, judge_path

COMMAND = "python -m assignment.evaluation.make_judges --data-dir FOLDER"
# The epochs reach 0.995 and 0.935 of the test images with some to spare. A shift of two pixels makes the answers stable
# under one. A mirrored garment is a garment; a mirrored digit is not a digit.
RECIPES = {
    MNIST.name: Recipe(epochs=16, shift=2),
    FASHION_MNIST.name: Recipe(epochs=30, shift=2, flips=True),
}


def write_shipped_judge(stored: StoredJudge, source: Source, dataset: Dataset, folder: Path) -> None:
    """Write the two files of a judge to `folder`, with what real images of its data set score."""
    images, labels = scale_pixels(dataset.images[..., np.newaxis]), dataset.labels
    test_images, test_labels = images[TRAINING_IMAGES:], labels[TRAINING_IMAGES:]
    shipped_facts = ShippedFacts(
        command=COMMAND,
        floors=_measure_floors(stored, source, images, labels),
        gan_train=gan_train(images[:GAN_TRAIN_IMAGES], labels[:GAN_TRAIN_IMAGES], test_images, test_labels),
    )
    write_judge(judge_path(source.name, folder), stored, asdict(shipped_facts))


def _measure_floors(stored: StoredJudge, source: Source, images: np.ndarray, labels: np.ndarray) -> dict[str, Floor]:
    """Return the floor of each set of real images that a track compares with: the test images, and the trousers."""
    training_images, test_images = images[:TRAINING_IMAGES], images[TRAINING_IMAGES:]
    comparison = Comparison(stored.judge, test_images, labels[TRAINING_IMAGES:])
    floors = {images_md5(test_images): measure_floor(comparison, training_images, test_images)}
    if source is FASHION_MNIST:
        trousers = images[labels == TROUSER]
        comparison = Comparison(stored.judge, trousers, labels[labels == TROUSER])
        floors[images_md5(trousers)] = measure_floor(comparison, trousers, None)
    return floors
