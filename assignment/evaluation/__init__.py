"""Whether a generator has learned: measured by a classifier of our own, never by its losses."""
