"""The conditional track: a GAN that is told which class to draw, with functional models of several inputs."""
