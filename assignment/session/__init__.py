"""One training session: its steps, screen, checkpoints, evaluation, records and files."""
