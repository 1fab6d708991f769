"""The commands of processes, for this program and for its users."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def child_command(module: str, *arguments: str) -> list[str]:
    """Return the command of a process that calls `main` of a module of this package with these arguments.

    The process finds the package wherever it is. It does not search the current folder, which Python calls "": a file
    there that is called numpy.py would be run.
    """
    code = (
        f"import sys; sys.path[:] = [sys.argv[1], *filter(None, sys.path)]; from {module} import main;"
        " main(*sys.argv[2:])"
    )
    return [sys.executable, "-c", code, str(Path(__file__).parent.parent), *arguments]


def thread_variables(threads: int) -> dict[str, str]:
    """Return the environment variables of a process that computes with so many threads and prints UTF-8."""
    return {
        "OMP_NUM_THREADS": str(threads),
        "TF_NUM_INTRAOP_THREADS": str(threads),
        "PYTHONIOENCODING": "utf-8",
    }


def join_words(words: Sequence[str]) -> str:
    """Return a command as the user types it: words with spaces are quoted as the Command Prompt or a shell expects."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
