"""The lab: the same training with each practice alone, on the same seeds, and what that shows."""
