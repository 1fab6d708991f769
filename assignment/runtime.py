"""TensorFlow on this machine: start-up, threads, Keras' configuration, precision and versions."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import platform
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import IO

from assignment.environment import (
    describe_processor,
    hidden_warnings,
    import_matplotlib,
    print_note,
    proc_value,
    sum_variables,
    usable_processors,
)
from assignment.errors import AssignmentError, describe_os_error, is_out_of_memory, one_line
from assignment.gpus import describe_gpus, find_gpus, gpu_precision, set_up_gpus
from assignment.output import open_missing_descriptors

KERAS_LIMITS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH")  # Keras reads these: they shorten `fit` and `predict`


def start_tensorflow() -> None:
    """Import TensorFlow and Keras without their start-up messages, and set what the program needs of both.

    If the import fails, prints these messages. Raises AssignmentError if the user's settings of Keras prevent it.
    """
    for name in KERAS_LIMITS:
        os.environ.pop(name, None)
    os.environ["KERAS_BACKEND"] = "tensorflow"  # the user's Keras may be configured for another backend
    os.environ["KERAS_NNX_ENABLED"] = "false"  # an extension for JAX
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # TensorFlow enables oneDNN by default only on processors with AVX-512 VNNI or later. On one with AVX2 alone it also
    # shortens an update by a third (docs/keras3.md has the measurements).
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    import_matplotlib()  # Keras imports it
    with _hold_back_messages(), hidden_warnings():
        try:
            import keras
            import tensorflow
        except (AttributeError, OSError, TypeError, ValueError) as error:  # a setting; a broken package: ImportError
            if is_out_of_memory(error):
                raise
            if isinstance(error, OSError):
                raise AssignmentError(f"Keras cannot be imported: {describe_os_error(error)}") from error
            raise AssignmentError(
                f"Keras cannot be imported ({one_line(error)}); correct or delete its settings, the file keras.json in"
                " the folder .keras of your home folder or in the one that KERAS_HOME names."
            ) from error
    # As Python ends, it searches TensorFlow's objects for garbage once more, which takes most of a second. Frozen
    # objects are not searched.
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
    keras.utils.clear_session()  # so that Keras numbers the layers of every run in a process from the beginning
    _configure_keras(keras)
    if any(option.startswith("error") for option in sys.warnoptions):
        # PYTHONWARNINGS=error is for tests; here, a notice of another package would end a training.
        warnings.simplefilter("ignore")
    # Two operations at a time compete for threads, which changes the order of additions, so that the same seed gives
    # different bits. One at a time makes an update 4 to 8 % slower (docs/keras3.md).
    try:
        tensorflow.config.threading.set_inter_op_parallelism_threads(1)
        set_up_gpus()
    except RuntimeError:  # this process has used TensorFlow before
        print_note(
            "TensorFlow was already in use in this process, so its threads and GPUs cannot be set: another run with the"
            " same seed may end with different last digits."
        )
    logging.getLogger("absl").addFilter(_is_not_h5_notice)


def _configure_keras(keras: ModuleType) -> None:
    """Set Keras' configuration, which the user's keras.json or a notebook may have changed."""
    if keras.config.backend() != "tensorflow":
        raise AssignmentError(
            f"Keras already runs on {keras.config.backend()} in this process; restart it, or use a new terminal."
        )
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_dtype_policy("float32")
    for limit in ("set_max_epochs", "set_max_steps_per_epoch"):  # of `fit` and `predict`; since Keras 3.11
        getattr(keras.config, limit, lambda number: None)(None)


@contextmanager
def _hold_back_messages() -> Iterator[None]:
    """Within the block, hold back what is written to file descriptor 2; print it if the block fails.

    C++ code prints some messages before any log level takes effect, so the descriptor itself is redirected.
    """
    with suppress(AttributeError, OSError, ValueError):  # a host may have closed or replaced the stream
        sys.stderr.flush()
    open_missing_descriptors()
    stderr_copy = os.dup(2)
    with _temporary_file() as messages:
        os.dup2(messages.fileno(), 2)
        try:
            yield
        except Exception as error:
            os.dup2(stderr_copy, 2)
            messages.seek(0)
            if not isinstance(error, AssignmentError):
                os.write(2, messages.read())
            raise
        finally:
            os.dup2(stderr_copy, 2)
            os.close(stderr_copy)


def _temporary_file() -> IO[bytes]:
    """Return a temporary file, or the null device if there is no folder for it."""
    try:
        return tempfile.TemporaryFile()
    except OSError:
        return open(os.devnull, "w+b")


def _is_not_h5_notice(record: logging.LogRecord) -> bool:
    # The sheet requires .h5, so Keras' advice against it at every save and load is of no use.
    message = record.getMessage()
    return "HDF5 file" not in message and "compiled metrics" not in message


def resolve_precision(precision: str) -> str:
    """Return `precision`, or for "auto" the faster one of the GPU, or of the processor if TensorFlow sees no GPU."""
    if precision != "auto":
        return precision
    gpus = find_gpus()
    return gpu_precision(gpus[0]) if gpus else processor_precision()


def processor_precision() -> str:
    """Return the faster precision of the processor: "mixed_bfloat16" or "float32".

    It is "mixed_bfloat16" only on Linux; other systems have no portable way to query the processor.
    """
    return "mixed_bfloat16" if has_native_bfloat16() else "float32"


def has_native_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Return whether `cpuinfo`, in Linux's format, lists bfloat16 instructions (AVX-512 BF16 or AMX)."""
    return bool({"avx512_bf16", "amx_bf16"} & set(proc_value("flags", cpuinfo).split()))


def versions() -> dict[str, str]:
    """Return the versions of the software, the system, and what else may change the last digits of a training."""
    import h5py
    import keras
    import matplotlib
    import numpy
    import tensorflow

    from assignment import __version__

    threading = tensorflow.config.threading
    return {
        "assignment": __version__,
        "python": platform.python_version(),
        "tensorflow": tensorflow.__version__,
        "keras": keras.__version__,
        "numpy": numpy.__version__,
        "h5py": h5py.__version__,
        "matplotlib": matplotlib.__version__,
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "processor": describe_processor(),
        "usable processors": str(usable_processors()),
        "graphics processors": describe_gpus(find_gpus()),
        "parallel operations": str(threading.get_inter_op_parallelism_threads() or "automatic"),
        "threads per operation": str(threading.get_intra_op_parallelism_threads() or "automatic"),
        "variables": " ".join(sum_variables()) or "none",
    }
