"""Metrics of images and of their features: pure functions of NumPy arrays.

Features are float (n, dimensions), as the judge reads them from images. The Fréchet distance is that of the published
FID, but in our own classifier's features, so it is not comparable with published FIDs.

No metric accepts NaN or infinite values: every metric raises NotFinite, since a number measured without them, or a NaN
among the results, would hide that the generator diverged.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np

COPY_QUANTILE = 0.01  # of unseen real images are as near to a training image as a copy
NEIGHBORS = 3  # Kynkäänniemi et al. 2019, section 3
OUTLIERS = 0.01  # of a set, with the furthest third neighbors; of the trousers: shorts, patterns, several pairs
ROWS_PER_BLOCK = 1_000  # of a table of distances; more would cost memory and save no time
REAL_IMAGES, REAL_IMAGES_PER_CLASS = 200, 50  # enough to measure the mean distance between real images


class Features:
    """Features of a set of images, and the statistics that depend on this set only. Each is computed once.

    values: float64 (n, dimensions).
    """

    def __init__(self, values: np.ndarray):
        """values: float (n, dimensions)."""
        self.values = np.asarray(values, np.float64)
        self._neighborhoods: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    @cached_property
    def covariance(self) -> np.ndarray:
        """The covariance matrix, (dimensions, dimensions)."""
        return np.atleast_2d(np.cov(self.values, rowvar=False))

    @cached_property
    def covariance_root(self) -> np.ndarray:
        """The symmetric matrix whose square is the covariance matrix."""
        values, vectors = np.linalg.eigh(self.covariance)
        return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T

    @cached_property
    def kernel_mean(self) -> float:
        """The mean kernel over all pairs of different features (`kernel_distance`)."""
        diagonal = (((self.values**2).mean(axis=1) + 1) ** 3).sum()
        count = len(self.values)
        return float((_kernel_sum(self.values, self.values) - diagonal) / (count * (count - 1)))

    def neighborhoods(self, neighbors: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the members that count, without outliers, and the squared distance of each to its k-th neighbor."""
        if neighbors not in self._neighborhoods:
            radii = np.concatenate(
                [
                    # Index 0 is the point itself, so index k is its k-th neighbor.
                    np.partition(_squared_distances(block, self.values), neighbors, axis=1)[:, neighbors]
                    for block in _blocks(self.values, ROWS_PER_BLOCK)
                ]
            )
            members = np.argsort(radii)[: len(radii) - int(OUTLIERS * len(radii))]
            self._neighborhoods[neighbors] = members, radii[members]
        return self._neighborhoods[neighbors]


class NotFinite(ValueError):
    """Images or features have NaN or infinite values, so they cannot be measured."""


def check_finite(*arrays: np.ndarray) -> None:
    """Raise NotFinite if an array of images, features or distances has a NaN or infinite value."""
    if not all(np.isfinite(values).all() for values in arrays):
        raise NotFinite("the images, or their features, have NaN or infinite values")


def frechet_distance(real: np.ndarray | Features, fake: np.ndarray | Features) -> float:
    """Return the squared Fréchet distance of two sets of features, each taken as one normal distribution.

    It is 0 for equal sets. Raises ValueError for fewer than two images or different dimensions.
    Source: Heusel et al. 2017, equation 6.
    """
    real, fake = _comparable(real, fake)
    shift = real.values.mean(axis=0) - fake.values.mean(axis=0)
    # The trace of (AB)^(1/2) equals that of (A^(1/2) B A^(1/2))^(1/2), which is symmetric: no complex numbers.
    root = real.covariance_root
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ fake.covariance @ root), 0)).sum()
    return float(shift @ shift + np.trace(real.covariance) + np.trace(fake.covariance) - 2 * shared)


def precision_and_recall(
    real: np.ndarray | Features, fake: np.ndarray | Features, neighbors: int = NEIGHBORS
) -> tuple[float, float]:
    """Return the share of fake features that lie among the real ones, and the reverse, each in 0..1.

    A feature lies among a set if it is no further from one of its members than that member's k-th neighbor in the set.
    Members whose k-th neighbor is very far are outliers and do not count: otherwise a few odd real images have such
    large neighborhoods that all images of an untrained generator lie among the real ones.
    Raises ValueError if a set has no more than `neighbors` images, or for different dimensions.
    Source: Kynkäänniemi et al. 2019, equations 1 and 2. On outliers: Naeem et al. 2020.
    """
    real, fake = _comparable(real, fake)
    if min(len(real.values), len(fake.values)) <= neighbors:
        raise ValueError(f"{neighbors} neighbors need more than {neighbors} images in each set")
    real_members, real_radii = real.neighborhoods(neighbors)
    fake_members, fake_radii = fake.neighborhoods(neighbors)
    fake_radius = np.full(len(fake.values), -1.0)  # of an outlier: nothing lies among it
    fake_radius[fake_members] = fake_radii
    fakes_among, reals_among = [], np.zeros(len(real.values), bool)
    for start in range(0, len(fake.values), ROWS_PER_BLOCK):
        block = slice(start, start + ROWS_PER_BLOCK)
        distances = _squared_distances(fake.values[block], real.values)  # (fakes, reals)
        fakes_among.append((distances[:, real_members] <= real_radii).any(axis=1))
        reals_among |= (distances <= fake_radius[block, np.newaxis]).any(axis=0)
    return float(np.concatenate(fakes_among).mean()), float(reals_among.mean())


