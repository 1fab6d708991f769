"""Ten kinds of garments drawn with NumPy: for machines without a network, and for tests. Never Fashion-MNIST.

Every garment is a silhouette, a shade and a texture, each drawn by chance within its cut. Distances are in pixels;
a coverage is float (n, 28, 28) in 0..1, and its edges are one pixel soft.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assignment.data.randomness import SIZE, Chance

SEED = 19_680_801  # arbitrary; it only has to stay the same

Range = tuple[float, float]  # the smallest and the largest of what is drawn by chance

Y, X = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) + np.float32(0.5)  # the pixels' centres, (28, 28)
MIDDLE = SIZE / 2


def draw_garments(kind: int, count: int, part: int = 0) -> np.ndarray:
    """`count` garments of one kind (a label, 0..9), uint8 (count, 28, 28): light on black, as in Fashion-MNIST."""
    random = Chance([SEED, kind, part], count)
    coverage = DRAWINGS[kind](random)
    light = random.between(0.45, 1.0) * _texture(random) * (1 - random.between(0, 0.25) * np.abs(X - MIDDLE) / MIDDLE)
    grain = random.noise(0.05)
    return (np.clip(coverage * (light + grain), 0, 1) * 255).round().astype(np.uint8)


def _texture(random: Chance) -> np.ndarray:
    """Plain, striped across, striped down or checked: a factor in 0..1."""
    pitch, phase, depth = random.between(2.5, 6), random.between(0, 6), random.between(0.1, 0.5)
    across = np.sin((Y + phase) * (2 * np.pi / pitch)) > 0
    down = np.sin((X + phase) * (2 * np.pi / pitch)) > 0
    kind = random.one_of(6)  # half of them plain
    return 1 - depth * np.select([kind == 0, kind == 1, kind == 2], [across, down, across ^ down], False)


def _soft(distance: np.ndarray) -> np.ndarray:
    """Coverage from the distance to an edge, positive inside."""
    return np.clip(distance + 0.5, 0, 1)


def _between(values: np.ndarray, low, high) -> np.ndarray:
    return np.minimum(_soft(values - low), _soft(high - values))


def _ellipse(x, y, width, height) -> np.ndarray:
    radius = np.sqrt(((X - x) / width) ** 2 + ((Y - y) / height) ** 2)
    return _soft((1 - radius) * np.minimum(width, height))


def _along(values: np.ndarray, start, end) -> np.ndarray:
    """How far `values` are from `start` to `end`, in 0..1."""
    return np.clip((values - start) / (end - start), 0, 1)


def _trouser(random: Chance) -> np.ndarray:
    middle, waist, hem = MIDDLE + random.between(-1, 1), random.between(0.5, 3), random.between(23, 27.5)
    crotch = waist + random.between(5, 10)
    at_waist, at_hip, at_hem = random.between(3, 5), random.between(4, 6.5), random.between(3.5, 8)
    inner = random.between(0.6, 3.2)  # half the gap between the legs at the hem
    distance = np.abs(X - middle)
    outer = at_waist + (at_hip - at_waist) * _along(Y, waist, crotch) + (at_hem - at_hip) * _along(Y, crotch, hem)
    gap = np.minimum(inner * _along(Y, crotch, hem) ** random.between(0.5, 1.5) + 0.3, outer - 1.2)
    legs = _soft(outer - distance) * np.where(Y > crotch, _soft(distance - gap), 1)
    belt = 1 - random.between(0, 0.4) * _between(Y, waist + 1, waist + 2)
    crease = 1 - random.between(0, 0.3) * (np.abs(distance - (outer + gap) / 2) < 0.6)
    return legs * _between(Y, waist, hem) * belt * crease


def _top(random: Chance, sleeve: Range, hem: Range, neck: Range) -> np.ndarray:
    """A torso with two sleeves; `sleeve` is their length, `hem` where the torso ends, `neck` how deep it is cut."""
    middle, shoulder, end = MIDDLE + random.between(-0.7, 0.7), random.between(1.5, 4), random.between(*hem)
    distance, half = np.abs(X - middle), random.between(5, 7)
    torso = _soft(half + random.between(-1, 1.5) * _along(Y, shoulder, end) - distance) * _between(Y, shoulder, end)
    length, width, slope = random.between(*sleeve), random.between(3, 4.5), random.between(0.15, 0.6)
    from_shoulder = Y - shoulder
    centre = half + slope * from_shoulder * 0.6
    arm = _between(distance, centre - width * 0.6, centre + width * 0.4) * _between(from_shoulder, 0, length)
    opening = _ellipse(middle, shoulder, random.between(2, 3.5), random.between(*neck))
    return np.maximum(torso, arm) * (1 - opening)


def _t_shirt(random: Chance) -> np.ndarray:
    return _top(random, sleeve=(5, 9), hem=(22, 27), neck=(1.5, 4))


def _pullover(random: Chance) -> np.ndarray:
    return _top(random, sleeve=(17, 23), hem=(22, 27), neck=(0.8, 2))


def _coat(random: Chance) -> np.ndarray:
    front = 1 - random.between(0.5, 0.9) * (np.abs(X - MIDDLE - random.between(-1, 1)) < 0.7)
    return _top(random, sleeve=(19, 24), hem=(25, 27.8), neck=(3, 6)) * front


def _shirt(random: Chance) -> np.ndarray:
    buttons = (np.abs(X - MIDDLE) < 0.8) & (np.sin(Y * (2 * np.pi / random.between(2.5, 4))) > 0.3)
    return _top(random, sleeve=(6, 22), hem=(23, 27.5), neck=(1.5, 3)) * (1 - random.between(0.3, 0.7) * buttons)


def _dress(random: Chance) -> np.ndarray:
    middle, top, hem = MIDDLE + random.between(-0.7, 0.7), random.between(0.5, 3), random.between(23, 27.8)
    waist = random.between(9, 14)
    at_top, at_waist, at_hem = random.between(2.5, 4.5), random.between(2.2, 4), random.between(4, 9.5)
    half = at_top + (at_waist - at_top) * _along(Y, top, waist) + (at_hem - at_waist) * _along(Y, waist, hem)
    neck = _ellipse(middle, top, random.between(1, 2.5), random.between(1, 4))
    return _soft(half - np.abs(X - middle)) * _between(Y, top, hem) * (1 - neck)


def _sandal(random: Chance) -> np.ndarray:
    floor, heel = random.between(19, 23), random.between(0, 5)
    sole_top = floor - heel * _along(X, 10, 24) - random.between(1, 2)
    sole = _between(Y, sole_top, sole_top + random.between(1.2, 2.5)) * _between(X, 2, 26)
    coverage = np.maximum(sole, _between(X, 23, 25.5) * _between(Y, sole_top, floor + 0.5))
    for first, last in ((5, 9), (11, 15), (18, 22)):
        x, lean = random.between(first, last), random.between(-0.5, 0.5)
        strap = _soft(random.between(0.6, 1.4) - np.abs(X - x - lean * (sole_top - Y)))
        coverage = np.maximum(coverage, strap * _between(Y, sole_top - random.between(4, 9), sole_top))
    return coverage


def _shoe(random: Chance, shaft: Range, heel: Range) -> np.ndarray:
    """A closed shoe with its toe to the left; `shaft` is how high it rises over the floor at the heel."""
    floor, ankle, rise = random.between(21, 24), random.between(13, 17), random.between(*shaft)
    toe = random.between(3, 5.5)
    height = toe + (rise - toe) * _along(X, random.between(5, 9), ankle) ** random.between(1, 3)
    upper = _between(Y, floor - height, floor) * _between(X, 1.5, random.between(24, 26.5))
    sole = 1 - random.between(0, 0.6) * _between(Y, floor - 1.5, floor)
    block = _between(X, 20, 25) * _between(Y, floor, floor + random.between(*heel))
    return np.maximum(upper * sole, block)


def _sneaker(random: Chance) -> np.ndarray:
    laces = 1 - random.between(0.2, 0.6) * ((np.abs(X - 11) < 3) & (np.sin(X * 3 + Y) > 0.4))
    return _shoe(random, shaft=(7, 10), heel=(0, 0.3)) * laces


def _ankle_boot(random: Chance) -> np.ndarray:
    return _shoe(random, shaft=(15, 20), heel=(0, 4))


def _bag(random: Chance) -> np.ndarray:
    top, bottom, half = random.between(9, 14), random.between(22, 27), random.between(8, 12.5)
    taper = random.between(-2, 2) * _along(Y, top, bottom)
    body = _soft(half + taper - np.abs(X - MIDDLE)) * _between(Y, top, bottom)
    width, height = random.between(4, 9), random.between(4, 9)
    thickness = random.between(1, 2)
    handle = _ellipse(MIDDLE, top, width, height) - _ellipse(MIDDLE, top, width - thickness, height - thickness)
    flap = 1 - random.between(0, 0.4) * _between(Y, top + 4, top + 5)
    return np.maximum(body * flap, handle * (Y < top))


DRAWINGS: tuple[Callable[[Chance], np.ndarray], ...] = (
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
