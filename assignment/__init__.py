"""A well-known GAN course, done properly on Keras 3: trained, proved and measured."""

__version__ = "0.1.0"
