"""Saved generators: their images and their metrics, from their .h5 files."""
