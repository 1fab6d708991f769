import logging

import pytest

import assignment
from assignment import runtime

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
