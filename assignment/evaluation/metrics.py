"""How far generated images are from real ones: pure functions of arrays, without Keras.

They compare images by their features, float (n, dimensions), which `judge.py` reads from them. The Fréchet distance is
that of the published FID, but in our own classifier's features: its values must not be set beside published ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

NEIGHBOURS = 3  # Kynkäänniemi et al. 2019, section 3
AT_A_TIME = 1_000  # rows of a table of distances; more at once costs memory and saves nothing


def frechet_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """The squared Fréchet distance of two sets of features, each taken as one normal distribution; 0 for the same.

    Source: Heusel et al. 2017, equation 6. Raises ValueError for fewer than two images or other dimensions.
    """
    _check(real, fake)
    shift = real.mean(axis=0, dtype=np.float64) - fake.mean(axis=0, dtype=np.float64)
    of_real, of_fake = (np.atleast_2d(np.cov(np.asarray(part, np.float64), rowvar=False)) for part in (real, fake))
    # The trace of (AB)^(1/2) is that of (A^(1/2) B A^(1/2))^(1/2), which is symmetric and needs no complex numbers.
    values, vectors = np.linalg.eigh(of_real)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ of_fake @ root), 0)).sum()
    return float(shift @ shift + np.trace(of_real) + np.trace(of_fake) - 2 * shared)


def precision_and_recall(real: np.ndarray, fake: np.ndarray, neighbours: int = NEIGHBOURS) -> tuple[float, float]:
    """How many fakes lie among the real features, and how many of the real ones among the fakes', each in 0..1.

    A point lies among a set when it is no further from one of its points than that one's k-th neighbour in the set.
    Source: Kynkäänniemi et al. 2019, equations 1 and 2. Raises ValueError for no more images than `neighbours`.
    """
    _check(real, fake)
    if min(len(real), len(fake)) <= neighbours:
        raise ValueError(f"{neighbours} neighbours need more than {neighbours} images on either side")
    return _share_among(fake, real, neighbours), _share_among(real, fake, neighbours)


def kernel_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """The squared maximum mean discrepancy of two sets of features under the kernel (x·y / dimensions + 1)³.

    Its mean over all draws from one distribution is 0 at any count (it is unbiased), so that single values may be
    negative. Source: Bińkowski et al. 2018, section 4 (KID), in our own features. Raises ValueError for fewer than two
    images or other dimensions.
    """
    _check(real, fake)
    within = [
        (_kernel_sum(part, part) - _kernel_of_selves(part)) / (len(part) * (len(part) - 1)) for part in (real, fake)
    ]
    return within[0] + within[1] - 2 * _kernel_sum(real, fake) / (len(real) * len(fake))


def class_shares(recognised: np.ndarray, classes: Sequence[int]) -> np.ndarray:
    """The share of the images (n,) recognised as each of `classes`, float (classes,) in 0..1."""
    return np.array([(recognised == label).mean() for label in classes])


def covered(shares: np.ndarray, real_shares: np.ndarray, enough: float = 0.1) -> int:
    """How many classes have at least `enough` of the share that they have among real images."""
    return int((shares >= enough * real_shares).sum())


def mean_distance(points: np.ndarray) -> float:
    """The mean Euclidean distance of every pair of points (n, dimensions); 0 for fewer than two."""
    if len(points) < 2:
        return 0.0
    total = sum(np.sqrt(_squared_distances(part, points)).sum() for part in _parts(points))
    return float(total / (len(points) * (len(points) - 1)))


def diversity(
    real: np.ndarray, real_classes: np.ndarray, fake: np.ndarray, fake_classes: np.ndarray, classes: Sequence[int]
) -> float:
    """The fakes' mean distance from each other within a class, by the real images'; the mean over `classes`.

    1 where they vary as real images do, 0 where each class has one image only, or none.
    """
    pairs = [
        (mean_distance(fake[fake_classes == label]), mean_distance(real[real_classes == label])) for label in classes
    ]
    return float(np.mean([of_fake / of_real if of_real else 1.0 for of_fake, of_real in pairs]))


def nearest_distances(images: np.ndarray, others: np.ndarray, nth: int = 1) -> np.ndarray:
    """How far each image (n, pixels) is from the `nth` nearest of `others`: root of the mean squared difference, (n,).

    Raises ValueError for other numbers of pixels, or fewer than two images.
    """
    _check(images, others)
    nearest = []
    for part in _parts(images):
        blocks = [_squared_distances(part, block) for block in _parts(others, 10 * AT_A_TIME)]
        few = [np.partition(block, range(min(nth, block.shape[1])), axis=1)[:, :nth] for block in blocks]
        nearest.append(np.sort(np.concatenate(few, axis=1), axis=1)[:, nth - 1])
    return np.sqrt(np.concatenate(nearest) / images.shape[1])


def copies(to_training: np.ndarray, unseen_to_training: np.ndarray, nearer_than: float = 0.01) -> float:
    """The share of images that are nearer to a training image than all but `nearer_than` of the unseen real ones are.

    Both are what `nearest_distances` gives. A generator that draws afresh has about `nearer_than`, one that copies its
    training images 1.
    """
    return float((to_training < np.quantile(unseen_to_training, nearer_than)).mean())


def agreement(asked: np.ndarray, recognised: np.ndarray, classes: int) -> np.ndarray:
    """For each class, how many of the images that were asked for it are recognised as it: float (classes,) in 0..1.

    NaN for a class that nobody asked for.
    """
    hits = np.bincount(asked[asked == recognised], minlength=classes)
    with np.errstate(invalid="ignore"):
        return hits / np.bincount(asked, minlength=classes)


def _share_among(points: np.ndarray, others: np.ndarray, neighbours: int) -> float:
    radii = np.concatenate(
        [
            # A point is its own nearest neighbour, so the k-th of the others stands at place k.
            np.partition(_squared_distances(part, others), neighbours, axis=1)[:, neighbours]
            for part in _parts(others)
        ]
    )
    among = [(_squared_distances(part, others) <= radii).any(axis=1) for part in _parts(points)]
    return float(np.concatenate(among).mean())


def _kernel_sum(points: np.ndarray, others: np.ndarray) -> float:
    points, others = np.asarray(points, np.float64), np.asarray(others, np.float64)
    return float(sum(((part @ others.T / points.shape[1] + 1) ** 3).sum() for part in _parts(points)))


def _kernel_of_selves(points: np.ndarray) -> float:
    return float((((np.asarray(points, np.float64) ** 2).mean(axis=1) + 1) ** 3).sum())


def _parts(points: np.ndarray, size: int | None = None) -> list[np.ndarray]:
    size = size or AT_A_TIME
    return [points[start : start + size] for start in range(0, len(points), size)]


def _squared_distances(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Of every point to every other, (points, others)."""
    points, others = np.asarray(points, np.float64), np.asarray(others, np.float64)
    table = (points**2).sum(axis=1)[:, np.newaxis] + (others**2).sum(axis=1) - 2 * points @ others.T
    return np.maximum(table, 0)


def _check(real: np.ndarray, fake: np.ndarray) -> None:
    if real.ndim != 2 or fake.ndim != 2 or real.shape[1] != fake.shape[1]:
        raise ValueError(f"features of shapes {real.shape} and {fake.shape} cannot be compared")
    if min(len(real), len(fake)) < 2:
        raise ValueError("one image alone has no spread")
