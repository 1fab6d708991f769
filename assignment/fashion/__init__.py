"""The assignment sheet: a GAN that learns the trousers of Fashion-MNIST, in eight steps.

`run` carries out all steps and writes the figures and files. The other functions are the steps one by one, with arrays
and models in hand:

>>> from assignment import fashion
>>> generator_model_ana = fashion.build_generator("ana")
>>> fashion.sample_generator(generator_model_ana).shape
(12, 28, 28, 1)
"""

from assignment.startup import check_python

check_python()  # the steps are commands; an old Python must be able to read this file, which therefore has no types

from assignment.session.exports import exports  # noqa: E402

MODULES = {
    "split_data": "assignment.fashion.step1_data",
    "display_images": "assignment.fashion.step2_display",
    "build_generator": "assignment.fashion.step3_generator",
    "sample_generator": "assignment.fashion.step4_sample",
    "draw_samples": "assignment.fashion.step4_sample",
    "build_discriminator": "assignment.fashion.step5_discriminator",
    "compile_gan": "assignment.fashion.step6_compile",
    "UPDATE_RULE": "assignment.fashion.step7_train",
    "train_gan": "assignment.fashion.step7_train",
    "save_models": "assignment.fashion.step8_save",
    "FashionSettings": "assignment.settings.tracks",
    "draw_network": "assignment.session.drawing",
    "prove_freeze": "assignment.training.proof",
}
__all__ = ["run"] + sorted(MODULES)

run, __getattr__, __dir__ = exports(__name__, MODULES)
