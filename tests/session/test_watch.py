from dataclasses import replace

import numpy as np
import pytest

from assignment.evaluation.health import HealthThresholds, Problem
from assignment.evaluation.metrics import NotFinite
from assignment.session.watch import Watch
from assignment.settings.tracks import FashionSettings, LectureSettings
from assignment.training.loop import Row

ROWS = [Row(epoch, 0.5, 1.0, 0.5, 0.5, updates=1, seconds=1.0) for epoch in range(1, 9)]
GRID = np.random.default_rng(0).uniform(-1, 1, (12, 28, 28, 1))


@pytest.fixture
def watch_epochs(make_run, printed):
    """A function that watches epochs with these rows and grids; it returns what is printed, and the watch."""

    def watch_epochs(rows, grids, settings=FashionSettings("ana"), **options):
        run = replace(make_run(), settings=settings)
        watch = Watch(run, thresholds=HealthThresholds(12, 20.0), **options)
        for count, grid in enumerate(grids, start=1):
            watch.add_epoch(rows[:count], grid)
        return printed(run), watch

    return watch_epochs


def test_a_healthy_training_has_notes_and_nothing_is_printed(watch_epochs):
    output, watch = watch_epochs(ROWS, [GRID] * 8, measure=lambda epoch: {"generator_gradient": 2.0})
    assert output == "" and watch.episodes(ROWS) == []
    assert len(watch.notes) == 1 + 8 and watch.notes[0] == {"generator_gradient": 2.0}
    assert watch.notes[1]["variety"] == pytest.approx(np.sqrt(784 * 2 / 3) / 20, rel=0.02)  # of two uniform images


@pytest.mark.parametrize(
    ("settings", "remedy"), [(FashionSettings("ana"), "--seed 2"), (LectureSettings("ana"), "--label-smoothing 0.1")]
)
def test_a_problem_is_reported_once_with_an_option_of_the_track(watch_epochs, settings, remedy):
    rows = [row._replace(discriminator_loss=0.001) for row in ROWS]
    output, watch = watch_epochs(rows, [GRID] * 8, settings)
    assert output.count("Problem after epoch 3: the discriminator wins") == output.count("Problem after") == 1
    assert f"Try next: {remedy} --fresh." in output
    (episode,) = watch.episodes(rows)
    assert (episode.first, episode.last) == (1, 8)


def test_a_continued_training_continues_its_notes(watch_epochs):
    copies = np.repeat(GRID[:1], 12, axis=0)
    output, watch = watch_epochs(ROWS, [GRID] * 5 + [copies] * 2)
    assert output == ""
    _, continued = watch_epochs(ROWS, [], notes=watch.notes)
    continued.add_epoch(ROWS, copies)
    assert [episode.first for episode in continued.episodes(ROWS)] == [6] and len(continued.notes) == 1 + 8


def test_divergence_is_a_problem(watch_epochs):
    _, watch = watch_epochs(ROWS[:2], [GRID] * 2)
    (episode,) = watch.episodes(ROWS[:2], diverged_in=3)
    assert (episode.problem.name, episode.first, episode.last) == ("divergence", 3, 3)


def test_images_that_are_not_finite_are_an_error_and_leave_as_many_notes_as_rows(watch_epochs):
    _, watch = watch_epochs(ROWS[:1], [GRID])
    with pytest.raises(NotFinite):
        watch.add_epoch(ROWS[:2], np.full_like(GRID, np.nan))
    assert watch.episodes(ROWS[:2]) == []


@pytest.mark.parametrize(
    ("settings", "precision", "try_next", "option"),
    [
        (FashionSettings("ana"), "float32", ("label_smoothing", "seed"), "--seed 2"),
        (FashionSettings("ana", seed=7), "float32", ("label_smoothing", "seed"), "--seed 8"),
        (LectureSettings("ana"), "float32", ("label_smoothing", "seed"), "--label-smoothing 0.1"),
        (LectureSettings("ana", label_smoothing=0.1), "float32", ("label_smoothing", "seed"), "--seed 2"),
        (LectureSettings("ana"), "float32", ("batch_size",), "--batch-size 512"),
        (FashionSettings("ana"), "mixed_bfloat16", ("precision", "batch_size"), "--precision float32"),
        (FashionSettings("ana"), "float32", ("precision", "batch_size"), "--batch-size 256"),
        (FashionSettings("ana"), "float32", ("label_smoothing",), "--seed 2"),
        (FashionSettings("ana"), "float32", ("practice", "seed"), "--practice diff-augment"),
        (FashionSettings("ana", practice=["adaptive-augment"]), "float32", ("practice", "seed"), "--seed 2"),
    ],
)
def test_the_remedy_is_the_first_that_changes_a_setting_of_the_track(make_run, settings, precision, try_next, option):
    watch = Watch(replace(make_run(precision=precision), settings=settings))
    assert watch.remedy(Problem("a problem", "", "", try_next)) == f"{option} --fresh"


def test_a_file_that_cannot_be_written_does_not_end_the_training_but_a_full_disk_does(watch_epochs):
    def refuse(epoch):
        raise PermissionError(13, "Permission denied", "best_generator_model_ana.h5")

    output, watch = watch_epochs(ROWS, [GRID] * 2, measure=refuse, notes=[{}])
    assert output.count("the training continues, but") == 2
    assert len(watch.notes) == 3 and "variety" in watch.notes[1]

    def run_out_of_space(epoch):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        watch_epochs(ROWS, [GRID], measure=run_out_of_space, notes=[{}])
