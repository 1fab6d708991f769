"""The GPUs that TensorFlow sees: what they are, how they are set up, and which precision is the faster one on them."""

from __future__ import annotations

from typing import NamedTuple

# The first NVIDIA GPUs with bfloat16 in their matrix units (Ampere). Earlier ones, such as Colab's T4 (7.5), have
# float16 only, which needs its losses scaled; they train in float32.
BFLOAT16_CAPABILITY = (8, 0)


class Gpu(NamedTuple):
    """A GPU.

    capability: NVIDIA's compute capability, as in (7, 5); None if TensorFlow does not know it, as for Apple's.
    """

    name: str
    capability: tuple[int, int] | None

    def __str__(self) -> str:
        if self.capability is None:
            return self.name
        return f"{self.name} (compute capability {self.capability[0]}.{self.capability[1]})"


def find_gpus() -> list[Gpu]:
    """Return the GPUs that TensorFlow sees. TensorFlow must be imported."""
    from tensorflow import config

    gpus = []
    for device in config.list_physical_devices("GPU"):
        details = config.experimental.get_device_details(device)
        gpus.append(Gpu(details.get("device_name", "unknown GPU"), details.get("compute_capability")))
    return gpus


def set_up_gpus() -> None:
    """Let TensorFlow take GPU memory as it needs it, and compute the same bits every time.

    Does nothing without a GPU. Raises RuntimeError if TensorFlow has used a GPU before in this process.
    """
    from tensorflow import config

    devices = config.list_physical_devices("GPU")
    for device in devices:
        config.experimental.set_memory_growth(device, True)
    if devices:
        config.experimental.enable_op_determinism()


def gpu_precision(gpu: Gpu) -> str:
    """Return the faster precision of a GPU: "mixed_bfloat16" or "float32"."""
    has_bfloat16 = gpu.capability is not None and gpu.capability >= BFLOAT16_CAPABILITY
    return "mixed_bfloat16" if has_bfloat16 else "float32"


def describe_gpus(gpus: list[Gpu]) -> str:
    """Return the number of GPUs and their names, as in "1: Tesla T4 (compute capability 7.5)"; "0" without one."""
    return f"{len(gpus)}: {', '.join(map(str, gpus))}" if gpus else "0"
