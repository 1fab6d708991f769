"""The assignment sheet: a GAN that learns the trousers of Fashion-MNIST, in eight steps."""

from assignment.startup import check_python

check_python()  # the steps are commands, and their syntax needs a recent Python
