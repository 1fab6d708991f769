import json

from assignment.data.dataset import Provenance
from assignment.evaluation.scores import Copying, ScoreRange
from assignment.evaluation.verdicts import Verdict
from assignment.session.record import write_history, write_metrics, write_record
from assignment.session.run import Run
from assignment.settings.tracks import FashionSettings
from assignment.storage.workspace import Workspace
from assignment.training.loop import Row
from assignment.training.proof import Movement

ROW = Row(1, 0.5, 1.25, 0.25, 0.75, updates=55, seconds=4.0)


def test_the_history_is_one_line_an_epoch(tmp_path):
    write_history(tmp_path / "history.csv", [ROW, ROW._replace(epoch=2)], [{}, {"variety": 0.5}, {"recall": 0.25}])
    assert (tmp_path / "history.csv").read_text(encoding="utf-8").splitlines() == [
        "epoch,discriminator_loss,generator_loss,discriminator_loss_real,discriminator_loss_fake,updates,seconds,"
        "variety,recall",
        "1,0.5,1.25,0.25,0.75,55,4.0,0.5,",
        "2,0.5,1.25,0.25,0.75,55,4.0,,0.25",
    ]


def test_the_record(tmp_path):
    workspace = Workspace.for_run("fashion", tmp_path, tmp_path, "Ана")
    workspace.prepare()
    provenance = Provenance("folder data", "Fashion-MNIST", "MD5", is_standin=False)
    run = Run(FashionSettings("Ана"), workspace, None, "python run_assignment.py", "float32", provenance)
    proof = [Movement("generator", "generator", "aa", "bb", must_move=True)]
    write_record(
        run,
        status="finished",
        rows=[ROW],
        updates=57,
        proof=proof,
        conditions={"seed": 1},
        timings={"training": 4.0},
        loss_unit="nats",
        problems=[{"name": "sick", "first": 3}],
    )
    record = json.loads(workspace.record.read_text(encoding="utf-8"))
    assert record["settings"]["firstname"] == "Ана" and record["settings"]["outputs_dir"] == "outputs"
    assert record["freeze_proof"] == [
        {"phase": "generator", "network": "generator", "before": "aa", "after": "bb", "must_move": True, "moved": True}
    ]
    assert record["final_losses"] == {"unit": "nats", "discriminator": 0.5, "generator": 1.25}
    assert (record["epochs_done"], record["updates_done"]) == (1, 57)
    assert record["conditions"] == {"seed": 1}
    assert record["problems"] == [{"name": "sick", "first": 3}]
    assert record["timings_seconds"] == {"training": 4.0} and record["data"]["source"] == "folder data"
    write_record(run, status="failed", rows=[], updates=0, proof=[], conditions={}, timings={}, loss_unit="nats")
    assert json.loads(workspace.record.read_text(encoding="utf-8"))["final_losses"] is None


def test_the_metrics(tmp_path):
    workspace = Workspace.for_run("fashion", tmp_path, tmp_path, "ana")
    workspace.prepare()
    run = Run(FashionSettings("ana"), workspace, None, "", "float32")
    figures = {"judge_fid": ScoreRange(3.0, 2.0, 4.0)}
    write_metrics(
        run,
        judge={"accuracy": 0.99},
        images={"per_draw": 2000},
        scores=figures,
        floor=figures,
        copying=Copying(0.2, 0.3, 0.01),
        measured={0: {"judge_fid": 90.0}, 5: {"judge_fid": 3.5}},
        verdicts=[Verdict("Is it?", "yes", "It is.")],
    )
    told = json.loads(workspace.metrics.read_text(encoding="utf-8"))
    assert told["generated"] == told["floor"] == {"judge_fid": {"mean": 3.0, "lowest": 2.0, "highest": 4.0}}
    assert told["over_time"] == [{"epoch": 0, "judge_fid": 90.0}, {"epoch": 5, "judge_fid": 3.5}]
    assert told["copying"] == {"nearest": 0.2, "floor": 0.3, "copies": 0.01} and told["judge"] == {"accuracy": 0.99}
    assert told["verdicts"] == [{"question": "Is it?", "answer": "yes", "evidence": "It is."}]
    assert "not comparable with published FIDs" in told["judge_fid_note"]
