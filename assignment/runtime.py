"""TensorFlow on this machine: its start, threads, precision, errors of memory, and versions."""

from __future__ import annotations

import logging
import os
import platform
import sys
import tempfile
from pathlib import Path


def start_tensorflow() -> None:
    """Import TensorFlow and Keras without their start-up messages; if the import fails, show what they said."""
    os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever Keras is set to for other work
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # TensorFlow turns oneDNN on by itself only where the processor has AVX-512 VNNI or later. On one with AVX2 alone
    # it makes an update a third shorter too (docs/keras3.md has the figures).
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    # Some messages are written by C++ before any log level counts, so the file descriptor itself is turned away.
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            import keras  # noqa: F401
            import tensorflow
        except Exception:
            os.dup2(kept, 2)
            said.seek(0)
            os.write(2, said.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
    # With two operations at a time the threads of one depend on the other's, and with them the order in which sums are
    # taken: the same seed then ends in other bits. One at a time costs some 4 to 8 % of an update (docs/keras3.md).
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    logging.getLogger("absl").addFilter(_is_not_h5_notice)


def _is_not_h5_notice(record: logging.LogRecord) -> bool:
    # The sheet asks for .h5, so Keras' advice against it, at every save and load, helps nobody.
    message = record.getMessage()
    return "HDF5 file" not in message and "compiled metrics" not in message


def resolve_precision(precision: str) -> str:
    """Turn "auto" into "mixed_bfloat16" where the processor computes in bfloat16 itself, else "float32".

    The kernel of Linux tells what the processor can do; other systems tell it in no portable way, and get float32.
    """
    if precision != "auto":
        return precision
    return "mixed_bfloat16" if has_native_bfloat16() else "float32"


def has_native_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether `cpuinfo`, as Linux writes it, names bfloat16 instructions (AVX-512 BF16 or AMX)."""
    try:
        flags = next((line for line in cpuinfo.read_text().splitlines() if line.startswith("flags")), "")
    except OSError:
        return False
    return bool({"avx512_bf16", "amx_bf16"} & set(flags.split()))


def out_of_memory() -> tuple[type[Exception], ...]:
    """The errors by which NumPy and TensorFlow say that there is no memory left."""
    import tensorflow as tf

    return MemoryError, tf.errors.ResourceExhaustedError


def versions() -> dict[str, str]:
    """The versions and the system that a run's record names."""
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
