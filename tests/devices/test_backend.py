"""Setting the backend up: its choice, seed, precision, and silence."""

import gc
import os
import random
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from colorkeras.console.errors import UserError
from colorkeras.devices import backend, replicas_tensorflow
from colorkeras.devices.choice import Cluster, Devices
from colorkeras.devices.replicas import ONE


@pytest.fixture(autouse=True)
def _state_restored():
    """The dtype policy is global; so are the generators, whose state other tests may rely on."""
    policy = keras.config.dtype_policy()
    states = random.getstate(), np.random.get_state()
    yield
    keras.config.set_dtype_policy(policy)
    random.setstate(states[0])
    np.random.set_state(states[1])


def draws():
    return [random.random(), float(np.random.rand()), float(keras.random.uniform(()))]


def test_seed_decides_every_generator():
    found = []
    for seed in (3, 3, 4):
        backend.set_up("float32", seed)
        found.append(draws())
    assert found[0] == found[1]
    assert all(a != b for a, b in zip(found[0], found[2], strict=True))


def test_same_seed_same_weights():
    weights = []
    for _ in range(2):
        backend.set_up("float32", 5)
        layer = keras.layers.Dense(4)
        layer.build((None, 3))
        weights.append(layer.get_weights()[0].tolist())
    assert weights[0] == weights[1]


@pytest.mark.parametrize(
    ("precision", "compute"),
    [("float32", "float32"), ("bfloat16", "bfloat16"), ("float16", "float16")],
)
def test_policy(precision, compute):
    found = backend.set_up(precision)
    assert found.precision == precision
    layer = keras.layers.Dense(1)
    assert (layer.compute_dtype, layer.variable_dtype) == (compute, "float32")


class Gpus:
    """GPUs that are not there, as TensorFlow would list them: name → device details."""

    def __init__(self, monkeypatch, **details):
        tf = backend.load()
        self.visible, self.grown = list(details), []
        config = tf.config
        monkeypatch.setattr(config, "get_visible_devices", lambda _kind: self.visible)
        monkeypatch.setattr(config, "set_visible_devices", self._show)
        monkeypatch.setattr(config.experimental, "get_device_details", details.get)
        monkeypatch.setattr(config.experimental, "set_memory_growth", self._grow)
        monkeypatch.setattr(
            replicas_tensorflow,
            "_mirrored",
            lambda kind, count: SimpleNamespace(num_replicas_in_sync=count, kind=kind),
        )

    def _show(self, gpus, _kind):
        self.visible = gpus

    def _grow(self, gpu, on):
        self.grown.append((gpu, on))


@pytest.fixture
def gpus(monkeypatch):
    """Two GPUs of different kinds."""
    return Gpus(
        monkeypatch,
        a={"device_name": "New", "compute_capability": (9, 0)},
        b={"device_name": "Old", "compute_capability": (7, 5)},
    )


def test_gpus_decide_the_automatic_precision(gpus):
    found = backend.set_up("auto", batch_size=8)
    assert (found.precision, found.gpus, found.replicas.count) == ("float16", ("New", "Old"), 2)
    assert gpus.grown == [("a", True), ("b", True)]


@pytest.mark.parametrize(
    ("requested", "batch_size", "used"),
    [
        ("auto", 8, ["a", "b"]),
        ("auto", 7, ["a"]),
        ("gpu", 7, ["a", "b"]),
        (1, 8, ["a"]),
        (2, 8, ["a", "b"]),
        ("cpu", 8, []),
    ],
)
def test_devices_decide_the_gpus(gpus, requested, batch_size, used):
    found = backend.set_up("auto", devices=Devices(requested), batch_size=batch_size)
    assert gpus.visible == used
    assert found.replicas.count == max(1, len(used))
    if not used:
        assert found.replicas is ONE


def test_more_replicas_than_gpus(gpus):
    with pytest.raises(UserError, match="--devices 3: TensorFlow finds 2 GPU"):
        backend.set_up("auto", devices=Devices(3), batch_size=3)


def test_no_gpu():
    with pytest.raises(UserError, match="--devices gpu: TensorFlow finds no GPU here"):
        backend.set_up("auto", devices=Devices("gpu"))


