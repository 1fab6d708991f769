"""Evaluation: measure generated images with a classifier of our own, and find problems in a training."""
