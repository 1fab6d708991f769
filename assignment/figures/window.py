"""Windows that show the saved figures, where there is a display."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from matplotlib.backends import BackendFilter, backend_registry

from assignment.storage.workspace import display_name


class Windows:
    """One window for each figure of a run; saving a figure again refreshes its window.

    A window that the user has closed stays closed. Window systems raise errors of their own when there is no display or
    a window is closed while it is drawn. None of them stops a run: the figures are saved all the same.
    """

    closed_by_user = True

    def __init__(self) -> None:
        # pyplot is imported here because it chooses a window system, which is slow and not always possible.
        import matplotlib.pyplot as plt

        self._plt = plt
        self._opened: set[str] = set()
        plt.rcParams["figure.raise_window"] = False  # a refreshed figure must not take the keyboard focus

    @property
    def available(self) -> bool:
        """Whether matplotlib can open windows; without a window system it only draws to files."""
        try:
            backend = self._plt.get_backend().lower()
            self._plt.switch_backend(backend)
            self._plt.close(self._plt.figure())  # a window that is not shown; some systems fail only here
        except Exception:
            return False
        return backend in {name.lower() for name in backend_registry.list_builtin(BackendFilter.INTERACTIVE)}

    def show(self, path: Path) -> None:
        """Open or refresh the window of the picture at `path`, without waiting."""
        name = display_name(path)
        with suppress(Exception):
            if name in self._opened and name not in self._plt.get_figlabels():
                return
            self._opened.add(name)
            figure = self._plt.figure(name)
            figure.clear()
            axes = figure.add_axes((0, 0, 1, 1))
            axes.set_axis_off()
            axes.imshow(self._plt.imread(path), origin="upper", aspect="equal")  # whatever the user's own settings are
            self._plt.show(block=False)
            self._plt.pause(0.05)  # seconds; the window system needs a moment to draw

    def show_line(self, text: str) -> bool:
        """Return False: there is a console for lines."""
        return False

    def hold(self) -> None:
        """Wait until every window is closed."""
        with suppress(Exception):
            self._plt.show(block=True)
