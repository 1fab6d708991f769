"""The lecture notebook: its DCGAN and its dense GAN, trained with two gradient tapes, and its exercises.

`run` trains it in eight steps and writes the figures and files. The other functions are its parts:

>>> from assignment import lecture
>>> lecture.build_dense_generator("ana").output_shape
(None, 28, 28, 1)
"""

from __future__ import annotations

from assignment.session.exports import PARTS, exports

MODULES = {
    "build_dcgan_generator": "assignment.lecture.networks",
    "build_dcgan_discriminator": "assignment.lecture.networks",
    "build_dense_generator": "assignment.lecture.networks",
    "build_dense_discriminator": "assignment.lecture.networks",
    "compile_gan": "assignment.lecture.networks",
    "taped_update": "assignment.training.steps",
    **PARTS,
}
__all__ = ["run", *MODULES]  # noqa: PLE0604

run, __getattr__, __dir__ = exports(__name__, MODULES)
