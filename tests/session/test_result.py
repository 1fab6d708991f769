"""The result of a run that is incomplete."""

import numpy as np
import pytest

from assignment.errors import AssignmentError
from assignment.session.result import RunResult
from assignment.settings.tracks import FashionSettings
from assignment.storage.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace.for_run("fashion", tmp_path / "outputs", tmp_path / "models", "ana")
    workspace.folder.mkdir(parents=True)
    return workspace


def test_a_run_that_was_stopped_in_its_first_epoch_has_no_results(workspace):
    run = RunResult(FashionSettings("ana"), workspace)
    assert (run.status, run.epochs, run.metrics, run.figures) == ("interrupted", 0, None, {})
    for name in ("generator", "discriminator", "history"):
        with pytest.raises(AssignmentError, match="does not exist yet; the same call continues the training"):
            getattr(run, name)


def test_the_results_of_an_earlier_training_are_not_those_of_one_that_wrote_none(workspace):
    """--fresh leaves the earlier files until the first epoch is complete."""
    workspace.record.write_text('{"status": "finished", "epochs_done": 300}', encoding="utf-8")
    workspace.history.write_text("epoch\n1\n", encoding="utf-8")
    earlier, run = (RunResult(FashionSettings("ana"), workspace, has_results) for has_results in (True, False))
    assert (earlier.status, earlier.epochs) == ("finished", 300) and earlier.history["epoch"].tolist() == [1]
    assert (run.status, run.epochs, run.figures, run.metrics) == ("interrupted", 0, {}, None)
    with pytest.raises(AssignmentError):
        _ = run.history


def test_what_was_not_measured_is_nan(workspace):
    workspace.history.write_text("epoch,judge_fid\n1,\n2,9.5\n", encoding="utf-8")
    history = RunResult(FashionSettings("ana"), workspace).history
    np.testing.assert_array_equal(history["judge_fid"], [np.nan, 9.5])
    assert history["epoch"].tolist() == [1, 2]
