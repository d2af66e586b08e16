"""Which number format to train in: chosen from the hardware, or as asked.

`POLICIES` are Keras's names of the formats: what every layer is built under.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}
_CPU_BF16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}  # x86 and Arm names in /proc/cpuinfo


def choose_precision(
    requested: str,
    gpu_capabilities: Sequence[tuple[int, ...]] = (),
    cpu_flags: set[str] | None = None,
) -> str:
    """Resolve "auto" to a number format.

    Args:
        requested: "auto" | "float32" | "bfloat16" | "float16".
        gpu_capabilities: (major, minor) compute capability of each visible GPU.
        cpu_flags: set of CPU feature flags; read from the system by default.

    Returns:
        "bfloat16" on GPUs of capability ≥ 8 and on CPUs with bf16 instructions, "float16" on GPUs
        of capability 7.x, else "float32". With several GPUs the least capable decides.
    """
    if requested != "auto":
        return requested
    if gpu_capabilities:
        major = min(gpu_capabilities)[0]
        return "bfloat16" if major >= 8 else "float16" if major == 7 else "float32"
    flags = read_cpu_flags() if cpu_flags is None else cpu_flags
    return "bfloat16" if flags & _CPU_BF16_FLAGS else "float32"


def loss_scale(optimizer: Any) -> float | None:
    """Return the present loss scale of an optimizer, a float; None where it does not scale."""
    scale = getattr(optimizer, "dynamic_scale", None)
    return None if scale is None else float(np.asarray(scale))  # may have copies


def read_cpu_flags() -> set[str]:
    """The CPU's feature flags, such as "avx2": a set, empty where the system has no list."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore")
    except OSError:  # not Linux: no cheap way to know, so the safe format
        return set()
    match = re.search(r"^(?:flags|Features)\s*:\s*(.*)$", text, re.MULTILINE)
    return set(match.group(1).split()) if match else set()
