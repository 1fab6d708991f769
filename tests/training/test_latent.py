import numpy as np
import pytest

from assignment.training.latent import PLANE_REACH, great_circle, plane, straight_line, typical_length


def test_points_on_a_straight_line_are_evenly_spaced():
    points = straight_line(np.array([0.0, 4]), np.array([3.0, -2]), 4)
    np.testing.assert_allclose(points, [[0, 4], [1, 2], [2, 0], [3, -2]], atol=1e-6)
    assert points.dtype == np.float32


def test_great_circle_keeps_its_distance_from_0():
    random = np.random.default_rng(1)
    start, end = random.standard_normal((2, 100))
    end *= np.linalg.norm(start) / np.linalg.norm(end)
    points = great_circle(start, end, 7)
    assert points.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), np.linalg.norm(start), rtol=1e-5)
    straight_middle = (start + end) / 2
    assert np.linalg.norm(straight_middle) < 0.8 * np.linalg.norm(start)


def test_angles_are_evenly_spaced_and_lengths_interpolated():
    points = great_circle(np.array([1.0, 0]), np.array([0, 3.0]), 4)
    angles = np.degrees(np.arctan2(points[:, 1], points[:, 0]))
    np.testing.assert_allclose(angles, [0, 30, 60, 90], atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), [1, 5 / 3, 7 / 3, 3], rtol=1e-6)


def test_path_from_a_point_to_itself_stays_there():
    np.testing.assert_allclose(great_circle(np.array([1.0, 2]), np.array([1.0, 2]), 3), [[1, 2]] * 3)


@pytest.mark.parametrize("end", [[-1.0, 0], [0.0, 0]])
def test_opposite_points_and_0_have_no_unique_great_circle(end):
    with pytest.raises(ValueError):
        great_circle(np.array([1.0, 0]), np.array(end), 3)


def test_a_plane_goes_from_left_to_right_and_down_at_one_length():
    vectors = np.array([[10.0, 0, 0], [0, 1, 0], [0, 0, 1]])
    points = plane(vectors, tiles=3, length=5.0).reshape(3, 3, 3)
    np.testing.assert_allclose(np.linalg.norm(points, axis=-1), 5, rtol=1e-6)
    np.testing.assert_allclose(points[1, 1], [5, 0, 0], atol=1e-6)
    assert points[1, 2, 1] > 0 > points[1, 0, 1] and points[2, 1, 2] > 0 > points[0, 1, 2]
    assert points[1, 2, 1] / points[1, 2, 0] == pytest.approx(2 / 3 * PLANE_REACH / 10)


def test_uniform_noise_is_shorter_than_normal_noise():
    assert typical_length(100) == 10 and typical_length(100, ("ema", "uniform-noise")) == pytest.approx(
        np.sqrt(100 / 3)
    )
