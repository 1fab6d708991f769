"""The child process that describes a file: it limits itself, reads the structure, and prints it as JSON.

The file may contain anything, so nothing in this process is trusted: the parent checks what it prints.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from assignment.errors import os_reason
from assignment.foreign.containers import opened
from assignment.foreign.contents import describe
from assignment.foreign.refused import Refused

CPU_SECONDS = 10  # for reading; the sheet's files take less than 0.1 s
MEMORY = 300 * 2**20  # bytes, in addition to what Python and its packages take
MAX_ANSWER = 8 * 2**20  # bytes of JSON; a network with 500 layers needs 0.3 MB


def main(path: str) -> None:
    """Limit this process, and print the answer on a file as JSON."""
    _limit()
    sys.stdout.write(json.dumps(answer(Path(path))))
    sys.stdout.flush()


def answer(path: Path) -> dict[str, object]:
    """Return {"contents": ...} for a file of Keras, {"refused": reason} for another one, {} for a damaged one."""
    try:
        with opened(path) as container:
            return {"contents": asdict(describe(container))}
    except Refused as refused:
        return {"refused": str(refused)}
    except MemoryError:
        return {"refused": f"reading it needs more than {MEMORY // 2**20} MB of memory"}
    except OSError as error:
        return {"refused": f"it cannot be read ({os_reason(error)})"}
    except Exception:  # pyfive raises many kinds for a damaged file
        return {}


def _limit() -> None:
    """Limit the time, memory and file size of this process, where the system can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _set_limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + CPU_SECONDS)
    _set_limit(resource.RLIMIT_FSIZE, MAX_ANSWER)
    _set_limit(resource.RLIMIT_CORE, 0)
    memory = _address_space()
    if memory is not None:
        _set_limit(resource.RLIMIT_AS, memory + MEMORY)


def _set_limit(limit: int, value: int) -> None:
    import resource

    _, hard = resource.getrlimit(limit)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(limit, (value, value))
    except (OSError, ValueError):  # macOS refuses some
        return


def _address_space() -> int | None:
    """Return the bytes of this process' address space, None where the system does not say (only Linux does)."""
    import resource

    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return None