def kernel_distance(real: np.ndarray | Features, fake: np.ndarray | Features) -> float:
    """Return the squared maximum mean discrepancy of two sets of features under the kernel (x·y / dimensions + 1)³.

    It is unbiased: for two sets from one distribution its expected value is 0 at any sample size, and single values may
    be negative. Raises ValueError for fewer than two images or different dimensions.
    Source: Bińkowski et al. 2018, section 4 (KID), in our own features.
    """
    real, fake = _comparable(real, fake)
    between = _kernel_sum(real.values, fake.values) / (len(real.values) * len(fake.values))
    return real.kernel_mean + fake.kernel_mean - 2 * between


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


def class_distances(features: np.ndarray, recognized: np.ndarray, classes: Iterable[int]) -> np.ndarray:
    """Return the mean distance between the features (n, dimensions) of each class, (classes,)."""
    check_finite(features)  # also the images of other classes
    return np.array([mean_distance(features[recognized == label]) for label in classes])


def diversity(real_distances: np.ndarray, fake_distances: np.ndarray) -> float:
    """Return the mean over the classes of the fakes' distance divided by that of real images (`class_distances`).

    It is 1 if they vary as much as real images, and 0 if every class has one image or none.
    """
    ratios = [fake / real if real else 1.0 for real, fake in zip(real_distances, fake_distances, strict=True)]
    return float(np.mean(ratios))


def nearest_distances(images: np.ndarray, others: np.ndarray, nth: int = 1) -> np.ndarray:
    """Return the distance of each image (n, pixels) to the `nth` nearest of `others`, (n,).

    The distance is the root mean square difference over the pixels. Raises ValueError for different numbers of pixels
    or fewer than two images.
    """
    _check_comparable(images, others)
    nearest = []
    for block in _blocks(images, ROWS_PER_BLOCK):
        tables = (_squared_distances(block, columns) for columns in _blocks(others, ROWS_PER_BLOCK))
        smallest = [_smallest(table, nth) for table in tables]
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


def _kernel_sum(points: np.ndarray, others: np.ndarray) -> float:
    tables = (block @ others.T / points.shape[1] + 1 for block in _blocks(points, ROWS_PER_BLOCK))
    return float(sum((table * table * table).sum() for table in tables))  # `** 3` takes several times as long


def _blocks(points: np.ndarray, rows: int) -> list[np.ndarray]:
    return [points[start : start + rows] for start in range(0, len(points), rows)]


def _smallest(table: np.ndarray, count: int) -> np.ndarray:
    """Return the `count` smallest numbers of each row, or all if a row has fewer, (rows, count)."""
    if count == 1:
        return table.min(axis=1, keepdims=True)  # a tenth of the time of a partition
    return np.partition(table, range(min(count, table.shape[1])), axis=1)[:, :count]


def _squared_distances(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the squared Euclidean distance of every point to every other, (points, others)."""
    points, others = np.asarray(points, np.float64), np.asarray(others, np.float64)
    table = points @ others.T
    table *= -2  # in place: a table is larger than the points
    table += (points**2).sum(axis=1)[:, np.newaxis] + (others**2).sum(axis=1)
    return np.maximum(table, 0, out=table)


def _comparable(real: np.ndarray | Features, fake: np.ndarray | Features) -> tuple[Features, Features]:
    """Return both sets as Features. Raises ValueError if they cannot be compared."""
    real, fake = (values if isinstance(values, Features) else Features(values) for values in (real, fake))
    _check_comparable(real.values, fake.values)
    return real, fake


def _check_comparable(real: np.ndarray, fake: np.ndarray) -> None:
    if real.ndim != 2 or fake.ndim != 2 or real.shape[1] != fake.shape[1]:
        raise ValueError(f"features of shapes {real.shape} and {fake.shape} cannot be compared")
    if min(len(real), len(fake)) < 2:
        raise ValueError("each set needs at least two images")
    check_finite(real, fake)
