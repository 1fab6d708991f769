"""Matplotlib figures, drawn from arrays and rows without Keras."""

from assignment.environment import import_matplotlib

import_matplotlib()  # before a module of this package imports it
