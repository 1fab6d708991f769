import keras
import numpy as np
import pytest
import tensorflow as tf

from assignment.conditional.networks import build_auxiliary_discriminator
from assignment.practices import augmentation
from assignment.practices.augmentation import (
    ADJUSTMENT_INTERVAL,
    BRIGHTNESS,
    CONTRAST,
    CUTOUT,
    IMAGES_TO_FULL_PROBABILITY,
    TRANSLATION,
    adjustment,
    change_color,
    change_images,
    cut_out,
    mirror_half,
    translate,
    undecided_output,
)
from assignment.training.steps import SHEET_INGREDIENTS


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(-1, 1, (4, 28, 28, 1)).astype(np.float32)


def whole(*numbers):
    return tf.constant(numbers, tf.int32)


def test_translation_moves_every_image_and_fills_with_black(images):
    moved = translate(images, whole(0, 2, -3, 1), whole(0, -1, 3, 1)).numpy()
    np.testing.assert_allclose(moved[0], images[0], atol=1e-6)
    np.testing.assert_allclose(moved[1, 2:, :-1], images[1, :-2, 1:], atol=1e-6)
    np.testing.assert_allclose(moved[2, :-3, 3:], images[2, 3:, :-3], atol=1e-6)
    np.testing.assert_allclose(moved[3, 1:, 1:], images[3, :-1, :-1], atol=1e-6)
    assert (moved[1, :2] == -1).all() and (moved[1, :, -1:] == -1).all()
    assert (moved[2, -3:] == -1).all() and (moved[2, :, :3] == -1).all()


def test_cutout_is_a_black_square_that_the_border_may_cut(images):
    cut = cut_out(images, whole(14, 0, 27, 5), whole(14, 0, 27, 20)).numpy()
    half = CUTOUT // 2
    for number, (rows, columns) in enumerate(
        [
            (slice(14 - half, 15 + half), slice(14 - half, 15 + half)),
            (slice(0, 1 + half), slice(0, 1 + half)),
            (slice(27 - half, 28), slice(27 - half, 28)),
            (slice(5 - half, 6 + half), slice(20 - half, 21 + half)),
        ]
    ):
        expected = images[number].copy()
        expected[rows, columns] = -1
        np.testing.assert_array_equal(cut[number], expected)


def test_color_changes_contrast_around_the_mean_and_then_brightness(images):
    contrast, brightness = tf.constant([0.5, 0.0, 1.0, 0.5]), tf.constant([0.5, 0.5, 0.0, 1.0])
    changed = change_color(images, contrast, brightness).numpy()
    np.testing.assert_allclose(changed[0], images[0], atol=1e-6)
    np.testing.assert_allclose(changed[1], (images[1] + images[1].mean()) / 2, atol=1e-6)
    np.testing.assert_allclose(changed[2], 1.5 * images[2] - 0.5 * images[2].mean() - BRIGHTNESS, atol=1e-6)
    np.testing.assert_allclose(changed[3], images[3] + BRIGHTNESS, atol=1e-6)
    assert CONTRAST == 0.5


def test_real_images_and_fakes_have_other_draws_in_every_step(gan, images):
    def changed(real, seed=1):
        return change_images(images, real=real, gan=gan, seed=seed).numpy()

    np.testing.assert_array_equal(changed(True), changed(True))
    first = changed(True)
    others = [changed(False), changed(True, seed=2)]
    gan.discriminator.optimizer.iterations.assign(1)
    others.append(changed(True))
    assert all(not np.array_equal(first, other) for other in others)


def test_changes_are_uniform_over_their_ranges(gan, monkeypatch):
    seen = {}
    monkeypatch.setattr(
        augmentation, "translate", lambda images, *shifts: seen.update(shifts=np.array(shifts)) or images
    )
    monkeypatch.setattr(
        augmentation, "cut_out", lambda images, *centers: seen.update(centers=np.array(centers)) or images
    )
    monkeypatch.setattr(
        augmentation, "change_color", lambda images, *draws: seen.update(color=np.array(draws)) or images
    )
    change_images(tf.zeros((2000, 28, 28, 1)), real=True, gan=gan, seed=1)
    for values, numbers in ((seen["shifts"], range(-TRANSLATION, TRANSLATION + 1)), (seen["centers"], range(28))):
        for direction in values:
            found, counts = np.unique(direction, return_counts=True)
            assert found.tolist() == list(numbers) and counts.min() > 0.6 * 2000 / len(numbers)
    assert (seen["color"] >= 0).all() and (seen["color"] < 1).all()
    assert seen["color"].mean(axis=1) == pytest.approx([0.5, 0.5], abs=0.02)
    everything = [*seen["shifts"], *seen["centers"], *seen["color"]]
    correlations = np.corrcoef(everything) - np.eye(len(everything))
    assert np.abs(correlations).max() < 0.1


