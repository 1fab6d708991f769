"""Judges that were not trained, which the tests of this folder share."""

import pytest

from assignment.evaluation.judge import Judge, build_classifier
from assignment.evaluation.judge_files import JudgeFacts, StoredJudge
from assignment.evaluation.judge_training import CODE_VERSION


@pytest.fixture
def make_judge():
    """A function that returns an untrained judge, with facts that can be changed."""

    def make(seed=0, **changes):
        judge = Judge(build_classifier(seed))
        facts = {
            "data": "mnist",
            "data_md5": "0" * 32,
            "images": "twenty images",
            "code": CODE_VERSION,
            "seed": seed,
            "epochs": 1,
            "weights": judge.fingerprint(),
            "accuracy": 0.5,
            "seconds": 1.0,
            "made": "2026-01-01T00:00:00+00:00",
            "versions": {"keras": "3"},
        }
        return StoredJudge(judge, JudgeFacts(**{**facts, **changes}))

    return make
