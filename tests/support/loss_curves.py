"""Loss terms of some float32 steps, from given weights: what one backend computes, as JSON.

    KERAS_BACKEND=jax python tests/loss_curves.py WEIGHTS_FOLDER STEPS [DEVICES]

Writes the initial weights when they are not there yet, so that the second backend begins with the
weights of the first. On several devices, or with TF_CONFIG, only whole batches: parts of batches
are not for replicas.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from reading_experiment import READING_CONFIG, READING_MODEL
from tiny_experiment import write_experiment

from colorkeras.data import scenes
from colorkeras.devices import backend
from colorkeras.devices.choice import AUTO, read_devices

SIZE, BATCH = 32, 4
COMMON = [
    "train.precision=float32",
    f"train.batch_size={BATCH}",
    f"data.height={SIZE}",
    f"data.width={SIZE}",
]
# The first step of Adam is the sign of a gradient, so that where one is near 0 its rounding decides
# a whole step; plain gradient descent does not magnify what the backends round differently, and a
# discriminator that learns slowly little of it (at 0.001 ten times as much, by step 20).
SYSTEMS = {
    "varga_cnn": {"colorizer": 0.05},
    # Two objectives, batch normalisation in both networks, and noise z.
    "church_cgan": {"discriminator": 0.0003, "generator": 0.00005},
    # Both objectives read a layer of the generator.
    "reading": {"judge": 0.05, "colorizer": 0.05},
}
# Batch normalisation in a GAN lets what rounding began grow tenfold in twenty steps.
MOST = {"varga_cnn": 50, "church_cgan": 20, "reading": 50}
PARTS = 2  # of a batch, where gradients are accumulated: "varga_cnn by parts"
BY_PARTS = " by parts"


def curve(system, weights, steps, devices):
    """Train one system."""
    from colorkeras.config.load import load_config

    system, by_parts, _ = system.partition(BY_PARTS)
    plain = [
        setting
        for name, rate in SYSTEMS[system].items()
        for setting in (f"optimizer.{name}.name=sgd", f"optimizer.{name}.learning_rate={rate}")
    ]
    # Each backend drops other units.
    plain += ["model.dropout=0.0"] if system == "reading" else []
    parts = [f"train.accumulate={PARTS}"] if by_parts else []
    config = load_config(folder_of(system), overrides=[*COMMON, *plain, *parts])
    found = backend.set_up("float32", seed=1, devices=devices, batch_size=BATCH)
    replicas = found.replicas
    from colorkeras.training.step import wire

    wiring = wire(config, "float32", replicas)
    networks, update = wiring.networks, wiring.update
    share_weights(networks, weights)
    rows = []
    for step in range(1, min(steps, MOST[system]) + 1):
        terms = update(batch(step)[replicas.rows(BATCH)], step)
        rows.append({name: float(value) for name, value in terms.items()})
    return {"curve": rows, "tracings": update.tracing_count, "moved": moved(networks, weights)}


def folder_of(system):
    if system == "reading":
        return write_experiment(Path(tempfile.mkdtemp()), READING_CONFIG, READING_MODEL)
    return Path(__file__).parents[2] / "experiments" / system


def share_weights(networks, path):
    if not os.path.exists(path):
        np.savez(path, **dict(named(networks)))
        return
    stored = np.load(path)
    for name, network in networks.items():
        network.set_weights([stored[f"{name}/{n:04d}"] for n in range(len(network.weights))])


def named(networks):
    for name, network in networks.items():
        for number, value in enumerate(network.get_weights()):
            yield f"{name}/{number:04d}", value


def moved(networks, path):
    """How far the weights and statistics have gone, by network: mean distance from the file."""
    stored, far = np.load(path), {name: [] for name in networks}
    for name, value in named(networks):
        far[name.split("/")[0]].append(np.abs(value - stored[name]).mean())
    return {name: float(np.mean(distances)) for name, distances in far.items()}


def batch(step):
    first = BATCH * (step % 3)
    return np.stack(
        [scenes.render("landscape", index=first + n, height=SIZE, width=SIZE) for n in range(BATCH)]
    )


if __name__ == "__main__":
    folder, steps, *requested = sys.argv[1:]
    devices = read_devices(*(requested or [AUTO]))
    kinds = ("",) if requested or devices.cluster else ("", BY_PARTS)
    found = {
        system + kind: curve(system + kind, Path(folder, f"{system}.npz"), int(steps), devices)
        for system in SYSTEMS
        for kind in kinds
    }
    json.dump(found, sys.stdout)
