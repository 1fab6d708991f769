"""The lecture notebook: its DCGAN and its dense GAN, trained with two gradient tapes, and its exercises.

`run` trains it in eight steps and writes the figures and files. The other functions are its parts:

>>> from assignment import lecture
>>> lecture.build_dense_generator("ana").output_shape
(None, 28, 28, 1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assignment.exports import exports

if TYPE_CHECKING:
    from assignment.session.result import RunResult

MODULES = {
    "build_dcgan_generator": "assignment.lecture.networks",
    "build_dcgan_discriminator": "assignment.lecture.networks",
    "build_dense_generator": "assignment.lecture.networks",
    "build_dense_discriminator": "assignment.lecture.networks",
    "compile_gan": "assignment.lecture.networks",
    "taped_update": "assignment.training.steps",
    "load_images": "assignment.session.images",
    "train": "assignment.training.loop",
    "image_grid": "assignment.figures.grids",
    "row_grid": "assignment.figures.grids",
    "draw_network": "assignment.session.drawing",
    "prove_freeze": "assignment.training.proof",
}
__all__ = ["run", *MODULES]  # noqa: PLE0604


def run(firstname: str, **settings: Any) -> RunResult:
    """Run the track, or continue a run that was stopped, as `assignment run --track lecture` does.

    settings: the options of `assignment run`, as in `epochs=5`, `data_dir="datasets"` or `quick=True`.
    Returns the result: its networks, losses, metrics and figures.
    Raises AssignmentError, one sentence, for whatever the user can correct.
    """
    from assignment.session.call import call_run

    return call_run("lecture", {"firstname": firstname, **settings})


__getattr__, __dir__ = exports(__name__, MODULES)
