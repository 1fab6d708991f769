"""What the tests of the lab share: results of trials."""

from __future__ import annotations

from math import nan

import pytest

from assignment.evaluation.health import DIVERGENCE
from assignment.lab.results import Result


@pytest.fixture(scope="session")
def make_result():
    """A function that returns the result of a finished trial, with the given fields changed."""

    def make(practice: str, seed: int, judge_fid: float = 50.0, **changes: str | float) -> Result:
        result = Result(
            practice, seed, 20, "finished", judge_fid, 0.8, 0.5, 0.9, 0.3, 330.0, "", "0123", "the real ones"
        )
        return result._replace(**changes)

    return make


@pytest.fixture(scope="session")
def make_diverged(make_result):
    """A function that returns the result of a trial that diverged in its third epoch."""

    def make(practice: str, seed: int) -> Result:
        return make_result(
            practice,
            seed,
            nan,
            status="failed",
            precision=nan,
            recall=nan,
            diversity=nan,
            judge="",
            problems=f"{DIVERGENCE}, epochs 3 to 3",
        )

    return make
