from dataclasses import replace

import pytest

from assignment.grading import copies
from assignment.grading.copies import find_copies
from assignment.settings.seeds import seed_from_name


def of(examined, firstname="ana", seed=5, weights="a" * 64):
    networks = tuple(
        replace(n, firstname=firstname, seed=seed, weights=weights) for n in examined.evidence.networks[:1]
    )
    return replace(examined, evidence=replace(examined.evidence, networks=networks))


@pytest.mark.parametrize(
    ("first", "second", "words", "is_explained"),
    [
        (("ana", 7), ("bo", 7), "which somebody chose with --seed", True),
        (("ana", 7), ("bo", 8), "with the seeds 7 and 8", False),
        (("ana", 7), ("ana", 7), "they are of one run, or of two students with this first name", False),
        (("ana", seed_from_name("ana")), ("bo", seed_from_name("ana")), "which follows from 'ana'", False),
        (("ana", 7), ("", None), "does not record its seed", False),
        (("ana", None), ("bo", None), "does not record its seed", False),
    ],
)
def test_equal_networks_have_an_explanation(make_examined, first, second, words, is_explained):
    examined = {"a": of(make_examined(0), *first), "b": of(make_examined(0), *second)}
    (copy,) = find_copies(examined)
    assert words in copy.explanation and copy.is_explained is is_explained
    assert copy.words == "the same generator" and copy.other("a") == "b"


def test_different_networks_are_no_copies(make_examined):
    examined = {key: of(make_examined(seed), weights=key * 64) for seed, key in enumerate("abc")}
    assert find_copies(examined) == []


def test_two_names_with_one_seed_are_a_rare_chance(make_examined, monkeypatch):
    monkeypatch.setattr(copies, "seed_from_name", lambda name: 7)
    (copy,) = find_copies({"a": of(make_examined(0), "ana", 7), "b": of(make_examined(0), "bo", 7)})
    assert copy.is_explained and "follows from both first names" in copy.explanation
