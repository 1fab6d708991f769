"""The MNIST exercise: digits by two gradient tapes."""
