"""A command of this program with 320 drawn images, the judge that comes with it, and empty figures.

A run then takes seconds.

    python tiny_run.py MODULE WORDS ...

As a preload of a Dask worker, it makes the worker's runs such commands.
"""

import sys
from importlib import import_module

PER_CLASS = 32


def main(module, *words):
    from assignment import runtime

    runtime.start_tensorflow()
    import numpy as np

    from assignment.data import sources
    from assignment.data.dataset import Dataset, Provenance
    from assignment.data.garments import draw_garments
    from assignment.evaluation.shipped_judges import read_shipped_judge
    from assignment.figures import animation, style
    from assignment.session import measurement

    labels = np.tile(np.arange(10, dtype=np.uint8), PER_CLASS)
    images = np.stack([draw_garments(label, PER_CLASS) for label in range(10)], axis=1).reshape(-1, 28, 28)
    provenance = Provenance("drawn", "drawn stand-in", "nothing to check", is_standin=True)
    sources.load = lambda *request: Dataset(images, labels, provenance)
    measurement.get_judge = lambda *request: read_shipped_judge("fashion-mnist")
    style.save = lambda figure, path: path.touch()
    animation.save_animation = lambda path, *frames: path.touch()
    if module == "assignment":
        sys.argv = [module, *words]
        raise SystemExit(import_module("assignment.cli").main())
    import_module(module).main(*words)


def dask_setup(worker):
    from assignment.cluster import job

    job.child_command = lambda module, *words: [sys.executable, __file__, module, *words]


if __name__ == "__main__":
    main(*sys.argv[1:])
