"""The conditional track: a GAN that generates a requested class, with functional models of several inputs."""
