import json

import pytest

from assignment.evaluation.metrics_file import read_metrics
from assignment.evaluation.scores import Copying, ScoreRange
from assignment.evaluation.verdicts import Verdict

RANGE = {"mean": 3.0, "lowest": 2.0, "highest": 4.0}
CONTENT = {
    "format": 2,
    "judge": {"accuracy": 0.99, "weights": "aa", "seconds": 81.0},
    "judge_fid_note": "ours",
    "images": {"per_draw": 2000, "draws": 5, "real": 3500},
    "generated": {"judge_fid": RANGE},
    "floor": {"judge_fid": RANGE, "precision": RANGE},
    "copying": {"nearest": 0.2, "floor": 0.3, "copies": 0.01},
    "verdicts": [{"question": "Is it?", "answer": "yes", "evidence": "It is."}],
    "over_time": [{"epoch": 0, "judge_fid": 9}, {"epoch": 1.5, "judge_fid": 3.5}],
}


@pytest.fixture
def read(tmp_path):
    """A function that reads the metrics of a file with this content."""

    def read_content(content):
        (tmp_path / "metrics.json").write_text(json.dumps(content), encoding="utf-8")
        return read_metrics(tmp_path / "metrics.json")

    return read_content


def test_a_file_is_read_as_the_records_that_were_written(read, tmp_path):
    assert read_metrics(tmp_path / "none.json") is None
    metrics = read(CONTENT)
    assert metrics.generated == {"judge_fid": ScoreRange(3.0, 2.0, 4.0)}
    assert metrics.copying == Copying(0.2, 0.3, 0.01) and metrics.verdicts == [Verdict("Is it?", "yes", "It is.")]
    assert (metrics.judge.accuracy, metrics.judge.weights, metrics.images.real) == (0.99, "aa", 3500)


@pytest.mark.parametrize(
    "changes", [{"floor": {}}, {"over_time": [{"epoch": 0}]}, {"over_time": [{"judge_fid": 9}]}, {"judge": []}]
)
def test_a_file_without_a_metric_that_its_other_parts_have_is_not_read(read, changes):
    assert read({**CONTENT, **changes}) is None
