"""The machine and the environment in which the program runs: memory, processors, variables, and their side effects."""

from __future__ import annotations

import logging
import math
import os
import platform
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from assignment.errors import AssignmentError, describe_os_error, is_out_of_memory, one_line

# Bytes, measured with `ulimit -v` on two processors; each further processor needs more.
IMPORT_ADDRESS_SPACE = 2.0e9  # 1.8 GB: a crash while TensorFlow is imported
TRAINING_ADDRESS_SPACE = 3.0e9  # 2.4 GB: a segmentation fault; 2.8 GB: out of memory in the first update; 3.1 GB: runs
SAFE_ADDRESS_SPACE = 4.0e9  # the evaluation, and more processors
TRAINING_MEMORY = 1.5e9

# Environment variables with these beginnings may change the order or the precision of sums. All of `TF_` would be too
# many: Terraform uses it too, also for passwords, and the record of a run is handed in.
SUM_VARIABLES = (
    "TF_AUTO_MIXED_PRECISION",
    "TF_CUDNN_",
    "TF_DETERMINISTIC_OPS",
    "TF_ENABLE_",
    "TF_NUM_",
    "TF_ONEDNN_",
    "TF_OVERRIDE_GLOBAL_THREADPOOL",
    "TF_SET_ONEDNN_",
    "TF_XLA_",
    "XLA_FLAGS",
    "OMP_",
    "KMP_",
    "MKL_",
    "DNNL_",
    "ONEDNN_",
    "BLIS_",
    "OPENBLAS_",
    "VECLIB_",
    "NPY_",
    "CUDA_VISIBLE_DEVICES",
    "NVIDIA_TF32_OVERRIDE",
)
SUM_INSTRUCTIONS = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")


def check_memory(training: bool) -> None:
    """Raise AssignmentError if the system limits this process so much that it would certainly crash.

    Print a note if the memory is tight. Call it before `start_tensorflow`, since a lack of address space ends the
    process without a message.
    """
    minimum = TRAINING_ADDRESS_SPACE if training else IMPORT_ADDRESS_SPACE
    address_space, memory = address_space_limit(), available_memory()
    if address_space < minimum:
        raise AssignmentError(
            f"this process may use {_gigabytes(address_space)} of address space, but TensorFlow needs at least"
            f" {_gigabytes(minimum)} here; raise the limit, as in: ulimit -v unlimited."
        )
    if training and address_space < SAFE_ADDRESS_SPACE:
        print_note(
            f"this process may use {_gigabytes(address_space)} of address space; below {_gigabytes(SAFE_ADDRESS_SPACE)}"
            " a training may crash without a message. If it does, the same command continues from the last checkpoint."
        )
    if training and memory < TRAINING_MEMORY:
        print_note(
            f"{_gigabytes(memory)} of memory are available, and a training needs about {_gigabytes(TRAINING_MEMORY)}:"
            " it may be slow, or the system may end it. Close other programs first."
        )


def address_space_limit() -> float:
    """Return how many bytes of address space this process may use; infinity without a limit, as always on Windows."""
    try:
        import resource
    except ImportError:
        return math.inf
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return math.inf if limit == resource.RLIM_INFINITY else limit


def available_memory(meminfo: Path = Path("/proc/meminfo"), limit: Path = Path("/sys/fs/cgroup/memory.max")) -> float:
    """Return how many bytes of memory are free, as far as Linux and its containers report it; otherwise infinity."""
    kibibytes = proc_value("MemAvailable", meminfo).removesuffix("kB").strip()
    free = 1024 * int(kibibytes) if kibibytes.isdigit() else math.inf
    try:
        return min(free, int(limit.read_text()))
    except (OSError, ValueError):  # no containers here, or "max": no limit
        return free


def _gigabytes(number: float) -> str:
    return f"{number / 1e9:.1f} GB"


def import_matplotlib() -> None:
    """Import matplotlib, with the window system that MPLBACKEND names only if this environment has it.

    Notebooks export MPLBACKEND to every program that they start; an unknown one makes the import fail.
    """
    if "matplotlib" in sys.modules:  # a notebook has imported and set it
        return
    logger = logging.getLogger("matplotlib")
    level, backend = logger.level, os.environ.pop("MPLBACKEND", None)
    logger.setLevel(logging.ERROR)  # building a list of fonts, or a folder that is not writable, needs no warning
    try:
        with hidden_warnings():
            import matplotlib
            import matplotlib.font_manager
    except ValueError as error:
        raise AssignmentError(
            f"matplotlib cannot be imported ({one_line(error)}); correct or remove your file matplotlibrc."
        ) from error
    except OSError as error:
        if is_out_of_memory(error):
            raise
        raise AssignmentError(f"matplotlib cannot be imported: {describe_os_error(error)}") from error
    finally:
        logger.setLevel(level)
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
    if backend:
        with suppress(ValueError):
            matplotlib.rcParams["backend"] = backend


@contextmanager
def hidden_warnings() -> Iterator[None]:
    """Within the block, ignore warnings of other packages, which PYTHONWARNINGS=error would turn into errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def print_note(text: str) -> None:
    """Print a sentence on standard error, before there is a console."""
    with suppress(OSError, ValueError):
        print(f"note: {text}", file=sys.stderr)


def usable_processors() -> int:
    """Return the number of processors that this process may use, by which TensorFlow chooses its threads."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def sum_variables() -> list[str]:
    """Return the environment variables that may change sums, as in `OMP_NUM_THREADS=1`, in alphabetical order."""
    return [f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith(SUM_VARIABLES)]


def describe_processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's name, and on Linux those of its instructions from which oneDNN selects its sums."""
    name = proc_value("model name", cpuinfo) or platform.processor() or platform.machine()
    flags = proc_value("flags", cpuinfo).split()
    instructions = [flag for flag in SUM_INSTRUCTIONS if flag in flags]
    return f"{name} ({', '.join(instructions)})" if instructions else name


def proc_value(name: str, path: Path) -> str:
    """Return the first value of that name in a file like /proc/cpuinfo; "" if there is none or no such file."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, ValueError):
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
