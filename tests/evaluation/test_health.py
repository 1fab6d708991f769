from math import inf, log, nan

import numpy as np
import pytest

from assignment.evaluation import health
from assignment.evaluation.health import (
    LASTING_EPOCHS,
    STUCK_EPOCHS,
    Epoch,
    HealthThresholds,
    find_episodes,
    find_problems,
    minimum_smoothed_loss,
)


def healthy_epoch(number):
    """An epoch as in a real training of the trousers: the losses vary, and the images are as varied as real ones."""
    noise = np.random.default_rng(number).uniform(-0.1, 0.1)
    return Epoch(number, 0.55 + noise, 1.2 - noise, 3.0, 1.5, 0.9 + noise)


def healthy_epochs(first, last, **changes):
    return [healthy_epoch(number)._replace(**changes) for number in range(first, last + 1)]


def training(**changes):
    """20 healthy epochs, then 8 with the given changes."""
    return healthy_epochs(1, 20) + healthy_epochs(21, 20 + STUCK_EPOCHS, **changes)


def problem_names(epochs, thresholds=HealthThresholds()):
    return [problem.name for problem in find_problems(epochs, thresholds)]


def names_after_any_epoch(epochs):
    return [name for end in range(1, len(epochs) + 1) for name in problem_names(epochs[:end])]


@pytest.mark.parametrize(
    ("changes", "name", "words", "remedy"),
    [
        (
            {"discriminator_loss": 0.001},
            health.DISCRIMINATOR_WINS,
            "near 0 for 3 epochs (now 0.0010 nats)",
            "label_smoothing",
        ),
        ({"discriminator_loss": 5.25}, health.WORSE_THAN_CHANCE, "over 1.4 for 3 epochs (now 5.25 nats)", "batch_size"),
        ({"generator_gradient": 250.0}, health.EXPLODING, "about 250", "batch_size"),
        ({"discriminator_gradient": 101.0, "generator_gradient": nan}, health.EXPLODING, "about 101", "batch_size"),
        ({"generator_gradient": 1e-7}, health.VANISHING, "1.0e-07", "label_smoothing"),
        ({"discriminator_gradient": 1e-7}, health.VANISHING, "1.0e-07", "label_smoothing"),
        ({"discriminator_loss": log(2) + 0.001, "generator_loss": log(2)}, health.NO_LEARNING, "ln 2", "seed"),
        ({"variety": 0.04}, health.COLLAPSE, "nearly identical (4%", "label_smoothing"),
        ({"variety": 0.3}, health.DECREASING_VARIETY, "to 30%", "label_smoothing"),
        ({"memorization": 0.6}, health.MEMORIZATION, "60% of the way", "practice"),
        ({"discriminator_loss": nan}, health.DIVERGENCE, "epoch 28 is NaN", "precision"),
        ({"generator_loss": -inf}, health.DIVERGENCE, "infinite", "precision"),
    ],
)
def test_problem_has_its_name_what_was_seen_and_what_to_try_next(changes, name, words, remedy):
    (problem,) = find_problems(training(**changes))
    assert problem.name == name and words in problem.seen and problem.means and problem.try_next[0] == remedy


def test_healthy_training_has_no_problems():
    assert not names_after_any_epoch(training())


def test_gray_images_in_the_first_epochs_are_not_mode_collapse():
    """Trainings of the trousers begin like this, because BatchNormalization's averages lag behind."""
    assert not names_after_any_epoch(healthy_epochs(1, 5, variety=0.05) + healthy_epochs(6, 19))


def test_variety_above_that_of_real_images_does_not_raise_the_bound():
    assert not problem_names(healthy_epochs(1, 14, variety=1.6) + healthy_epochs(15, 19, variety=0.6))


def test_memorization_up_to_half_is_no_problem():
    assert not problem_names(training(memorization=0.5)) and not problem_names(training(memorization=-2.0))


def test_problem_must_last_for_several_epochs():
    epochs = training(discriminator_loss=0.001, generator_gradient=1e-7, variety=0.01)
    assert not problem_names(epochs[: 20 + LASTING_EPOCHS - 1])
    assert len(problem_names(epochs[: 20 + LASTING_EPOCHS])) == 3


def test_problem_that_is_over_is_not_found():
    assert not problem_names([*training(discriminator_loss=0.001), healthy_epoch(29)])


def test_values_that_were_not_measured_are_no_problem():
    assert not problem_names(training(variety=nan, discriminator_gradient=nan, generator_gradient=nan))


def test_smoothed_labels_raise_the_minimum_loss():
    """Half the entropy of 0.9 is 0.1625 nats, by hand: -(0.9 ln 0.9 + 0.1 ln 0.1) / 2."""
    assert minimum_smoothed_loss(0.0) == 0 and minimum_smoothed_loss(0.1) == pytest.approx(0.162541, abs=1e-6)
    smoothed = HealthThresholds(minimum_loss=minimum_smoothed_loss(0.1))
    assert problem_names(training(discriminator_loss=0.17), smoothed) == [health.DISCRIMINATOR_WINS]
    assert not problem_names(training(discriminator_loss=0.17))


def test_losses_with_other_terms_are_not_compared_with_guessing():
    other_terms = HealthThresholds(undecided_loss=nan)
    assert not problem_names(training(discriminator_loss=log(2), generator_loss=log(2)), other_terms)
    assert not problem_names(training(discriminator_loss=5.0), other_terms)


def test_episode_lasts_from_its_first_epoch_to_its_last():
    found = find_episodes([*training(discriminator_loss=0.001), *healthy_epochs(29, 31, variety=0.01)])
    assert [(episode.problem.name, episode.first, episode.last) for episode in found] == [
        (health.DISCRIMINATOR_WINS, 21, 28),
        (health.COLLAPSE, 29, 31),
    ]


def test_problem_that_returns_begins_another_episode():
    returned = [healthy_epoch(29), *healthy_epochs(30, 32, discriminator_loss=0.001)]
    found = find_episodes([*training(discriminator_loss=0.001), *returned])
    assert [(episode.first, episode.last) for episode in found] == [(21, 28), (30, 32)]
