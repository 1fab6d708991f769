"""The paths of a run's files, atomic writes, and the lock on its folder."""
