"""One framework's training steps, in a process that `worker.py` starts and asks.

    python -m colorkeras.bench.frameworks.training_process FRAMEWORK|describe|check JOB

It answers in lines of JSON: first what it is, then, to each line of its standard input (seconds),
how many images it trained.
"""

import importlib
import itertools
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from colorkeras.bench.frameworks.jobs import FRAMEWORKS, REFERENCE, config_of, images_of
from colorkeras.console.cli import run_command
from colorkeras.records import environment

WARM_UP = 3  # steps, which compile


def _work(name, job):
    # Libraries that print must not spoil the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(answer):
        print(json.dumps(answer), file=answers, flush=True)

    if name in ("describe", "check"):
        return say((_described if name == "describe" else _checked_in_pytorch)(job))
    update, facts = (_pytorch_update if name == REFERENCE else _keras_update)(job)
    rows, numbers = config_of(job).train.batch_size, itertools.count(1)
    for _ in range(WARM_UP):
        update(next(numbers))
    module = importlib.import_module(FRAMEWORKS[name][0])
    say({**facts, "version": module.__version__})
    for line in sys.stdin:
        seconds, started, images = 0.0, time.monotonic(), 0
        cpu_started = time.process_time()
        while seconds < float(line):
            update(next(numbers))
            images, seconds = images + rows, time.monotonic() - started
        used = {"seconds": seconds, "cpu_seconds": time.process_time() - cpu_started}
        say({"images": images, **used, "peak_mb": environment.peak_memory_mb()})
    return None


def _described(job):
    """Describe an experiment to PyTorch; an empty answer says that it is done."""
    from colorkeras.devices import backend

    backend.set_up("float32", config_of(job).train.seed)
    from colorkeras.bench.frameworks.keras_description import describe

    describe(job)
    return {}


def _keras_update(job):
    """The experiment's own step as a function of its number, and facts of this worker."""
    from colorkeras.devices import backend

    config = config_of(job)
    found = backend.set_up(job["precision"], config.train.seed)
    import keras

    from colorkeras.config.stages import plan_stages
    from colorkeras.devices.compiled import fetched
    from colorkeras.experiment.generator import count_fast
    from colorkeras.experiment.loading import trainable_parameters
    from colorkeras.training.step import wire

    wiring, stage = wire(config, found.precision), plan_stages(config)[-1]
    images = images_of(config)
    if backend.chosen_name() == "tensorflow":  # as `data/pipeline.py` hands them over
        images = keras.ops.convert_to_tensor(images)

    def update(number):
        return fetched(wiring.update(images, number, stage))

    facts = {
        "parameters": sum(trainable_parameters(wiring.networks).values()),
        "fast_layers": count_fast(wiring.networks.values()),
        "device": ", ".join(found.gpus) or "CPU",
    }
    return update, facts


def _pytorch_update(job):
    """The same in PyTorch, from the description in the job's folder."""
    training, device = _pytorch_training(job)
    images = images_of(config_of(job))
    parameters = sum(network.trainable_parameters() for network in training.networks.values())
    return lambda n: training(images, n), {"parameters": parameters, "device": device}


def _pytorch_training(job):
    """The `TrainingStep` of a description, and the name of its device."""
    import torch

    from colorkeras.bench.frameworks.pytorch_networks import TrainingStep

    device = "cuda" if torch.cuda.is_available() and job["device"] != "cpu" else "cpu"
    torch.backends.cudnn.benchmark = not job["check"]
    torch.backends.cudnn.allow_tf32 = not job["check"]
    folder = Path(job["described"])
    description = json.loads((folder / "description.json").read_text(encoding="utf-8"))
    options = {key: job[key] for key in ("precision", "channels_last", "fused", "compile")}
    with np.load(folder / "weights.npz") as weights:
        training = TrainingStep(description, weights, device=device, **options)
    return training, torch.cuda.get_device_name() if device == "cuda" else "CPU"


def _checked_in_pytorch(job):
    """How far PyTorch is from what Keras computed: differences as `agreement` reads them."""
    training, _ = _pytorch_training(job)
    networks, folder = training.networks.items(), Path(job["described"])
    losses = json.loads((folder / "losses.json").read_text(encoding="utf-8"))
    with np.load(folder / "expected.npz") as expected, np.load(folder / "gradients.npz") as g:
        images = expected["images"]
        split = zip(("inputs", "targets"), training.split(images), strict=True)
        color = [
            np.abs(expected[name] - part.permute(0, 2, 3, 1).numpy(force=True)).max()
            for name, part in split
        ]
        forward = {}
        for name, network in networks:
            inputs = [expected[key] for key in expected.files if key.startswith(f"{name}/input")]
            output = expected[f"{name}/output"]
            difference = np.abs(network.predict(inputs) - output).max()
            forward[name] = [float(x) for x in (difference, np.abs(output).max(), output.std())]
        found = training(images, 1)
        gradients = {name: network.compare_gradients(g, name) for name, network in networks}
    apart = max(abs(found[name] / value - 1.0) for name, value in losses.items())
    color = float(max(color))
    return {"color": color, "forward": forward, "gradients": gradients, "losses": apart}


if __name__ == "__main__":
    sys.exit(run_command(lambda: _work(sys.argv[1], json.loads(sys.argv[2]))))
