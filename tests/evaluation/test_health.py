from math import inf, log, nan

import numpy as np
import pytest

from assignment.evaluation import health
from assignment.evaluation.health import (
    RECENT,
    STUCK,
    Epoch,
    Scale,
    findings,
    least_smoothed_loss,
    spells,
)


def well(epoch):
    """As the trousers' own run goes: losses that swing about, and images that vary as the real ones do."""
    swing = np.random.default_rng(epoch).uniform(-0.1, 0.1)
    return Epoch(epoch, 0.55 + swing, 1.2 - swing, 3.0, 1.5, 0.9 + swing)


def history(healthy=20, **last):
    """Some healthy epochs, and eight in which something else is so."""
    after = [well(epoch)._replace(**last) for epoch in range(healthy + 1, healthy + 1 + STUCK)]
    return [*map(well, range(1, healthy + 1)), *after]


def names(epochs, scale=Scale()):
    return [finding.name for finding in findings(epochs, scale)]


@pytest.mark.parametrize(
    ("last", "name", "words", "remedy"),
    [
        ({"discriminator_loss": 0.001}, health.DISCRIMINATOR_WINS, "near 0 (0.0010 nats)", "label_smoothing"),
        ({"discriminator_loss": 5.25}, health.DISCRIMINATOR_LOST, "is 5.25 nats, and over 1.4", "batch_size"),
        ({"generator_gradient": 250.0}, health.EXPLODING, "about 250", "batch_size"),
        ({"discriminator_gradient": 101.0, "generator_gradient": nan}, health.EXPLODING, "about 101", "batch_size"),
        ({"generator_gradient": 1e-7}, health.VANISHING, "1.0e-07", "label_smoothing"),
        ({"discriminator_gradient": 1e-7}, health.VANISHING, "1.0e-07", "label_smoothing"),
        ({"discriminator_loss": log(2) + 0.001, "generator_loss": log(2)}, health.NOTHING_LEARNED, "ln 2", "seed"),
        ({"variety": 0.04}, health.COLLAPSE, "near-copies", "label_smoothing"),
        ({"variety": 0.3}, health.NARROWING, "30% as different", "label_smoothing"),
        ({"discriminator_loss": nan}, health.NOT_A_NUMBER, "epoch 28 is NaN", "precision"),
        ({"generator_loss": -inf}, health.NOT_A_NUMBER, "infinite", "precision"),
    ],
)
def test_each_sickness_is_named_with_what_was_seen_and_what_to_try(last, name, words, remedy):
    (finding,) = findings(history(**last))
    assert finding.name == name and words in finding.seen and finding.means and finding.try_next[0] == remedy


def test_a_healthy_run_triggers_none():
    epochs = history()
    assert not [name for end in range(1, len(epochs) + 1) for name in names(epochs[:end])]


def test_grey_images_in_the_first_epochs_are_no_collapse():
    """As the trousers' run begins: BatchNormalization's averages lag behind."""
    grey = [well(epoch)._replace(variety=0.05) for epoch in range(1, 6)]
    epochs = [*grey, *map(well, range(6, 20))]
    assert not [name for end in range(1, len(epochs) + 1) for name in names(epochs[:end])]


def test_noise_that_is_more_varied_than_real_images_is_no_measure():
    noise = [well(epoch)._replace(variety=1.6) for epoch in range(1, 15)]
    assert not names([*noise, *(well(epoch)._replace(variety=0.6) for epoch in range(15, 20))])


def test_one_bad_epoch_is_not_yet_a_sickness():
    epochs = history(discriminator_loss=0.001, generator_gradient=1e-7, variety=0.01)
    assert not names(epochs[: 20 + RECENT - 1]) and len(names(epochs[: 20 + RECENT])) == 3


def test_what_is_over_is_no_longer_said():
    assert not names([*history(discriminator_loss=0.001), well(29)])


def test_what_was_not_measured_is_no_finding():
    assert not names(history(variety=nan, discriminator_gradient=nan, generator_gradient=nan))


def test_smoothed_labels_have_another_least_loss():
    """Half the entropy of 0.9: 0.1625 nats, by hand -(0.9 ln 0.9 + 0.1 ln 0.1) / 2."""
    assert least_smoothed_loss(0.0) == 0 and least_smoothed_loss(0.1) == pytest.approx(0.162541, abs=1e-6)
    smoothed = Scale(least_loss=least_smoothed_loss(0.1))
    assert names(history(discriminator_loss=0.17), smoothed) == [health.DISCRIMINATOR_WINS]
    assert not names(history(discriminator_loss=0.17))


def test_losses_that_hold_more_have_no_undecided_value():
    holding_more = Scale(undecided=nan)
    assert not names(history(discriminator_loss=log(2), generator_loss=log(2)), holding_more)
    assert not names(history(discriminator_loss=5.0), holding_more)


def test_a_spell_is_from_its_first_epoch_to_its_last():
    after = [well(epoch)._replace(variety=0.01) for epoch in (29, 30, 31)]
    found = spells([*history(discriminator_loss=0.001), *after])
    assert [(spell.finding.name, spell.first, spell.last) for spell in found] == [
        (health.DISCRIMINATOR_WINS, 21, 28),
        (health.COLLAPSE, 29, 31),
    ]
    again = [well(29), *(well(epoch)._replace(discriminator_loss=0.001) for epoch in (30, 31, 32))]
    found = spells([*history(discriminator_loss=0.001), *again])
    assert [(spell.first, spell.last) for spell in found] == [(21, 28), (30, 32)]
