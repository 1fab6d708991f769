"""Metrics of images and of their features: pure functions of NumPy arrays.

Features are float (n, dimensions), as the judge reads them from images. The Fréchet distance is that of the published
FID, but in our own classifier's features, so it is not comparable with published FIDs.

No metric accepts NaN or infinite values: every metric raises NotFinite, since a number measured without them, or a NaN
among the results, would hide that the generator diverged.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

COPY_QUANTILE = 0.01  # of unseen real images are as near to a training image as a copy
NEIGHBORS = 3  # Kynkäänniemi et al. 2019, section 3
OUTLIERS = 0.01  # of a set, with the furthest third neighbors; of the trousers: shorts, patterns, several pairs
ROWS_PER_BLOCK = 1_000  # of a table of distances; more would cost memory and save no time
REAL_IMAGES, REAL_IMAGES_PER_CLASS = 200, 50  # enough to measure the mean distance between real images


class NotFinite(ValueError):
    """Images or features have NaN or infinite values, so they cannot be measured."""


def check_finite(*arrays: np.ndarray) -> None:
    """Raise NotFinite if an array of images, features or distances has a NaN or infinite value."""
    if not all(np.isfinite(values).all() for values in arrays):
        raise NotFinite("the images, or their features, have NaN or infinite values")


def frechet_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """Return the squared Fréchet distance of two sets of features, each taken as one normal distribution.

    It is 0 for equal sets. Raises ValueError for fewer than two images or different dimensions.
    Source: Heusel et al. 2017, equation 6.
    """
    _check_comparable(real, fake)
    shift = real.mean(axis=0, dtype=np.float64) - fake.mean(axis=0, dtype=np.float64)
    real_covariance, fake_covariance = _covariance(real), _covariance(fake)
    # The trace of (AB)^(1/2) equals that of (A^(1/2) B A^(1/2))^(1/2), which is symmetric: no complex numbers.
    values, vectors = np.linalg.eigh(real_covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ fake_covariance @ root), 0)).sum()
    return float(shift @ shift + np.trace(real_covariance) + np.trace(fake_covariance) - 2 * shared)


def precision_and_recall(real: np.ndarray, fake: np.ndarray, neighbors: int = NEIGHBORS) -> tuple[float, float]:
    """Return the share of fake features that lie among the real ones, and the reverse, each in 0..1.

    A feature lies among a set if it is no further from one of its members than that member's k-th neighbor in the set.
    Members whose k-th neighbor is very far are outliers and do not count: otherwise a few odd real images have such
    large neighborhoods that all images of an untrained generator lie among the real ones.
    Raises ValueError if a set has no more than `neighbors` images, or for different dimensions.
    Source: Kynkäänniemi et al. 2019, equations 1 and 2. On outliers: Naeem et al. 2020.
    """
    _check_comparable(real, fake)
    if min(len(real), len(fake)) <= neighbors:
        raise ValueError(f"{neighbors} neighbors need more than {neighbors} images in each set")
    return _share_among(fake, real, neighbors), _share_among(real, fake, neighbors)


def kernel_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """Return the squared maximum mean discrepancy of two sets of features under the kernel (x·y / dimensions + 1)³.

    It is unbiased: for two sets from one distribution its expected value is 0 at any sample size, and single values may
    be negative. Raises ValueError for fewer than two images or different dimensions.
    Source: Bińkowski et al. 2018, section 4 (KID), in our own features.
    """
    _check_comparable(real, fake)
    within_real, within_fake = (
        (_kernel_sum(features, features) - _kernel_diagonal_sum(features)) / (len(features) * (len(features) - 1))
        for features in (real, fake)
    )
    return within_real + within_fake - 2 * _kernel_sum(real, fake) / (len(real) * len(fake))


def class_shares(recognized: np.ndarray, classes: Iterable[int]) -> np.ndarray:
    """Return the share of the images (n,) recognized as each of `classes`, float (classes,) in 0..1."""
    return np.array([(recognized == label).mean() for label in classes])


def count_covered_classes(shares: np.ndarray, real_shares: np.ndarray, threshold: float = 0.1) -> int:
    """Return the number of classes that reach at least `threshold` of their share among real images."""
    check_finite(shares, real_shares)
    return int((shares >= threshold * real_shares).sum())


def mean_distance(points: np.ndarray) -> float:
    """Return the mean Euclidean distance over all pairs of points (n, dimensions); 0 for fewer than two."""
    check_finite(points)
    if len(points) < 2:
        return 0.0
    total = sum(np.sqrt(_squared_distances(block, points)).sum() for block in _blocks(points, ROWS_PER_BLOCK))
    return float(total / (len(points) * (len(points) - 1)))


def distance_within_classes(images: np.ndarray, images_per_class: int) -> float:
    """Return the mean Euclidean distance between images of a class, as the mean over the classes.

    images: (classes * images_per_class, 28, 28, 1), class by class.
    """
    classes = np.reshape(images, (-1, images_per_class, 28 * 28))
    return float(np.mean([mean_distance(pixels) for pixels in classes]))


def real_distance(images: np.ndarray, labels: np.ndarray | None = None) -> float:
    """Return the mean Euclidean distance between real images (n, 28, 28) or (n, 28, 28, 1).

    Without labels (n,) it is that between the first 200 images; with them, that within a class, as the mean over the
    classes, from the first 50 images of each.
    """
    if labels is None:
        return distance_within_classes(images[:REAL_IMAGES], len(images[:REAL_IMAGES]))
    classes = [images[labels == label][:REAL_IMAGES_PER_CLASS] for label in np.unique(labels)]
    return float(np.mean([distance_within_classes(members, len(members)) for members in classes]))


def diversity(
    real: np.ndarray, real_classes: np.ndarray, fake: np.ndarray, fake_classes: np.ndarray, classes: Iterable[int]
) -> float:
    """Return the mean distance between fake features of a class, divided by that of real ones; the mean over `classes`.

    It is 1 if they vary as much as real images, and 0 if every class has one image or none.
    """
    check_finite(real, fake)  # also the images of other classes
    distances = [
        (mean_distance(fake[fake_classes == label]), mean_distance(real[real_classes == label])) for label in classes
    ]
    return float(np.mean([fake_mean / real_mean if real_mean else 1.0 for fake_mean, real_mean in distances]))


def nearest_distances(images: np.ndarray, others: np.ndarray, nth: int = 1) -> np.ndarray:
    """Return the distance of each image (n, pixels) to the `nth` nearest of `others`, (n,).

    The distance is the root mean square difference over the pixels. Raises ValueError for different numbers of pixels
    or fewer than two images.
    """
    _check_comparable(images, others)
    nearest = []
    for block in _blocks(images, ROWS_PER_BLOCK):
        tables = [_squared_distances(block, columns) for columns in _blocks(others, 10 * ROWS_PER_BLOCK)]
        smallest = [np.partition(table, range(min(nth, table.shape[1])), axis=1)[:, :nth] for table in tables]
        nearest.append(np.sort(np.concatenate(smallest, axis=1), axis=1)[:, nth - 1])
    return np.sqrt(np.concatenate(nearest) / images.shape[1])


def copy_distance(real_distances: np.ndarray) -> float:
    """Return the distance below which `COPY_QUANTILE` of the distances (n,) of unseen real images lie.

    The distances are those to the training images, from `nearest_distances`.
    """
    check_finite(real_distances)
    return float(np.quantile(real_distances, COPY_QUANTILE))


def copy_share(distances: np.ndarray, limit: float) -> float:
    """Return the share of the distances (n,) of generated images below `limit`, from `copy_distance`, in 0..1.

    It is about `COPY_QUANTILE` for a generator that draws new images, and 1 for one that copies training images.
    """
    check_finite(distances)
    return float((distances < limit).mean())


def agreement(requested: np.ndarray, recognized: np.ndarray, class_count: int) -> np.ndarray:
    """Return, for each class, the share of the images requested as it that are recognized as it.

    requested, recognized: classes (n,). The result is float (class_count,) in 0..1; NaN for a class never requested.
    """
    hits = np.bincount(requested[requested == recognized], minlength=class_count)
    with np.errstate(invalid="ignore"):
        return hits / np.bincount(requested, minlength=class_count)


def _covariance(features: np.ndarray) -> np.ndarray:
    return np.atleast_2d(np.cov(np.asarray(features, np.float64), rowvar=False))


def _share_among(points: np.ndarray, others: np.ndarray, neighbors: int) -> float:
    radii = np.concatenate(
        [
            # Index 0 is the point itself, so index k is its k-th neighbor.
            np.partition(_squared_distances(block, others), neighbors, axis=1)[:, neighbors]
            for block in _blocks(others, ROWS_PER_BLOCK)
        ]
    )
    members = np.argsort(radii)[: len(radii) - int(OUTLIERS * len(radii))]
    others, radii = others[members], radii[members]
    among = [(_squared_distances(block, others) <= radii).any(axis=1) for block in _blocks(points, ROWS_PER_BLOCK)]
    return float(np.concatenate(among).mean())


def _kernel_sum(points: np.ndarray, others: np.ndarray) -> float:
    points, others = np.asarray(points, np.float64), np.asarray(others, np.float64)
    blocks = _blocks(points, ROWS_PER_BLOCK)
    return float(sum(((block @ others.T / points.shape[1] + 1) ** 3).sum() for block in blocks))


def _kernel_diagonal_sum(points: np.ndarray) -> float:
    return float((((np.asarray(points, np.float64) ** 2).mean(axis=1) + 1) ** 3).sum())


def _blocks(points: np.ndarray, rows: int) -> list[np.ndarray]:
    return [points[start : start + rows] for start in range(0, len(points), rows)]


def _squared_distances(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the squared Euclidean distance of every point to every other, (points, others)."""
    points, others = np.asarray(points, np.float64), np.asarray(others, np.float64)
    table = (points**2).sum(axis=1)[:, np.newaxis] + (others**2).sum(axis=1) - 2 * points @ others.T
    return np.maximum(table, 0)


def _check_comparable(real: np.ndarray, fake: np.ndarray) -> None:
    if real.ndim != 2 or fake.ndim != 2 or real.shape[1] != fake.shape[1]:
        raise ValueError(f"features of shapes {real.shape} and {fake.shape} cannot be compared")
    if min(len(real), len(fake)) < 2:
        raise ValueError("each set needs at least two images")
    check_finite(real, fake)
