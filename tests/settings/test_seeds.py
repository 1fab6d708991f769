"""The seed of a first name never changes: a run that was started by an earlier version can be continued."""

from __future__ import annotations

import pytest

from assignment.settings.seeds import SEEDS, seed_from_name


@pytest.mark.parametrize(
    ("firstname", "seed"),
    [
        ("ana", 897_080_505),
        ("Ana", 582_999_893),
        ("bo", 750_430_863),
        ("Zoë", 682_839_028),
        ("Müller", 197_996_736),
        ("李雷", 147_479_505),
    ],
)
def test_the_seed_of_a_name_never_changes(firstname, seed):
    assert seed_from_name(firstname) == seed


def test_names_have_different_seeds_in_the_range():
    seeds = [seed_from_name(f"student-{number}") for number in range(300)]
    assert all(1 <= seed <= SEEDS for seed in seeds)
    assert len(set(seeds)) == 300