@pytest.mark.parametrize("probability", [0.0, 0.25, 1.0])
def test_every_change_is_made_with_the_probability(gan, monkeypatch, probability):
    """Each change is replaced by one that adds a digit of its own."""
    for name, amount in (("change_color", 1), ("translate", 10), ("cut_out", 100)):
        monkeypatch.setattr(augmentation, name, lambda images, *draws, amount=amount: images + amount)
    changed = change_images(tf.zeros((2000, 28, 28, 1)), real=True, gan=gan, seed=1, probability=probability)
    digits = changed.numpy()[:, 0, 0, 0].astype(int)
    for amount in (1, 10, 100):
        assert (digits // amount % 10).mean() == pytest.approx(probability, abs=0.03)
    assert ((digits // 10 % 10) * (digits % 10)).mean() == pytest.approx(probability**2, abs=0.03)  # independent


def test_the_gradient_flows_through_the_changes(gan, images):
    values = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(values)
        total = tf.reduce_sum(change_images(values, real=False, gan=gan, seed=1))
    gradient = tape.gradient(total, values).numpy()
    assert np.isfinite(gradient).all() and (gradient != 0).mean(axis=(1, 2, 3)).min() > 0.5


def test_half_of_the_images_are_mirrored(gan, images):
    many = np.tile(images, (250, 1, 1, 1))
    mirrored = mirror_half(many, real=True, gan=gan, seed=1).numpy()
    is_mirrored = (mirrored == many[:, :, ::-1]).all(axis=(1, 2, 3))
    assert ((mirrored == many).all(axis=(1, 2, 3)) ^ is_mirrored).all()
    assert is_mirrored.mean() == pytest.approx(0.5, abs=0.05)
    assert not np.array_equal(mirrored, mirror_half(many, real=False, gan=gan, seed=1))


@pytest.mark.parametrize(("bias", "change"), [(9.0, 1), (-9.0, -1)])
def test_the_probability_rises_while_the_discriminator_is_too_certain(gan, images, bias, change):
    gan.discriminator.layers[-1].bias.assign([bias])
    probability = keras.Variable(0.5)
    adjust = adjustment(probability, gan, SHEET_INGREDIENTS, batch_size=128)
    adjust(images)
    adjust(images)
    step = ADJUSTMENT_INTERVAL * 128 / IMAGES_TO_FULL_PROBABILITY
    assert float(probability) == pytest.approx(0.5 + 2 * change * step)


@pytest.mark.parametrize(("bias", "end"), [(9.0, 1.0), (-9.0, 0.0)])
def test_the_probability_stays_between_0_and_1(gan, images, bias, end):
    gan.discriminator.layers[-1].bias.assign([bias])
    probability = keras.Variable(end)
    adjustment(probability, gan, SHEET_INGREDIENTS, batch_size=128)(images)
    assert float(probability) == end


def test_a_certainty_below_the_target_lowers_the_probability(gan, images):
    """Three of four images are real for the discriminator: a certainty of 0.5, below 0.6."""
    signs = np.array([1, 1, 1, -1], np.float32)[:, np.newaxis, np.newaxis, np.newaxis]
    ingredients = SHEET_INGREDIENTS._replace(transform_images=lambda images, real: signs * tf.ones_like(images))
    convolution, *_, output = gan.discriminator.layers
    for layer in (convolution, output):
        layer.kernel.assign(tf.ones_like(layer.kernel))
    probability = keras.Variable(0.5)
    adjustment(probability, gan, ingredients, batch_size=128)(images)
    assert float(probability) < 0.5


def test_the_probability_is_adjusted_in_every_fourth_update_and_kept_in_checkpoints(gan_with, batches):
    gan, update = gan_with("adaptive-augment")
    (probability,) = gan.memory
    probability.assign(0.5)
    values = []
    for number in range(ADJUSTMENT_INTERVAL + 1):
        update(*batches(8, number))
        values.append(float(probability))
    assert values[: ADJUSTMENT_INTERVAL - 1] == [0.5] * 3 and values[3] != 0.5 and values[4] == values[3]


@pytest.mark.parametrize(
    ("names", "expected"), [((), 0.5), (("least-squares",), 0.5), (("hinge",), 0.0), (("r1",), 0.0)]
)
def test_undecided_output_follows_from_activation_and_loss(gan_with, names, expected):
    gan, _ = gan_with(*names)
    assert undecided_output(gan.discriminator) == expected


def test_the_validity_of_an_auxiliary_discriminator_is_a_probability():
    """Its class, the last layer, is none."""
    assert undecided_output(build_auxiliary_discriminator("ana")) == 0.5


def test_replay_and_adaptive_augmentation_have_their_own_memory(gan_with, batches):
    gan, update = gan_with("replay", "adaptive-augment")
    update(*batches(8))
    assert sorted(variable.name for variable in gan.memory) == [
        "augmentation_probability",
        "replay_count",
        "replay_images",
        "replay_labels",
    ]
    assert int(next(variable for variable in gan.memory if variable.name == "replay_count")) == 4
