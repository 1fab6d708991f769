"""The report of an unforeseen error: the command, the versions and the traceback, in a file."""

from __future__ import annotations

import platform
import tempfile
import traceback
from contextlib import suppress
from datetime import datetime
from importlib import metadata
from pathlib import Path

from assignment.errors import AssignmentError
from assignment.storage.files import write_text

REPORT_NAME = "error_report.txt"
REPORTED_PACKAGES = (
    "tensorflow",
    "keras",
    "numpy",
    "h5py",
    "pyfive",
    "fsspec",
    "matplotlib",
    "rich",
    "jinja2",
    "filelock",
    "msgspec",
    "anyascii",
)


def write_report(error: BaseException, doing: str, command: str, folder: Path | None) -> Path | None:
    """Write the report into `folder`, or a temporary file without it; return its path, None if neither can be written.

    doing, command: what the program was doing, and the command line that started it.
    """
    text = "\n".join(
        [
            f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}, while {doing}",
            f"command: {command}",
            f"system: {platform.platform()}, Python {platform.python_version()}",
            f"packages: {', '.join(f'{name} {_version(name)}' for name in ('gan-assignment', *REPORTED_PACKAGES))}",
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    text = text.encode("utf-8", "backslashreplace").decode()  # a path may be no valid text
    if folder is not None and folder.is_dir():
        with suppress(OSError, AssignmentError):  # the folder may belong to another run now
            write_text(folder / REPORT_NAME, text)
            return folder / REPORT_NAME
    with (
        suppress(OSError),
        tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", prefix="assignment-", suffix=f"-{REPORT_NAME}", delete=False
        ) as file,
    ):
        file.write(text)
        return Path(file.name)
    return None


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"
