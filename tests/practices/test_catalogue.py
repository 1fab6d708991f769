from pathlib import Path

import pytest

from assignment.practices.catalogue import BY_NAME, CATALOGUE
from assignment.practices.stack import Mixture
from assignment.settings.tracks import TRACKS

# The lecture, section 10: every remedy of its table of problems, and of its demonstration.
LECTURE = {
    "Minibatch discrimination": "minibatch-discrimination",
    "Unrolled GANs": "unrolled",
    "WGAN": "wasserstein",
    "Spectral normalization": "spectral-normalisation",
    "Feature matching": "feature-matching",
    "Label smoothing": "label-smoothing",
    "Progressive growing": "progressive-growing",
    "Careful hyperparams": "two-time-scale",
}


def test_every_practice_can_be_made():
    for practice in CATALOGUE:
        Mixture([practice.name], seed=1, batch_size=8)


def test_names_are_those_of_options_and_told_apart():
    assert len(BY_NAME) == len(CATALOGUE) >= 18
    for practice in CATALOGUE:
        assert practice.name.replace("-", "").islower() and practice.name.isascii()
        assert all((practice.change, practice.problem, practice.paper, practice.cost)) and practice.time > 0


def test_what_clashes_is_known():
    known = {*BY_NAME, *TRACKS, "validity+class", "--label-smoothing"}
    for practice in CATALOGUE:
        assert set(practice.clashes) <= known


@pytest.mark.parametrize("remedy", LECTURE)
def test_every_remedy_of_the_lecture_is_there_and_cites_it(remedy):
    practice = BY_NAME[LECTURE[remedy]]
    assert "lecture, section 10" in practice.paper or remedy == "Careful hyperparams"


def test_the_page_of_practices_has_a_row_for_each():
    page = (Path(__file__).parent.parent / "docs" / "practices.md").read_text(encoding="utf-8")
    for practice in CATALOGUE:
        assert f"| `{practice.name}` | {practice.change} | {practice.problem} |" in page
