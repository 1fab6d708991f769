"""The exception for a file that is not read, with the reason."""


class Refused(ValueError):
    """A file that is not read. The message is the end of a sentence that begins with the file's path and a colon."""
