"""The MNIST exercise: a GAN that learns digits with two gradient tapes.

`run` trains it in eight steps and writes the figures and files. The other functions are its parts:

>>> from assignment import digits
>>> digits.build_discriminator("ana").output_shape
(None, 1)
"""

from __future__ import annotations

from assignment.session.exports import PARTS, exports

MODULES = {
    "build_generator": "assignment.digits.networks",
    "build_discriminator": "assignment.digits.networks",
    "compile_gan": "assignment.digits.networks",
    "check_generator": "assignment.digits.exercise",
    "check_discriminator": "assignment.digits.exercise",
    "check_losses": "assignment.digits.exercise",
    "check_train_step": "assignment.digits.exercise",
    "taped_update": "assignment.training.steps",
    **PARTS,
}
__all__ = ["run", *MODULES]  # noqa: PLE0604

run, __getattr__, __dir__ = exports(__name__, MODULES)
