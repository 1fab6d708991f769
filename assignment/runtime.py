"""TensorFlow on this machine: start-up, threads, precision, out-of-memory errors and versions."""

from __future__ import annotations

import logging
import os
import platform
import sys
import tempfile
from pathlib import Path


def start_tensorflow() -> None:
    """Import TensorFlow and Keras without their start-up messages; if the import fails, print these messages."""
    os.environ["KERAS_BACKEND"] = "tensorflow"  # the user's Keras may be configured for another backend
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # TensorFlow enables oneDNN by default only on processors with AVX-512 VNNI or later. On one with AVX2 alone it also
    # shortens an update by a third (docs/keras3.md has the measurements).
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    # C++ code prints some messages before any log level takes effect, so the file descriptor itself is redirected.
    sys.stderr.flush()
    stderr_copy = os.dup(2)
    with tempfile.TemporaryFile() as messages:
        os.dup2(messages.fileno(), 2)
        try:
            import keras  # noqa: F401
            import tensorflow
        except Exception:
            os.dup2(stderr_copy, 2)
            messages.seek(0)
            os.write(2, messages.read())
            raise
        finally:
            os.dup2(stderr_copy, 2)
            os.close(stderr_copy)
    # Two operations at a time compete for threads, which changes the order of additions, so that the same seed gives
    # different bits. One at a time makes an update 4 to 8 % slower (docs/keras3.md).
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    logging.getLogger("absl").addFilter(_is_not_h5_notice)


def _is_not_h5_notice(record: logging.LogRecord) -> bool:
    # The sheet requires .h5, so Keras' advice against it at every save and load is of no use.
    message = record.getMessage()
    return "HDF5 file" not in message and "compiled metrics" not in message


def resolve_precision(precision: str) -> str:
    """Return `precision`, or for "auto" the faster one here: "mixed_bfloat16" or "float32".

    "auto" selects "mixed_bfloat16" only on Linux; other systems have no portable way to query the processor.
    """
    if precision != "auto":
        return precision
    return "mixed_bfloat16" if has_native_bfloat16() else "float32"


def has_native_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Return whether `cpuinfo`, in Linux's format, lists bfloat16 instructions (AVX-512 BF16 or AMX)."""
    try:
        flags = next((line for line in cpuinfo.read_text().splitlines() if line.startswith("flags")), "")
    except OSError:
        return False
    return bool({"avx512_bf16", "amx_bf16"} & set(flags.split()))


def versions() -> dict[str, str]:
    """Return the versions of the software and the system, for the run record."""
    import h5py
    import keras
    import matplotlib
    import numpy
    import tensorflow

    from assignment import __version__

    return {
        "assignment": __version__,
        "python": platform.python_version(),
        "tensorflow": tensorflow.__version__,
        "keras": keras.__version__,
        "numpy": numpy.__version__,
        "h5py": h5py.__version__,
        "matplotlib": matplotlib.__version__,
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
    }
