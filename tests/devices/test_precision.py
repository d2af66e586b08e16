"""Which number format which hardware gets."""

from pathlib import Path

import pytest

from colorkeras.config.settings import PRECISIONS
from colorkeras.devices.precision import POLICIES, choose_precision


@pytest.mark.parametrize(
    ("requested", "gpu_capabilities", "cpu_flags", "expected"),
    [
        ("auto", [], set(), "float32"),
        ("auto", [], {"avx2", "avx512f"}, "float32"),
        ("auto", [], {"avx512f", "avx512_bf16"}, "bfloat16"),
        ("auto", [], {"amx_bf16"}, "bfloat16"),
        ("auto", [], {"asimd", "bf16"}, "bfloat16"),
        ("auto", [(6, 1)], set(), "float32"),
        ("auto", [(7, 0)], set(), "float16"),
        ("auto", [(7, 5)], set(), "float16"),
        ("auto", [(8, 0)], set(), "bfloat16"),
        ("auto", [(9, 0)], set(), "bfloat16"),
        ("auto", [(12, 0)], set(), "bfloat16"),
        # The GPU computes, so the CPU's flags do not matter.
        ("auto", [(6, 1)], {"amx_bf16"}, "float32"),
        # The least capable decides.
        ("auto", [(9, 0), (7, 5)], set(), "float16"),
        ("auto", [(8, 6), (6, 1), (7, 0)], set(), "float32"),
        # What is asked for is what is used.
        ("float32", [(9, 0)], {"amx_bf16"}, "float32"),
        ("bfloat16", [(7, 0)], set(), "bfloat16"),
        ("float16", [], {"amx_bf16"}, "float16"),
    ],
)
def test_choice(requested, gpu_capabilities, cpu_flags, expected):
    assert choose_precision(requested, gpu_capabilities, cpu_flags) == expected


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        ("model name : x\nflags\t\t: fpu avx512f avx512_bf16\nbugs : y\n", "bfloat16"),
        ("flags\t\t: fpu avx512f\nbugs : amx_bf16\n", "float32"),
        ("Features\t: fp asimd bf16 i8mm\n", "bfloat16"),
        ("Features\t: fp asimd bf16x\n", "float32"),
        ("", "float32"),
    ],
)
def test_flags_of_this_cpu(monkeypatch, cpuinfo, expected):
    monkeypatch.setattr(Path, "read_text", lambda *_args, **_options: cpuinfo)
    assert choose_precision("auto") == expected


def test_system_that_does_not_tell(monkeypatch):
    def missing(*_args, **_options):
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    assert choose_precision("auto") == "float32"


def test_every_configurable_precision_has_a_policy():
    assert {"auto", *POLICIES} == set(PRECISIONS)
