"""The MNIST exercise: a GAN that learns digits with two gradient tapes.

`run` trains it in eight steps and writes the figures and files. The other functions are its parts:

>>> from assignment import digits
>>> digits.build_discriminator("ana").output_shape
(None, 1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assignment.exports import exports

if TYPE_CHECKING:
    from assignment.session.result import RunResult

MODULES = {
    "build_generator": "assignment.digits.networks",
    "build_discriminator": "assignment.digits.networks",
    "compile_gan": "assignment.digits.networks",
    "check_generator": "assignment.digits.exercise",
    "check_discriminator": "assignment.digits.exercise",
    "check_losses": "assignment.digits.exercise",
    "check_train_step": "assignment.digits.exercise",
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
    """Run the track, or continue a run that was stopped, as `assignment run --track digits` does.

    settings: the options of `assignment run`, as in `epochs=5`, `data_dir="datasets"` or `quick=True`.
    Returns the result: its networks, losses, metrics and figures.
    Raises AssignmentError, one sentence, for whatever the user can correct.
    """
    from assignment.session.call import call_run

    return call_run("digits", {"firstname": firstname, **settings})


__getattr__, __dir__ = exports(__name__, MODULES)
