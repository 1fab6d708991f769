"""A page that runs a saved generator in the browser."""
