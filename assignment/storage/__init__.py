"""Where a run's files are, how each is written whole, and the lock on its folder."""