def test_devices_are_chosen_once_per_process():
    with pytest.raises(UserError, match="this process has chosen its devices before"):
        backend.set_up("auto", devices=Devices(2), batch_size=2)


def test_several_replicas_on_the_cpu_of_a_worker():
    devices = Devices(2, Cluster(("a:1", "b:1"), 0))
    with pytest.raises(UserError, match="without GPUs each worker of TF_CONFIG has one replica"):
        backend.set_up("auto", devices=devices, batch_size=4)


def test_batch_of_several_workers_is_checked_before_they_wait():
    devices = Devices("auto", Cluster(("a:1", "b:1"), 0))
    with pytest.raises(UserError, match=r"2 replicas: train\.batch_size = 3 cannot be divided"):
        backend.set_up("auto", devices=devices, batch_size=3)


def test_gpu_in_use_already(monkeypatch):
    def refuse(_gpu, _on):
        raise RuntimeError("Physical devices cannot be modified after being initialized")

    Gpus(monkeypatch, a={})
    monkeypatch.setattr(backend.load().config.experimental, "set_memory_growth", refuse)
    assert backend.set_up("float32") == backend.Backend("float32", ("GPU",))


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_is_collected_after_the_import_as_before(enabled):
    (gc.enable if enabled else gc.disable)()
    try:
        backend.load()
        assert gc.isenabled() == enabled
    finally:
        gc.enable()


def test_standard_error_is_held_back_and_given_on_failure(capfd):
    def noise(text):  # past sys.stderr, as C++ does
        os.write(2, f"{text}\n".encode())

    def fail_noisily():
        with backend.stderr_held_back():
            noise("the reason")
            raise ImportError

    with backend.stderr_held_back():
        noise("pages of C++")
    assert capfd.readouterr().err == ""
    with pytest.raises(ImportError):
        fail_noisily()
    assert capfd.readouterr().err == "the reason\n"
    noise("afterwards")
    assert capfd.readouterr().err == "afterwards\n"


def test_quiet_and_deterministic_in_a_process_of_its_own():
    """Operation determinism cannot be turned off again, so it is not turned on here."""
    code = (
        "from colorkeras.devices import backend\n"
        "backend.set_up('float32', 1, deterministic=True)\n"
        "from tensorflow.python.framework import config\n"
        "print(config.is_op_determinism_enabled())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


def test_unknown_backend(monkeypatch):
    monkeypatch.setenv(backend.VARIABLE, "jacks")
    with pytest.raises(UserError, match="received 'jacks', expected one of tensorflow, jax"):
        backend.load()


def test_backend_that_is_not_installed(monkeypatch):
    monkeypatch.setenv(backend.VARIABLE, "jax")
    monkeypatch.setattr(backend.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"KERAS_BACKEND=jax: this package is not installed. pip"):
        backend.load()


def test_jax_on_gpus_decides_the_precision():
    """Devices as JAX reports them; a CPU has no compute capability and is not counted."""
    gpu = SimpleNamespace(platform="gpu", device_kind="NVIDIA H200", compute_capability="9.0")
    other = SimpleNamespace(platform="gpu", device_kind="Other")
    cpu = SimpleNamespace(platform="cpu", device_kind="cpu")
    jax = SimpleNamespace(devices=lambda: [gpu, other, cpu])
    assert backend._jax_gpus(jax) == [("NVIDIA H200", (9, 0)), ("Other", None)]


@pytest.mark.parametrize("name", ["tensorflow", "jax"])
def test_inference_without_a_gpu(name, monkeypatch):
    asked = []
    config = SimpleNamespace(
        set_visible_devices=lambda *devices: asked.append(devices),
        update=lambda *setting: asked.append(setting),
    )
    monkeypatch.setenv("KERAS_BACKEND", name)
    monkeypatch.setattr(backend, "load", lambda choose: choose(SimpleNamespace(config=config)))
    backend.set_up_inference(on_gpu=False)
    assert asked == [{"tensorflow": ([], "GPU"), "jax": ("jax_platforms", "cpu")}[name]]
