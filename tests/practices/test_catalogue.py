from pathlib import Path

import pytest

from assignment.practices.catalogue import BY_NAME, CATALOGUE, GROUPS
from assignment.practices.stack import PracticeStack
from assignment.settings.tracks import TRACKS

DOCS = Path(__file__).parent.parent.parent / "docs"
# Every remedy in the lecture's table of problems (section 10), and in its demonstration.
LECTURE_REMEDIES = {
    "Minibatch discrimination": "minibatch-discrimination",
    "Unrolled GANs": "unrolled",
    "WGAN": "wasserstein",
    "Spectral normalization": "spectral-normalization",
    "Feature matching": "feature-matching",
    "Label smoothing": "label-smoothing",
    "Progressive growing": "progressive-growing",
    "Careful hyperparams": "two-time-scale",
}

each_entry = pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)


@each_entry
def test_practice_can_be_created(entry):
    PracticeStack([entry.name], seed=1, batch_size=8)


def test_names_are_unique():
    assert len(BY_NAME) == len(CATALOGUE) >= 18


@each_entry
def test_name_is_lower_case_ascii_and_all_texts_are_given(entry):
    assert entry.name.replace("-", "").islower() and entry.name.isascii()
    assert entry.ingredients and entry.change and entry.problem and entry.source and entry.cost
    assert entry.relative_time > 0


@each_entry
def test_conflicts_are_with_known_practices_tracks_and_options(entry):
    assert set(entry.conflicts) <= {*BY_NAME, *TRACKS, "mnist", "validity+class", "--label-smoothing"}


@pytest.mark.parametrize("remedy", LECTURE_REMEDIES)
def test_every_remedy_of_the_lecture_is_a_practice_and_cites_it(remedy):
    entry = BY_NAME[LECTURE_REMEDIES[remedy]]
    assert "lecture, section 10" in entry.source or remedy == "Careful hyperparams"


@each_entry
def test_docs_have_a_row_for_the_practice(entry):
    page = (DOCS / "practices.md").read_text(encoding="utf-8")
    assert f"| `{entry.name}` | {entry.change} | {entry.problem} |" in page


@each_entry
def test_every_practice_is_listed_under_one_title_with_a_short_summary(entry):
    assert sum(entry.ingredients[0] in ingredients for ingredients in GROUPS.values()) == 1
    assert entry.change.startswith(entry.summary) and len(f"  {entry.name}: {entry.summary}") <= 2 * 78
