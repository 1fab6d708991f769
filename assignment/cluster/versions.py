"""What must be the same on all machines of a cluster, because it changes the results."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("tensorflow", "keras", "numpy", "distributed")
SOURCES = ("*.py", "*.npz", "*.json")  # the code, and the judges with their facts


@cache
def own_versions() -> dict[str, str]:
    """Return the versions of Python, of the packages and of this program, which includes a hash of its files.

    No package is imported, so this is quick and works on a worker.
    """
    versions = {"Python": ".".join(platform.python_version_tuple()[:2])}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "missing"
    return {**versions, "this program": _program_hash()}


def describe_difference(own: Mapping[str, str], other: Mapping[str, str]) -> str:
    """Return how another machine's versions differ, as in "keras 3.12.0 instead of 3.15.1"; "" if they do not."""
    return ", ".join(
        f"{name} {other.get(name, 'missing')} instead of {found}"
        for name, found in own.items()
        if other.get(name) != found
    )


def _program_hash() -> str:
    """Return a hash of this program's files; line ends, which Git changes on Windows, do not count."""
    package = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in package.rglob(pattern)):
        content = path.read_bytes()
        if path.suffix != ".npz":
            content = content.replace(b"\r\n", b"\n")
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + content)
    return digest.hexdigest()[:12]
