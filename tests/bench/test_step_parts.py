"""The parts of a JAX step: every one is measured, and kernels are told apart by their names."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_experiment import read_rows, write_experiment

from colorkeras.bench import command
from colorkeras.bench.step_parts import _kind

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sm80_xmma_fprop_implicit_gemm_tf32f32_tf32f32_f32 | cudnn-conv.95", "in float32"),
        ("void cudnn::detail::dgrad_engine<float, 512, 6> | cudnn-conv-bw-input.35", "in float32"),
        (
            "sm90_xmma_dgrad_implicit_gemm_bf16bf16_bf16f32_f32 | cudnn-conv-bw-input.4",
            "onvolutions",
        ),
        ("void nhwcToNchwKernel<float, float> | cudnn-conv-bw-input.35", "changes of layout"),
        ("loop_transpose_fusion_2 | command_buffer_496", "changes of layout"),
        ("memcpy128 | command_buffer_496", "copies"),
        ("input_reduce_select_fusion_10 | fusion.10", "reductions"),
        ("loop_add_fusion | fusion.1", "elementwise and others"),
    ],
)
def test_kinds_of_kernels(name, expected):
    assert _kind(name).endswith(expected)


def test_needs_jax(tmp_path, capsys):
    assert command.main([write_experiment(tmp_path / "tiny"), "--step-parts"]) == 2
    assert "--step-parts needs JAX. Set KERAS_BACKEND=jax." in capsys.readouterr().err


@pytest.mark.slow
def test_every_part_is_measured(tmp_path):
    experiment, file = write_experiment(tmp_path / "tiny"), tmp_path / "parts.csv"
    options = ["--step-parts", "--seconds", "0.05", "--rounds", "2", "-o", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "colorkeras.bench", experiment, *options],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    times = {row["part"]: float(row["milliseconds"]) for row in read_rows(file)}
    assert list(times)[:2] == ["step", "steps in a row"]
    assert {"copy of a batch", "variables", "assignment", "compiled function"} < times.keys()
    assert all(time > 0 for time in times.values())
    assert times["variables"] < times["compiled function"] < 1000
