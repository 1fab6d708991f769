"""A GAN course, done properly on Keras 3."""

__version__ = "0.2.0"
