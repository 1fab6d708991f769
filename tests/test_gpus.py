from types import SimpleNamespace

import pytest
import tensorflow

from assignment import runtime
from assignment.gpus import Gpu, describe_gpus, find_gpus, gpu_precision, set_up_gpus

T4 = {"device_name": "Tesla T4", "compute_capability": (7, 5)}
A100 = {"device_name": "NVIDIA A100-SXM4-40GB", "compute_capability": (8, 0)}
APPLE = {"device_name": "METAL"}


@pytest.fixture
def devices(monkeypatch):
    """A function after which TensorFlow sees the GPUs with these details; it returns what is set for them."""
    settings = []

    def describe(*details):
        config = tensorflow.config
        monkeypatch.setattr(config, "list_physical_devices", lambda kind: list(details) if kind == "GPU" else [])
        experimental = SimpleNamespace(
            get_device_details=lambda device: device,
            set_memory_growth=lambda device, enable: settings.append((device["device_name"], enable)),
            enable_op_determinism=lambda: settings.append("deterministic"),
        )
        monkeypatch.setattr(config, "experimental", experimental)
        return settings

    return describe


def test_gpus_are_described_by_their_names_and_capabilities(devices):
    devices(T4, APPLE)
    assert find_gpus() == [Gpu("Tesla T4", (7, 5)), Gpu("METAL", None)]
    assert describe_gpus(find_gpus()) == "2: Tesla T4 (compute capability 7.5), METAL"
    assert runtime.versions()["graphics processors"] == "2: Tesla T4 (compute capability 7.5), METAL"


def test_without_a_gpu_nothing_is_set_and_the_record_says_0(devices):
    settings = devices()
    set_up_gpus()
    assert settings == [] and describe_gpus(find_gpus()) == "0"


def test_gpus_take_memory_as_needed_and_compute_the_same_bits(devices):
    settings = devices(T4, A100)
    set_up_gpus()
    assert settings == [("Tesla T4", True), ("NVIDIA A100-SXM4-40GB", True), "deterministic"]


@pytest.mark.parametrize(
    ("details", "precision"),
    [(T4, "float32"), (A100, "mixed_bfloat16"), (APPLE, "float32")],
    ids=["T4", "A100", "Apple"],
)
@pytest.mark.parametrize("has_bfloat16", [True, False], ids=["bfloat16 CPU", "other CPU"])
def test_the_device_decides_the_precision_and_not_the_processor(devices, monkeypatch, details, precision, has_bfloat16):
    monkeypatch.setattr(runtime, "has_native_bfloat16", lambda: has_bfloat16)
    devices(details)
    assert gpu_precision(find_gpus()[0]) == precision
    assert runtime.resolve_precision("auto") == precision
    assert runtime.resolve_precision("float32") == "float32"
