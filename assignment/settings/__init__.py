"""The settings of every command: one dataclass per track, the options of the command line, and checks of the values."""
