import errno
import io
import logging
import os
import subprocess
import sys

import keras
import pytest
import tensorflow

import assignment
from assignment import runtime
from assignment.errors import AssignmentError

CPUINFO_WITHOUT_BFLOAT16 = "processor : 0\nflags\t\t: fpu sse2 avx2 fma\n"  # AMD EPYC "Milan"
CPUINFO_WITH_BFLOAT16 = "processor : 0\nflags\t\t: fpu avx512f avx512_bf16\n"  # AMD EPYC "Genoa"


@pytest.mark.parametrize(("content", "native"), [(CPUINFO_WITH_BFLOAT16, True), (CPUINFO_WITHOUT_BFLOAT16, False)])
def test_native_bfloat16_is_read_from_the_processors_flags(tmp_path, content, native):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(content)
    assert runtime.has_native_bfloat16(cpuinfo) is native


def test_without_cpuinfo_there_is_no_native_bfloat16(tmp_path):
    assert not runtime.has_native_bfloat16(tmp_path / "missing")


@pytest.mark.parametrize(("native", "resolved"), [(True, "mixed_bfloat16"), (False, "float32")])
def test_auto_selects_the_faster_precision(monkeypatch, native, resolved):
    monkeypatch.setattr(runtime, "has_native_bfloat16", lambda: native)
    assert runtime.resolve_precision("auto") == resolved
    assert runtime.resolve_precision("float32") == "float32"
    assert runtime.resolve_precision("mixed_bfloat16") == "mixed_bfloat16"


def test_versions_name_the_software_and_the_system():
    versions = runtime.versions()
    assert {"python", "tensorflow", "keras", "numpy", "h5py", "matplotlib", "system"} <= set(versions)
    assert {"processor", "usable processors", "graphics processors"} <= set(versions)
    assert versions["parallel operations"] == "1" and "TF_ENABLE_ONEDNN_OPTS=1" in versions["variables"]
    assert all(isinstance(value, str) for value in versions.values())
    assert versions["assignment"] == assignment.__version__


@pytest.mark.parametrize(
    ("message", "passes"),
    [
        ("You are saving your model as an HDF5 file via `model.save()`.", False),
        ("Compiled the loaded model, but the compiled metrics have yet to be built.", False),
        ("Another warning.", True),
    ],
)
def test_only_the_notices_about_h5_are_filtered(message, passes):
    record = logging.LogRecord("absl", logging.WARNING, "", 0, message, None, None)
    assert runtime._is_not_h5_notice(record) is passes


@pytest.fixture
def other_keras_settings():
    config = keras.config
    config.set_image_data_format("channels_first")
    config.set_floatx("float64")
    config.set_epsilon(0.1)
    config.set_dtype_policy("mixed_float16")
    config.set_max_epochs(1)
    config.set_max_steps_per_epoch(1)
    yield
    runtime._configure_keras(keras)


def test_keras_settings_are_those_of_the_program(other_keras_settings):
    runtime.start_tensorflow()
    config = keras.config
    assert (config.image_data_format(), config.floatx(), config.epsilon()) == ("channels_last", "float32", 1e-7)
    assert config.dtype_policy().name == "float32"
    assert config.max_epochs() is None and config.max_steps_per_epoch() is None


def test_keras_on_another_backend_is_refused(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(AssignmentError, match="Keras already runs on jax in this process"):
        runtime.start_tensorflow()


def test_full_memory_during_the_import_of_keras_is_left_to_the_guards(monkeypatch):
    class Finder:
        @staticmethod
        def find_spec(name, path, target=None):
            raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.delitem(sys.modules, "keras")
    monkeypatch.setattr(sys, "meta_path", [Finder])
    with pytest.raises(OSError, match="Cannot allocate memory"):
        runtime.start_tensorflow()


def test_variables_that_shorten_fit_and_predict_are_removed(monkeypatch):
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "1")
    runtime.start_tensorflow()
    assert "KERAS_MAX_EPOCHS" not in os.environ


def test_tensorflow_that_was_used_before_is_noted(monkeypatch, capsys):
    def fail(number):
        raise RuntimeError("Inter op parallelism cannot be modified after initialization.")

    monkeypatch.setattr(tensorflow.config.threading, "set_inter_op_parallelism_threads", fail)
    runtime.start_tensorflow()
    assert capsys.readouterr().err == (
        "note: TensorFlow was already in use in this process, so its threads and GPUs cannot be set: another run with"
        " the same seed may end with different last digits.\n"
    )


@pytest.mark.parametrize("stream", [None, io.StringIO(), object()], ids=["closed", "replaced", "without flush"])
def test_messages_are_held_back_whatever_standard_error_is(monkeypatch, capfd, stream):
    monkeypatch.setattr(sys, "stderr", stream)
    with runtime._hold_back_messages():
        os.write(2, b"held back")
    os.write(2, b"printed")
    assert capfd.readouterr().err == "printed"


def test_messages_are_printed_if_the_import_fails(capfd):
    with pytest.raises(ImportError), runtime._hold_back_messages():
        os.write(2, b"reason")
        raise ImportError
    with pytest.raises(AssignmentError), runtime._hold_back_messages():
        os.write(2, b"noise")
        raise AssignmentError
    assert capfd.readouterr().err == "reason"


def test_messages_are_dropped_without_a_folder_for_temporary_files(monkeypatch, capfd):
    def fail():
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(runtime.tempfile, "TemporaryFile", fail)
    with runtime._hold_back_messages():
        os.write(2, b"dropped")
    assert capfd.readouterr().err == ""


def test_a_closed_standard_error_is_replaced_so_that_no_other_file_receives_its_messages(tmp_path):
    code = (
        "import os; os.close(2)\nfrom assignment import runtime\nwith runtime._hold_back_messages(): pass\n"
        "print(open('file', 'w').fileno() > 2, os.write(2, b'dropped'))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, "True 7\n")


START = (
    "from assignment.guards import Activity, guarded, start_packages;"
    " from assignment.runtime import start_tensorflow as start;"
)


@pytest.mark.slow
def test_tensorflow_starts_under_foreign_settings(tmp_path):
    (tmp_path / "keras.json").write_text(
        '{"floatx": "float64", "image_data_format": "channels_first", "nnx_enabled": true}'
    )
    variables = {
        "KERAS_HOME": str(tmp_path),
        "KERAS_BACKEND": "jax",
        "KERAS_MAX_EPOCHS": "abc",
        "KERAS_NNX_ENABLED": "true",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONWARNINGS": "error",
    }
    code = "import warnings, keras; warnings.warn('a notice'); print(keras.config.floatx(), keras.config.backend())"
    result = subprocess.run(
        [sys.executable, "-c", f"{START} start(); {code}"],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "float32 tensorflow\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("content", ['{"epsilon": "small"}', "[]"])
def test_settings_of_keras_that_prevent_its_import_are_named(tmp_path, content):
    (tmp_path / "keras.json").write_text(content)
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{START} raise SystemExit(guarded(lambda activity: start_packages(start, activity), Activity()))",
        ],
        env={**os.environ, "KERAS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 2 and result.stderr.startswith("error: Keras cannot be imported (")
    assert result.stderr.count("\n") == 1


@pytest.mark.slow
def test_as_python_ends_it_does_not_search_tensorflows_objects_for_garbage():
    code = "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count() > 100_000));"
    result = subprocess.run([sys.executable, "-c", f"{code} {START} start()"], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "True\n")
