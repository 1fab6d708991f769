"""The assignment sheet: a GAN that learns the trousers of Fashion-MNIST, in eight steps."""
