"""Processes of this program that it starts itself."""

from __future__ import annotations

import sys
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
