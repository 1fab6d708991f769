from dataclasses import replace

import numpy as np
import pytest

from assignment.evaluation.health import HealthThresholds, Problem
from assignment.session.watch import Watch
from assignment.settings.tracks import FashionSettings, LectureSettings
from assignment.training.loop import Row

ROWS = [Row(epoch, 0.5, 1.0, 0.5, 0.5, updates=1, seconds=1.0) for epoch in range(1, 9)]
GRID = np.random.default_rng(0).uniform(-1, 1, (12, 28, 28, 1))


@pytest.fixture
def watched(make_run, printed):
    """A function that watches eight epochs of some rows and grids; what it said, and the watch."""

    def watch(settings, rows, grids, **more):
        run = replace(make_run(), settings=settings)
        watch = Watch(run, thresholds=HealthThresholds(12, 20.0), **more)
        for count, grid in enumerate(grids, start=1):
            watch.add_epoch(rows[:count], grid)
        return printed(run), watch

    return watch


def test_a_healthy_training_is_noted_in_silence(watched):
    said, watch = watched(FashionSettings("ana"), ROWS, [GRID] * 8, measure=lambda epoch: {"generator_gradient": 2.0})
    assert said == "" and watch.episodes(ROWS) == []
    assert len(watch.notes) == 1 + 8 and watch.notes[0] == {"generator_gradient": 2.0}, "the untrained, then each epoch"
    assert watch.notes[1]["variety"] == pytest.approx(np.sqrt(784 * 2 / 3) / 20, rel=0.02)  # of two uniform images


def test_what_is_not_well_is_said_once_with_a_remedy_that_the_track_has(watched):
    certain = [row._replace(discriminator_loss=0.001) for row in ROWS]
    for settings, remedy in ((FashionSettings("ana"), "--seed 2"), (LectureSettings("ana"), "--label-smoothing 0.1")):
        said, watch = watched(settings, certain, [GRID] * 8)
        assert said.count("Problem after epoch 3: the discriminator wins") == said.count("Problem after") == 1
        assert f"Try next: {remedy} --fresh." in said
        (episode,) = watch.episodes(certain)
        assert (episode.first, episode.last) == (1, 8)


def test_it_goes_on_with_its_earlier_notes(watched):
    copies = np.repeat(GRID[:1], 12, axis=0)
    said, first = watched(FashionSettings("ana"), ROWS, [GRID] * 5 + [copies] * 2)
    assert said == ""
    _, again = watched(FashionSettings("ana"), ROWS, [], notes=first.notes)
    again.add_epoch(ROWS, copies)
    assert [episode.first for episode in again.episodes(ROWS)] == [6] and len(again.notes) == 1 + 8


def test_a_training_that_broke_down_was_not_well(watched):
    _, watch = watched(FashionSettings("ana"), ROWS[:2], [GRID] * 2)
    (episode,) = watch.episodes(ROWS[:2], diverged_in=3)
    assert (episode.problem.name, episode.first, episode.last) == ("divergence", 3, 3)


@pytest.mark.parametrize(
    ("settings", "precision", "tried", "option"),
    [
        (FashionSettings("ana"), "float32", ("label_smoothing", "seed"), "--seed 2"),
        (FashionSettings("ana", seed=7), "float32", ("label_smoothing", "seed"), "--seed 8"),
        (LectureSettings("ana"), "float32", ("label_smoothing", "seed"), "--label-smoothing 0.1"),
        (LectureSettings("ana", label_smoothing=0.1), "float32", ("label_smoothing", "seed"), "--seed 2"),
        (LectureSettings("ana"), "float32", ("batch_size",), "--batch-size 512"),
        (FashionSettings("ana"), "mixed_bfloat16", ("precision", "batch_size"), "--precision float32"),
        (FashionSettings("ana"), "float32", ("precision", "batch_size"), "--batch-size 256"),
        (FashionSettings("ana"), "float32", ("label_smoothing",), "--seed 2"),
    ],
)
def test_the_remedy_is_one_that_changes_something(make_run, settings, precision, tried, option):
    watch = Watch(replace(make_run(precision=precision), settings=settings))
    assert watch.remedy(Problem("sick", "", "", tried)) == f"{option} --fresh"


def test_a_file_that_cannot_be_written_does_not_end_the_training(watched):
    def refused(epoch):
        raise PermissionError(13, "Permission denied", "best_generator_model_ana.h5")

    said, watch = watched(FashionSettings("ana"), ROWS, [GRID] * 2, measure=refused, notes=[{}])
    assert said.count("the training continues, but") == 2 and len(watch.notes) == 3 and "variety" in watch.notes[1]

    def full(epoch):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        watched(FashionSettings("ana"), ROWS, [GRID], measure=full, notes=[{}])
