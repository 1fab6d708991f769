"""Run commands of this program on the workers of a Dask cluster."""
