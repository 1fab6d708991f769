"""Ten kinds of garments drawn with NumPy, for machines without a network and for tests. They are not Fashion-MNIST.

A garment is a silhouette, a shade and a texture, each with random proportions. Distances are in pixels. A coverage is
float (n, 28, 28) in 0..1, with edges that are one pixel wide.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assignment.data.randomness import SIZE, RandomDraws

SEED = 19_680_801  # arbitrary; another one draws other images

Range = tuple[float, float]  # the lower and the upper bound of a random number
Scalars = float | np.ndarray  # one number for all images, or an array that broadcasts over images and pixels

Y, X = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) + np.float32(0.5)  # the centers of the pixels, (28, 28)
CENTER = SIZE / 2


def draw_garments(label: int, count: int, part: int = 0) -> np.ndarray:
    """Return `count` garments of one class (0..9), uint8 (count, 28, 28), light on black as in Fashion-MNIST.

    Each `part` has other images.
    """
    random = RandomDraws([SEED, label, part], count)
    coverage = SILHOUETTES[label](random)
    brightness = random.uniform(0.45, 1.0) * _texture(random)
    shading = 1 - random.uniform(0, 0.25) * np.abs(X - CENTER) / CENTER  # darker towards both sides
    grain = random.pixel_noise(0.05)
    return (np.clip(coverage * (brightness * shading + grain), 0, 1) * 255).round().astype(np.uint8)


def _texture(random: RandomDraws) -> np.ndarray:
    """Return a factor in 0..1 for each pixel: plain, horizontal stripes, vertical stripes or checks."""
    period, phase, depth = random.uniform(2.5, 6), random.uniform(0, 6), random.uniform(0.1, 0.5)
    horizontal = np.sin((Y + phase) * (2 * np.pi / period)) > 0
    vertical = np.sin((X + phase) * (2 * np.pi / period)) > 0
    kind = random.integers(6)  # kinds 3 to 5, half of the images, are plain
    patterns = [horizontal, vertical, horizontal ^ vertical]
    return 1 - depth * np.select([kind == 0, kind == 1, kind == 2], patterns, False)


def _soft_edge(distance: np.ndarray) -> np.ndarray:
    """Return the coverage at these distances from an edge, positive inside."""
    return np.clip(distance + 0.5, 0, 1)


def _band(values: np.ndarray, low: Scalars, high: Scalars) -> np.ndarray:
    """Return the coverage of the band where `values` lie between `low` and `high`."""
    return np.minimum(_soft_edge(values - low), _soft_edge(high - values))


def _ellipse(x: Scalars, y: Scalars, width: Scalars, height: Scalars) -> np.ndarray:
    """Return the coverage of an ellipse with its center at (x, y)."""
    radius = np.sqrt(((X - x) / width) ** 2 + ((Y - y) / height) ** 2)
    return _soft_edge((1 - radius) * np.minimum(width, height))


def _ramp(values: np.ndarray, start: Scalars, end: Scalars) -> np.ndarray:
    """Return 0 where `values` are at or before `start`, 1 at or after `end`, and a linear ramp between."""
    return np.clip((values - start) / (end - start), 0, 1)


def _trouser(random: RandomDraws) -> np.ndarray:
    center, waist, hem = CENTER + random.uniform(-1, 1), random.uniform(0.5, 3), random.uniform(23, 27.5)
    crotch = waist + random.uniform(5, 10)
    at_waist, at_hip, at_hem = random.uniform(3, 5), random.uniform(4, 6.5), random.uniform(3.5, 8)
    inner = random.uniform(0.6, 3.2)  # half the gap between the legs at the hem
    distance = np.abs(X - center)
    outer = at_waist + (at_hip - at_waist) * _ramp(Y, waist, crotch) + (at_hem - at_hip) * _ramp(Y, crotch, hem)
    gap = np.minimum(inner * _ramp(Y, crotch, hem) ** random.uniform(0.5, 1.5) + 0.3, outer - 1.2)
    legs = _soft_edge(outer - distance) * np.where(Y > crotch, _soft_edge(distance - gap), 1)
    belt = 1 - random.uniform(0, 0.4) * _band(Y, waist + 1, waist + 2)
    crease = 1 - random.uniform(0, 0.3) * (np.abs(distance - (outer + gap) / 2) < 0.6)
    return legs * _band(Y, waist, hem) * belt * crease


def _top(random: RandomDraws, sleeve: Range, hem: Range, neck: Range) -> np.ndarray:
    """Return the coverage of a torso with two sleeves.

    sleeve: the length of the sleeves. hem: the row where the torso ends. neck: the depth of the neckline.
    """
    center, shoulder, end = CENTER + random.uniform(-0.7, 0.7), random.uniform(1.5, 4), random.uniform(*hem)
    distance, half_width = np.abs(X - center), random.uniform(5, 7)
    outline = half_width + random.uniform(-1, 1.5) * _ramp(Y, shoulder, end)
    torso = _soft_edge(outline - distance) * _band(Y, shoulder, end)
    length, width, slope = random.uniform(*sleeve), random.uniform(3, 4.5), random.uniform(0.15, 0.6)
    from_shoulder = Y - shoulder
    arm_center = half_width + slope * from_shoulder * 0.6
    arm = _band(distance, arm_center - width * 0.6, arm_center + width * 0.4) * _band(from_shoulder, 0, length)
    opening = _ellipse(center, shoulder, random.uniform(2, 3.5), random.uniform(*neck))
    return np.maximum(torso, arm) * (1 - opening)


def _t_shirt(random: RandomDraws) -> np.ndarray:
    return _top(random, sleeve=(5, 9), hem=(22, 27), neck=(1.5, 4))


def _pullover(random: RandomDraws) -> np.ndarray:
    return _top(random, sleeve=(17, 23), hem=(22, 27), neck=(0.8, 2))


def _coat(random: RandomDraws) -> np.ndarray:
    front = 1 - random.uniform(0.5, 0.9) * (np.abs(X - CENTER - random.uniform(-1, 1)) < 0.7)
    return _top(random, sleeve=(19, 24), hem=(25, 27.8), neck=(3, 6)) * front


def _shirt(random: RandomDraws) -> np.ndarray:
    buttons = (np.abs(X - CENTER) < 0.8) & (np.sin(Y * (2 * np.pi / random.uniform(2.5, 4))) > 0.3)
    return _top(random, sleeve=(6, 22), hem=(23, 27.5), neck=(1.5, 3)) * (1 - random.uniform(0.3, 0.7) * buttons)


def _dress(random: RandomDraws) -> np.ndarray:
    center, top, hem = CENTER + random.uniform(-0.7, 0.7), random.uniform(0.5, 3), random.uniform(23, 27.8)
    waist = random.uniform(9, 14)
    at_top, at_waist, at_hem = random.uniform(2.5, 4.5), random.uniform(2.2, 4), random.uniform(4, 9.5)
    half_width = at_top + (at_waist - at_top) * _ramp(Y, top, waist) + (at_hem - at_waist) * _ramp(Y, waist, hem)
    neck = _ellipse(center, top, random.uniform(1, 2.5), random.uniform(1, 4))
    return _soft_edge(half_width - np.abs(X - center)) * _band(Y, top, hem) * (1 - neck)


def _sandal(random: RandomDraws) -> np.ndarray:
    floor, heel = random.uniform(19, 23), random.uniform(0, 5)
    sole_top = floor - heel * _ramp(X, 10, 24) - random.uniform(1, 2)
    sole = _band(Y, sole_top, sole_top + random.uniform(1.2, 2.5)) * _band(X, 2, 26)
    coverage = np.maximum(sole, _band(X, 23, 25.5) * _band(Y, sole_top, floor + 0.5))
    for first, last in ((5, 9), (11, 15), (18, 22)):
        x, lean = random.uniform(first, last), random.uniform(-0.5, 0.5)
        strap = _soft_edge(random.uniform(0.6, 1.4) - np.abs(X - x - lean * (sole_top - Y)))
        coverage = np.maximum(coverage, strap * _band(Y, sole_top - random.uniform(4, 9), sole_top))
    return coverage


def _shoe(random: RandomDraws, shaft: Range, heel: Range) -> np.ndarray:
    """Return the coverage of a closed shoe with its toe to the left.

    shaft: the height above the floor at the heel. heel: the height of the heel.
    """
    floor, ankle, rise = random.uniform(21, 24), random.uniform(13, 17), random.uniform(*shaft)
    toe = random.uniform(3, 5.5)
    height = toe + (rise - toe) * _ramp(X, random.uniform(5, 9), ankle) ** random.uniform(1, 3)
    upper = _band(Y, floor - height, floor) * _band(X, 1.5, random.uniform(24, 26.5))
    sole = 1 - random.uniform(0, 0.6) * _band(Y, floor - 1.5, floor)
    block = _band(X, 20, 25) * _band(Y, floor, floor + random.uniform(*heel))
    return np.maximum(upper * sole, block)


def _sneaker(random: RandomDraws) -> np.ndarray:
    laces = 1 - random.uniform(0.2, 0.6) * ((np.abs(X - 11) < 3) & (np.sin(X * 3 + Y) > 0.4))
    return _shoe(random, shaft=(7, 10), heel=(0, 0.3)) * laces


def _ankle_boot(random: RandomDraws) -> np.ndarray:
    return _shoe(random, shaft=(15, 20), heel=(0, 4))


def _bag(random: RandomDraws) -> np.ndarray:
    top, bottom, half_width = random.uniform(9, 14), random.uniform(22, 27), random.uniform(8, 12.5)
    taper = random.uniform(-2, 2) * _ramp(Y, top, bottom)
    body = _soft_edge(half_width + taper - np.abs(X - CENTER)) * _band(Y, top, bottom)
    width, height = random.uniform(4, 9), random.uniform(4, 9)
    thickness = random.uniform(1, 2)
    handle = _ellipse(CENTER, top, width, height) - _ellipse(CENTER, top, width - thickness, height - thickness)
    flap = 1 - random.uniform(0, 0.4) * _band(Y, top + 4, top + 5)
    return np.maximum(body * flap, handle * (Y < top))


SILHOUETTES: tuple[Callable[[RandomDraws], np.ndarray], ...] = (
    _t_shirt,
    _trouser,
    _pullover,
    _dress,
    _coat,
    _sandal,
    _shirt,
    _sneaker,
    _bag,
    _ankle_boot,
)
