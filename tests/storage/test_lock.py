import json
import os
import re
import subprocess
import sys

import pytest

from assignment.errors import AssignmentError
from assignment.storage.files import partial_path
from assignment.storage.lock import held
from assignment.storage.workspace import Workspace

HOLD = """
import sys, time
from pathlib import Path
from assignment.storage.lock import held
from assignment.storage.workspace import Workspace
with held(Workspace(Path(sys.argv[1]), Path(sys.argv[1]), "ana"), "python run_assignment.py --firstname ana"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path, tmp_path, "ana")


def test_another_process_is_told_who_holds_it_until_that_one_is_killed(workspace):
    with subprocess.Popen([sys.executable, "-c", HOLD, workspace.folder], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        said = (
            f"another run is writing in {re.escape(str(workspace.folder))} \\(process {other.pid} on .*, since .*:"
            " python run_assignment.py --firstname ana\\); wait"
        )
        try:
            with pytest.raises(AssignmentError, match=said), held(workspace, ""):
                pass
        finally:
            other.kill()
            other.wait()
    with held(workspace, "the next one"):
        holder = json.loads(workspace.holder.read_text(encoding="utf-8"))
        assert (holder["process"], holder["command"]) == (os.getpid(), "the next one")
    assert not workspace.holder.exists()


def test_a_holder_that_cannot_be_read_is_another_run_all_the_same(workspace):
    with held(workspace, ""):
        workspace.holder.write_text("half")
        with pytest.raises(AssignmentError, match=r"another run is writing in .*; wait"), held(workspace, ""):
            pass


def test_what_a_killed_run_had_begun_goes(workspace):
    begun = partial_path(workspace.losses, "0123abcd")
    begun.touch()
    with held(workspace, ""):
        assert not begun.exists()


def test_it_is_free_after_an_error(workspace):
    with pytest.raises(ZeroDivisionError), held(workspace, ""):
        raise ZeroDivisionError
    with held(workspace, ""):
        pass
