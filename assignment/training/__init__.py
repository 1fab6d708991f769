"""The GAN's training: the freeze and its proof, the update rules, the loop, the random streams, the export."""
