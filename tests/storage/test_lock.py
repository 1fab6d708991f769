import json
import os
import re
import subprocess
import sys

import pytest

from assignment.errors import AssignmentError
from assignment.storage.files import partial_path
from assignment.storage.lock import check_unlocked, lock_folder
from assignment.storage.workspace import Workspace

HOLD_THE_LOCK = """
import sys, time
from pathlib import Path
from assignment.storage.lock import lock_folder
from assignment.storage.workspace import Workspace
with lock_folder(Workspace(Path(sys.argv[1]), Path(sys.argv[1]), "ana"), "python run_assignment.py --firstname ana"):
    print("locked", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path, tmp_path, "ana")


def test_the_error_names_the_process_that_holds_the_lock_until_it_is_killed(workspace):
    with subprocess.Popen([sys.executable, "-c", HOLD_THE_LOCK, workspace.folder], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"locked\n"
        message = (
            f"another run is writing in {re.escape(str(workspace.folder))} \\(process {other.pid} on .*, since .*:"
            " python run_assignment.py --firstname ana\\); wait"
        )
        try:
            with pytest.raises(AssignmentError, match=message), lock_folder(workspace, ""):
                pass
        finally:
            other.kill()
            other.wait()
    with lock_folder(workspace, "the next one"):
        holder = json.loads(workspace.holder.read_text(encoding="utf-8"))
        assert (holder["process"], holder["command"]) == (os.getpid(), "the next one")
    assert not workspace.holder.exists()


@pytest.mark.parametrize("content", ["half", "[]", "{}"])
def test_the_lock_holds_even_if_the_holder_file_cannot_be_read(workspace, content):
    with lock_folder(workspace, ""):
        workspace.holder.write_text(content)
        with pytest.raises(AssignmentError, match=r"another run is writing in .*; wait"), lock_folder(workspace, ""):
            pass


def test_locking_deletes_the_partial_files_of_a_killed_run(workspace):
    partial = partial_path(workspace.losses, "0123abcd")
    partial.touch()
    with lock_folder(workspace, ""):
        assert not partial.exists()


def test_the_lock_is_released_after_an_error(workspace):
    with pytest.raises(ZeroDivisionError), lock_folder(workspace, ""):
        raise ZeroDivisionError
    with lock_folder(workspace, ""):
        pass


def test_check_unlocked_raises_only_while_a_folder_is_locked(workspace):
    check_unlocked([workspace])
    with lock_folder(workspace, "a run"), pytest.raises(AssignmentError, match="another run is writing in .*: a run"):
        check_unlocked([workspace])
    check_unlocked([workspace])
