import json

from assignment.data.dataset import Provenance
from assignment.record import write_history, write_record
from assignment.run import Run
from assignment.settings import FashionSettings
from assignment.training.loop import Row
from assignment.training.proof import Movement
from assignment.workspace import Workspace

ROW = Row(1, 0.5, 1.25, 0.25, 0.75, updates=55, seconds=4.0)


def test_the_history_is_one_line_an_epoch(tmp_path):
    write_history(tmp_path / "history.csv", [ROW, ROW._replace(epoch=2)])
    assert (tmp_path / "history.csv").read_text(encoding="utf-8").splitlines() == [
        "epoch,discriminator_loss,generator_loss,discriminator_loss_real,discriminator_loss_fake,updates,seconds",
        "1,0.5,1.25,0.25,0.75,55,4.0",
        "2,0.5,1.25,0.25,0.75,55,4.0",
    ]


def test_the_record(tmp_path):
    workspace = Workspace.of("fashion", tmp_path, tmp_path, "Ана")
    workspace.prepare()
    provenance = Provenance("folder data", "Fashion-MNIST", "MD5", is_standin=False)
    run = Run(FashionSettings("Ана"), workspace, None, "python run_assignment.py", "float32", provenance)
    proof = [Movement("generator", "generator", "aa", "bb", must_move=True)]
    write_record(run, status="finished", rows=[ROW], updates=57, proof=proof, conditions={"seed": 1},
                 timings={"training": 4.0})
    record = json.loads(workspace.record.read_text(encoding="utf-8"))
    assert record["settings"]["firstname"] == "Ана" and record["settings"]["outputs_dir"] == "outputs"
    assert record["freeze_proof"] == [
        {"phase": "generator", "network": "generator", "before": "aa", "after": "bb", "must_move": True, "moved": True}
    ]
    assert record["final_losses_nats"] == {"discriminator": 0.5, "generator": 1.25}
    assert (record["epochs_done"], record["updates_done"]) == (1, 57)
    assert record["conditions"] == {"seed": 1}
    assert record["timings_seconds"] == {"training": 4.0} and record["data"]["source"] == "folder data"
    write_record(run, status="failed", rows=[], updates=0, proof=[], conditions={}, timings={})
    assert json.loads(workspace.record.read_text(encoding="utf-8"))["final_losses_nats"] is None
