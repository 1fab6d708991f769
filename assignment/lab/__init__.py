"""The lab: train the same GAN with each practice alone, on the same seeds, and compare the results."""
