"""JAX beside TensorFlow: the same losses from the same weights, whole runs, and their models.

Keras has one backend per process, so that JAX works in processes of its own here.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from loss_curves import BY_PARTS
from PIL import Image
from tiny_experiment import (
    STAGED_CONFIG,
    STAGED_MODEL,
    assert_same_run,
    read_info,
    write_experiment,
)

from colorkeras import run
from colorkeras.devices import backend
from colorkeras.evaluation.command import main as evaluate

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow

STEPS = 20
BACKENDS = ("tensorflow", "jax")

# One run to its end, and one that dies in step 5 and is resumed.
RUNS = """
import sys
from colorkeras import run
from colorkeras.training.step_jax import JaxStep
experiment, whole, cut = sys.argv[1:]
whole_code = run.main([experiment, "--out", whole])
update = JaxStep.__call__
def dying(self, images, step, stage):
    if step == 5:
        raise KeyboardInterrupt
    return update(self, images, step, stage)
JaxStep.__call__ = dying
cut_code = run.main([experiment, "--out", cut])
JaxStep.__call__ = update
print(whole_code, cut_code, run.main(["--resume", cut]))
"""


def python(backend_name, *arguments):
    """Run Python on a backend; return its standard output."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, backend.VARIABLE: backend_name, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What each backend computed, by backend and system; the second began where the first did."""
    weights = tmp_path_factory.mktemp("weights")
    script = ROOT / "tests" / "support" / "loss_curves.py"
    return {name: json.loads(python(name, script, weights, STEPS)) for name in BACKENDS}


@pytest.mark.parametrize(
    ("system", "falling"),
    [("varga_cnn", "loss_mse"), ("church_cgan", "loss_G_L1"), ("reading", "loss_coarse")],
)
@pytest.mark.parametrize("by_parts", ["", BY_PARTS])
def test_losses_are_those_of_tensorflow(found, system, falling, by_parts):
    reference, ours = (found[name][system + by_parts] for name in BACKENDS)
    for terms, expected in zip(ours["curve"], reference["curve"], strict=True):
        assert terms == pytest.approx(expected, rel=1e-4)
    assert ours["curve"][-1][falling] < 0.9 * ours["curve"][0][falling]
    # Weights and batch statistics went the same way.
    assert ours["moved"] == pytest.approx(reference["moved"], rel=1e-3)
    assert ours["tracings"] == reference["tracings"] == 1


@pytest.mark.parametrize("name", BACKENDS)
def test_parts_of_a_batch_equal_the_whole(found, name):
    """Without batch normalisation; with it, statistics are those of parts."""
    whole, parts = (found[name][f"varga_cnn{by}"]["curve"] for by in ("", BY_PARTS))
    for terms, expected in zip(parts, whole, strict=True):
        assert terms == pytest.approx(expected, rel=1e-5)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two runs of a GAN in stages, with noise, dropout and batch normalisation, on JAX."""
    folder = tmp_path_factory.mktemp("jax")
    experiment = write_experiment(folder, STAGED_CONFIG, STAGED_MODEL)
    whole, cut = folder / "whole", folder / "cut"
    codes = python("jax", "-c", RUNS, experiment, whole, cut)
    assert codes.split()[-3:] == ["0", "130", "0"]
    return whole, cut


def test_resumed_run_equals_an_unbroken_one(trained):
    assert_same_run(*trained)


def test_run_says_what_it_ran_on(trained):
    info = read_info(trained[0])
    assert info["backend"] == "jax"
    assert {"jax", "jaxlib", "keras"} <= info["versions"].keys()
    assert info["command"].startswith("KERAS_BACKEND=jax python -m colorkeras.run ")


def test_model_is_the_same_in_tensorflow(trained, tmp_path):
    """Evaluated here, the model has the metrics that JAX measured, with the same noise."""
    out = tmp_path / "evaluated"
    arguments = ["--data", "scenes:landscape", "--split", "test", "-o", str(out)]
    assert evaluate([str(trained[0] / "model.h5"), *arguments]) == 0
    samples = [folder / "samples" / "test" / "000_model.png" for folder in (trained[0], out)]
    images = [np.asarray(Image.open(sample)).astype(int) for sample in samples]
    assert np.abs(images[0] - images[1]).max() <= 1  # rounded to 8 bits


def test_other_backend_is_not_resumed(trained, tmp_path, capsys):
    folder = trained[1]
    info = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**info, "status": "interrupted"}))
    try:
        assert run.main(["--resume", str(folder)]) == 2
    finally:
        (folder / "run.json").write_text(json.dumps(info))
    assert "began on jax, and KERAS_BACKEND now chooses tensorflow" in " ".join(
        capsys.readouterr().err.split()
    )
