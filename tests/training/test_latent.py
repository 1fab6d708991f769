import numpy as np
import pytest

from assignment.training.latent import great_circle, straight_line


def test_a_straight_line_in_even_steps():
    points = straight_line(np.array([0.0, 4]), np.array([3.0, -2]), 4)
    np.testing.assert_allclose(points, [[0, 4], [1, 2], [2, 0], [3, -2]], atol=1e-6)
    assert points.dtype == np.float32


def test_a_great_circle_stays_at_its_distance():
    random = np.random.default_rng(1)
    start, end = random.standard_normal((2, 100))
    end *= np.linalg.norm(start) / np.linalg.norm(end)
    points = great_circle(start, end, 7)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), np.linalg.norm(start), rtol=1e-5)
    assert np.linalg.norm((start + end) / 2) < 0.8 * np.linalg.norm(start)  # where a straight line would pass


def test_a_quarter_circle_by_even_angles():
    points = great_circle(np.array([1.0, 0]), np.array([0, 3.0]), 4)
    angles = np.degrees(np.arctan2(points[:, 1], points[:, 0]))
    np.testing.assert_allclose(angles, [0, 30, 60, 90], atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), [1, 5 / 3, 7 / 3, 3], rtol=1e-6)


def test_from_a_point_to_itself():
    np.testing.assert_allclose(great_circle(np.array([1.0, 2]), np.array([1.0, 2]), 3), [[1, 2]] * 3)


@pytest.mark.parametrize("end", [[-1.0, 0], [0.0, 0]])
def test_where_there_is_no_one_great_circle(end):
    with pytest.raises(ValueError):
        great_circle(np.array([1.0, 0]), np.array(end), 3)
