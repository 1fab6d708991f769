"""The MNIST exercise: a GAN that learns digits with two gradient tapes."""
