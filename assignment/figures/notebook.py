"""The saved figures and the progress of a run below the cell of a notebook."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from assignment.storage.workspace import display_name

WIDTH = 560  # pixels of a figure; a cell has about a thousand


def in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


class NotebookFigures:
    """One place below the cell for each figure of a run, which is replaced when the figure is saved again.

    All grids share a place.
    """

    closed_by_user = False

    def __init__(self) -> None:
        self._places: dict[str, Any] = {}

    def show(self, path: Path) -> None:
        """Show the picture at `path`, in the place of an earlier one with this name."""
        from IPython.display import Image

        self._display(display_name(path), Image(data=path.read_bytes(), width=WIDTH))

    def show_line(self, text: str) -> bool:
        """Show a line of text in the place of the earlier one; return True."""
        from IPython.display import Pretty

        self._display("line", Pretty(text))
        return True

    def hold(self) -> None:
        """Return at once: the figures stay below the cell."""

    def _display(self, name: str, content: Any) -> None:
        from IPython.display import display

        with suppress(Exception):  # a picture that cannot be shown ends no training; it is saved all the same
            if name in self._places:
                self._places[name].update(content)
            else:
                self._places[name] = display(content, display_id=True)
