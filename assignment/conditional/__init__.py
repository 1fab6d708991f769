"""The conditional track: a GAN that generates a requested class, with functional models of several inputs.

`run` trains it in eight steps and writes the figures and files. The other functions are its parts:

>>> from assignment import conditional
>>> generator = conditional.build_generator("ana")
>>> [tensor.name for tensor in generator.inputs]
['noise', 'label']
"""

from __future__ import annotations

from assignment.session.exports import PARTS, exports

MODULES = {
    "build_generator": "assignment.conditional.networks",
    "build_discriminator": "assignment.conditional.networks",
    "build_auxiliary_discriminator": "assignment.conditional.networks",
    "compile_gan": "assignment.conditional.compiling",
    "compiled_update": "assignment.training.steps",
    **PARTS,
}
__all__ = ["run", *MODULES]  # noqa: PLE0604

run, __getattr__, __dir__ = exports(__name__, MODULES)
