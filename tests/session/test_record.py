import json

import pytest

from assignment.data.dataset import Provenance
from assignment.evaluation.scores import Copying, ScoreRange
from assignment.evaluation.verdicts import Verdict
from assignment.session.record import (
    progress_epochs,
    read_measured,
    read_stop_epoch,
    write_history,
    write_metrics,
    write_record,
)
from assignment.training.loop import Row
from assignment.training.proof import WeightCheck

ROW = Row(1, 0.5, 1.25, 0.25, 0.75, updates=55, seconds=4.0)
REAL = Provenance("folder data", "Fashion-MNIST", "MD5", is_standin=False)


@pytest.fixture
def run(make_run):
    return make_run(provenance=REAL)


def test_the_history_has_one_line_per_epoch(tmp_path):
    write_history(tmp_path / "history.csv", [ROW, ROW._replace(epoch=2)], [{}, {"variety": 0.5}, {"recall": 0.25}])
    assert (tmp_path / "history.csv").read_text(encoding="utf-8").splitlines() == [
        "epoch,discriminator_loss,generator_loss,discriminator_loss_real,discriminator_loss_fake,updates,seconds,"
        "variety,recall",
        "1,0.5,1.25,0.25,0.75,55,4.0,0.5,",
        "2,0.5,1.25,0.25,0.75,55,4.0,,0.25",
    ]


def test_the_record_describes_the_run_and_how_it_ended(run):
    write_record(
        run,
        status="finished",
        rows=[ROW],
        updates=57,
        proof=[WeightCheck("generator", "generator", "aa", "bb", must_change=True)],
        conditions={"seed": 1},
        timings={"training": 4.0},
        loss_unit="nats",
        problems=[{"name": "mode collapse", "first": 3}],
    )
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert record["settings"]["firstname"] == "Ана"
    assert record["settings"]["outputs_dir"] == run.settings.outputs_dir.as_posix()
    assert record["freeze_proof"] == [
        {
            "phase": "generator",
            "network": "generator",
            "before": "aa",
            "after": "bb",
            "must_change": True,
            "changed": True,
        }
    ]
    assert record["final_losses"] == {"unit": "nats", "discriminator": 0.5, "generator": 1.25}
    assert (record["epochs_done"], record["updates_done"]) == (1, 57)
    assert record["conditions"] == {"seed": 1}
    assert record["problems"] == [{"name": "mode collapse", "first": 3}]
    assert record["timings_seconds"] == {"training": 4.0} and record["data"]["source"] == "folder data"


def test_a_record_without_a_complete_epoch_has_no_final_losses(run):
    write_record(run, status="failed", rows=[], updates=0, proof=[], conditions={}, timings={}, loss_unit="nats")
    assert json.loads(run.workspace.record.read_text(encoding="utf-8"))["final_losses"] is None


def test_the_metrics_have_scores_floor_verdicts_and_measured_epochs(run):
    scores = {"judge_fid": ScoreRange(3.0, 2.0, 4.0)}
    write_metrics(
        run,
        judge={"accuracy": 0.99},
        images={"per_draw": 2000},
        scores=scores,
        floor=scores,
        copying=Copying(0.2, 0.3, 0.01),
        measured={0: {"judge_fid": 90.0}, 5: {"judge_fid": 3.5}},
        verdicts=[Verdict("Is it?", "yes", "It is.")],
    )
    metrics = json.loads(run.workspace.metrics.read_text(encoding="utf-8"))
    assert metrics["generated"] == metrics["floor"] == {"judge_fid": {"mean": 3.0, "lowest": 2.0, "highest": 4.0}}
    assert metrics["over_time"] == [{"epoch": 0, "judge_fid": 90.0}, {"epoch": 5, "judge_fid": 3.5}]
    assert metrics["copying"] == {"nearest": 0.2, "floor": 0.3, "copies": 0.01}
    assert metrics["judge"] == {"accuracy": 0.99}
    assert metrics["verdicts"] == [{"question": "Is it?", "answer": "yes", "evidence": "It is."}]
    assert "not comparable with published FIDs" in metrics["judge_fid_note"]


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [
        (1, [0, 1]),
        (2, [0, 1, 2]),
        (7, [0, 1, 2, 3, 4, 5, 6, 7]),
        (12, [0, 1, 2, 5, 10, 12]),
        (100, [0, 1, 2, 5, 10, 20, 50, 100]),
        (300, [0, 1, 2, 5, 10, 20, 50, 100, 200, 300]),
    ],
)
def test_the_progress_shows_every_epoch_up_to_ten_and_then_1_2_5_10_and_so_on(epochs, expected):
    assert progress_epochs(epochs) == expected


@pytest.mark.parametrize(
    ("record", "epoch"),
    [
        (None, None),
        ([], None),
        ({"status": "interrupted", "epochs_done": "3", "settings": {"grid_every": 2}}, None),
        ({"status": "interrupted", "epochs_done": 3, "settings": {"grid_every": 0}}, None),
        ({"status": "interrupted", "epochs_done": 4, "settings": {"grid_every": 2}}, None),
        ({"status": "finished", "epochs_done": 3, "settings": {"grid_every": 2}}, None),
        ({"status": "interrupted", "epochs_done": 3, "settings": {"grid_every": 2}}, 3),
        ({"status": "failed", "epochs_done": 3, "settings": {"grid_every": 2}}, 3),
    ],
)
def test_a_run_that_did_not_finish_may_have_a_grid_that_was_not_due(tmp_path, record, epoch):
    (tmp_path / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert read_stop_epoch(tmp_path / "run.json") == epoch


@pytest.mark.parametrize(
    ("weights", "measured", "expected"),
    [
        ("aa", {"5": 2.5}, {}),
        ("bb", {5: 2.5}, {}),
        ("aa", {5: 2.5, 5.67: 1.5}, {5: {"judge_fid": 2.5}}),
        ("aa", {0: 9.5, 5: 2.5}, {0: {"judge_fid": 9.5}, 5: {"judge_fid": 2.5}}),
    ],
)
def test_the_measured_epochs_are_read_if_the_same_judge_measured_them(run, weights, measured, expected):
    scores = {"judge_fid": ScoreRange(3.0, 2.0, 4.0)}
    write_metrics(
        run,
        judge={"accuracy": 0.99, "weights": weights},
        images={"per_draw": 2000, "draws": 5, "real": 3500},
        scores=scores,
        floor=scores,
        copying=Copying(0.2, 0.3, 0.01),
        measured={epoch: {"judge_fid": fid, "other": 1.0} for epoch, fid in measured.items()},
        verdicts=[],
    )
    assert read_measured(run.workspace.metrics, "aa") == expected


@pytest.mark.parametrize("content", ["null", "[]", "{}"])
def test_damaged_metrics_have_no_measured_epochs(tmp_path, content):
    (tmp_path / "metrics.json").write_text(content, encoding="utf-8")
    assert read_measured(tmp_path / "metrics.json", "aa") == {}
