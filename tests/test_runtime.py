from assignment import runtime

MILAN = "processor : 0\nflags\t\t: fpu sse2 avx2 fma\n"
GENOA = "processor : 0\nflags\t\t: fpu avx512f avx512_bf16\n"


def test_auto_is_bfloat16_where_the_processor_computes_in_it(tmp_path, monkeypatch):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(GENOA)
    assert runtime.has_native_bfloat16(cpuinfo)
    cpuinfo.write_text(MILAN)
    assert not runtime.has_native_bfloat16(cpuinfo)
    assert not runtime.has_native_bfloat16(tmp_path / "not there")
    monkeypatch.setattr(runtime, "has_native_bfloat16", lambda: True)
    assert runtime.resolve_precision("auto") == "mixed_bfloat16"
    assert runtime.resolve_precision("float32") == "float32"


def test_versions_name_what_computes():
    assert {"python", "tensorflow", "keras", "numpy", "h5py", "matplotlib", "system"} <= set(runtime.versions())
