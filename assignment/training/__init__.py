"""GAN training: the freeze and its proof, the update rules, the loop, random streams, checkpoints and export."""
