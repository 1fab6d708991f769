"""The lecture notebook: its DCGAN and its dense GAN, by two gradient tapes, and its exercises."""
