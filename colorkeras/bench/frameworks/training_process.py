"""One framework's training steps, in a process that `worker.py` starts and asks.

    python -m colorkeras.bench.frameworks.training_process FRAMEWORK|describe|check|limit JOB

It answers in lines of JSON: first what it is, then, to each line of its standard input (seconds),
how many images it trained.
"""

import importlib
import itertools
import json
import math
import os
import sys
import time
from pathlib import Path

import numpy as np

from colorkeras.bench.frameworks.jobs import FRAMEWORKS, PYTORCH_FORMS, config_of, images_of
from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError
from colorkeras.records import environment

# Steps, which compile. Large networks take one step for each set of objectives that are due; then
# memory is in use, and the next step is as fast as those after it.
WARM_UP, ENOUGH_SECONDS = 3, 10.0


def _work(name, job):
    # Libraries that print must not spoil the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(answer):
        print(json.dumps(answer), file=answers, flush=True)

    if name in _ANSWERED:
        return say(_ANSWERED[name](job))
    update, facts = _pytorch_update(name, job) if name in PYTORCH_FORMS else _keras_update(job)
    rows, numbers = config_of(job).train.batch_size, itertools.count(1)
    _warm_up(update, numbers, facts.pop("period"))
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


def _warm_up(update, numbers, period):
    """Take the first steps: `period` of them at least, of which every one may be another graph."""
    started = time.monotonic()
    for done in range(max(WARM_UP, period)):
        if done >= period and time.monotonic() - started > ENOUGH_SECONDS:
            break
        update(next(numbers))


def _described(job):
    """Describe an experiment to PyTorch; answer why, where there is no translation of it."""
    from colorkeras.devices import backend

    backend.set_up("float32", config_of(job).train.seed)
    from colorkeras.bench.frameworks.keras_description import describe

    try:
        describe(job)
    except UserError as error:
        return {"untranslated": str(error)}
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
    images, counted = images_of(config), {}
    period = math.lcm(*(objective.every for objective in wiring.objectives))
    if backend.chosen_name() == "tensorflow":
        from colorkeras.bench.frameworks.operations import operations_per_image

        images = keras.ops.convert_to_tensor(images)  # as `data/pipeline.py` hands them over
        try:
            counted = {"operations": operations_per_image(wiring.update, images, stage, period)}
        except ValueError as error:
            counted = {"not_counted": str(error)}

    def update(number):
        return fetched(wiring.update(images, number, stage))

    facts = {
        **counted,
        "period": period,
        "parameters": sum(trainable_parameters(wiring.networks).values()),
        "fast_layers": count_fast(wiring.networks.values()),
        "device": ", ".join(found.gpus) or "CPU",
    }
    return update, facts


def _pytorch_update(form, job):
    """The same in a form of PyTorch, from the description in the job's folder."""
    training, device = _pytorch_training(form, job)
    images = images_of(config_of(job))
    parameters = sum(network.trainable_parameters() for network in training.networks.values())
    facts = {"period": training.period, "parameters": parameters, "device": device}
    return lambda n: training(images, n), facts


def _pytorch_training(form, job):
    """The `TrainingStep` of a description, and the name of its device."""
    import torch

    from colorkeras.bench.frameworks.pytorch_networks import TrainingStep

    device = "cuda" if torch.cuda.is_available() and job["device"] != "cpu" else "cpu"
    torch.backends.cudnn.benchmark = not job["check"]
    torch.backends.cudnn.allow_tf32 = not job["check"]
    folder = Path(job["described"])
    description = json.loads((folder / "description.json").read_text(encoding="utf-8"))
    options = {"precision": job["precision"], **PYTORCH_FORMS[form]}
    with np.load(folder / "weights.npz") as weights:
        training = TrainingStep(description, weights, device=device, **options)
    return training, torch.cuda.get_device_name() if device == "cuda" else "CPU"


def _checked_in_pytorch(job):
    """How far each form of PyTorch is from what Keras computed; see `_checked`."""
    forms = [form for form, options in PYTORCH_FORMS.items() if not options["compile"]]
    return {form: _checked(form, job) for form in forms}


def _checked(form, job):
    """Differences of one form as `agreement` reads them."""
    training, _ = _pytorch_training(form, job)
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


def _limit(job):
    """The fastest products of matrices and convolutions in one framework."""
    from colorkeras.bench.frameworks.limit import fastest_product

    return fastest_product(job["framework"], job["precision"], job["device"])


# What is answered once, without training.
_ANSWERED = {"describe": _described, "check": _checked_in_pytorch, "limit": _limit}


if __name__ == "__main__":
    sys.exit(run_command(lambda: _work(sys.argv[1], json.loads(sys.argv[2]))))
