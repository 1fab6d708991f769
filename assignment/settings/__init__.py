"""What a command can be asked: one dataclass per track, the command line's options, and the checks of every value."""
