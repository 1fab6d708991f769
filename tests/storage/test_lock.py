import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from filelock import FileLock

from assignment.errors import AssignmentError
from assignment.storage.files import partial_path, write_text
from assignment.storage.lock import FolderTaken, check_unlocked, lock_folder, lock_if_free
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


@pytest.mark.parametrize(
    "content",
    [
        "half",
        "[]",
        "{}",
        '{"process": {}}',
        '{"process": 1, "computer": "two\\nlines", "since": "", "command": ""}',
        "[" * 100_000,
    ],
)
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


@pytest.fixture
def deletable(tmp_path):
    """The workspace of a folder that can be deleted while it is locked."""
    if os.name == "nt":
        pytest.skip("Windows refuses to delete a folder with an open file in it")
    workspace = Workspace(tmp_path / "outputs", tmp_path / "models", "ana")
    workspace.folder.mkdir()
    return workspace


def test_after_its_folder_was_deleted_a_run_takes_the_lock_again_with_its_next_file(deletable):
    with lock_folder(deletable, "the run"):
        shutil.rmtree(deletable.folder)
        write_text(deletable.history, "1")
        assert json.loads(deletable.holder.read_text(encoding="utf-8"))["command"] == "the run"
        with pytest.raises(AssignmentError, match="another run is writing in .*: the run.; wait"):
            check_unlocked([deletable])
    check_unlocked([deletable])
    assert sorted(path.name for path in deletable.folder.iterdir()) == [".lock", "history.csv"]


def test_a_run_whose_folder_was_deleted_and_taken_by_another_run_writes_nothing_more(deletable):
    with lock_folder(deletable, "the first run"):
        shutil.rmtree(deletable.folder)
        deletable.folder.mkdir()
        with FileLock(deletable.lock, timeout=0):
            deletable.holder.write_text('{"process": 7, "computer": "c", "since": "now", "command": "the second"}')
            for _ in range(2):
                with pytest.raises(FolderTaken) as caught:
                    write_text(deletable.history, "1")
        with pytest.raises(FolderTaken):  # even after the other run has ended
            write_text(deletable.generator_model, "1")
    assert str(caught.value) == (
        f"the folder {deletable.folder} was deleted during this run, and another run is writing in it now (process 7 on"
        " c, since now: the second); this run saves nothing more."
    )
    assert sorted(path.name for path in deletable.folder.iterdir()) == [".holder.json", ".lock"]


def test_files_elsewhere_are_written_even_if_the_locked_folder_cannot_be_created_again(deletable):
    with lock_folder(deletable, ""):
        shutil.rmtree(deletable.folder)
        deletable.folder.write_text("a file in its place")
        write_text(deletable.generator_model, "1")
        with pytest.raises(NotADirectoryError):
            write_text(deletable.history, "1")
        deletable.folder.unlink()
        write_text(deletable.history, "1")
        with pytest.raises(AssignmentError, match="another run is writing"):
            check_unlocked([deletable])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_as_the_holder_file_is_not_read(workspace):
    with lock_folder(workspace, ""):
        workspace.holder.unlink()
        os.mkfifo(workspace.holder)
        with pytest.raises(AssignmentError, match=r"another run is writing in .*; wait"), lock_folder(workspace, ""):
            pass


def test_a_lock_that_is_taken_only_if_free_deletes_the_partial_files_of_killed_runs_and_no_others(workspace):
    partial = partial_path(workspace.samples("seed_1"), "0123abcd")
    partial.touch()
    with lock_if_free(workspace, "assignment sample"):
        assert not partial.exists()
        with pytest.raises(AssignmentError, match="another run is writing in .*: assignment sample"):
            check_unlocked([workspace])
    with lock_folder(workspace, "a run"):
        partial.touch()
        with lock_if_free(workspace, "assignment sample"):
            assert partial.exists()
