"""The names that the packages of the tracks offer in Python, imported when they are first used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assignment.session.result import RunResult

# Offered by the conditional, digits and lecture tracks; the module of each name.
PARTS = {
    "load_images": "assignment.session.images",
    "train": "assignment.training.loop",
    "image_grid": "assignment.figures.grids",
    "row_grid": "assignment.figures.grids",
    "draw_network": "assignment.session.drawing",
    "prove_freeze": "assignment.training.proof",
}


def exports(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[..., RunResult], Callable[[str], Any], Callable[[], list[str]]]:
    """Return `run`, `__getattr__` and `__dir__` of a track's package, which offers `run` and the names in `modules`.

    The first use of a name starts TensorFlow, if it is not running.

    modules: the module of each name.
    """
    track = package.rpartition(".")[2]

    def run(firstname: str, **settings: Any) -> RunResult:
        """Run the eight steps, or continue a run that was stopped, as `assignment run` does.

        settings: the options of `assignment run`, as in `epochs=5`, `data_dir="datasets"` or `quick=True`.
        Returns the result: its networks, losses, metrics and figures.
        Raises AssignmentError, one sentence, for whatever the user can correct.
        """
        from assignment.session.call import call_run

        return call_run(track, {"firstname": firstname, **settings})

    run.__module__, run.__qualname__ = package, "run"  # the names in the messages of Python

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        if "keras" not in sys.modules:
            from assignment.runtime import start_tensorflow

            start_tensorflow()
        value = getattr(import_module(modules[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return run, get, lambda: sorted(["run", *modules])
