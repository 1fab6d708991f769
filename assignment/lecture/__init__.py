"""The lecture notebook: its DCGAN and its dense GAN, trained with two gradient tapes, and its exercises."""
