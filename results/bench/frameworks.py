"""Speed of every experiment's training step in TensorFlow, JAX and PyTorch: images per second.

    pip install torch && python results/bench/frameworks.py -o results/bench/frameworks.csv

The step is the part "step" of `python -m colorkeras.bench`: from one batch of uint8 pictures, held
in memory, to the loss terms as numbers. PyTorch, uncompiled, has the same networks, losses and
optimizers, translated from Keras (`pytorch_networks.py`); `--check` holds its results against
Keras's. Each framework has a process of its own, and they take turns, one at a time and round
after round, so that a machine whose speed drifts slows all alike.
"""

import argparse
import contextlib
import csv
import importlib
import importlib.util
import itertools
import json
import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from keras_description import (
    EXPERIMENTS,
    RATE,
    config_of,
    describe,
    images_of,
)
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from colorkeras import environment
from colorkeras.atomic import replacing
from colorkeras.cli import run_command
from colorkeras.errors import UserError
from colorkeras.precision import choose_precision
from colorkeras.progress import ProgressReport
from colorkeras.strict import choose

REFERENCE = "pytorch"
# Name of a framework → its module and title.
FRAMEWORKS = {
    "tensorflow": ("tensorflow", "TensorFlow"),
    "jax": ("jax", "JAX"),
    REFERENCE: ("torch", "PyTorch"),
}
MOST = 3600
WARM_UP = 3  # steps, which compile
# Largest difference of a prediction, in units of its largest value where that is above 1; of the
# losses, as a share; and of a gradient, as a share of its length: a ResNet's in float32 is 3 % from
# that in float64 already, as activations near 0 fall to the other side.
TOLERANCE, GRADIENT_TOLERANCE = 1e-3, 5e-2
GRADIENT_KEEPER = f'{{name="sgd", momentum=0.9, learning_rate={RATE}}}'
_WORKER = "--worker"  # of ourselves: the rest of the command is its name and its job
_CSV_HEADER = (
    *("experiment", "preset", "height", "width", "batch", "precision", "framework"),
    *("images_per_second", "lowest", "highest", "ratio_to_pytorch", "parameters"),
    *("peak_resident_mb", "device", "version", *environment.ORIGIN),
)


def build_parser():
    parser = argparse.ArgumentParser(
        prog="python results/bench/frameworks.py",
        description="Measure the training steps of the experiments in three frameworks.",
    )
    option = parser.add_argument
    option("--experiments", metavar="A,B", help="folders of experiments/ (default: all)")
    option("--preset", default="quick", metavar="NAME", help="(default: quick)")
    option("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="as in run")
    option("--batch", type=int, metavar="N", help="pictures (default: the preset's)")
    option(
        "--precision",
        choices=("auto", "float32", "bfloat16"),
        default="auto",
        help="auto: bfloat16 where this CPU has instructions for it, else float32",
    )
    option("--frameworks", default=",".join(FRAMEWORKS), metavar="A,B", help="(default: all)")
    option("--seconds", type=float, default=4.0, metavar="S", help="per measurement (default: 4)")
    option("--rounds", type=int, default=3, metavar="N", help="(default: 3)")
    option(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="auto: each framework's GPU if it finds one; cpu: none; cuda: PyTorch must find one",
    )
    option("--channels-last", action="store_true", help="PyTorch's pictures as NHWC in memory")
    option("--fused", action="store_true", help="PyTorch's fused optimizers (none for RMSprop)")
    option(
        "--check",
        action="store_true",
        help="instead, hold PyTorch's predictions, losses and gradients against Keras's, float32",
    )
    option("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def main(argv=None):
    """Run the command; return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == [_WORKER]:
        return run_command(lambda: _work(argv[1], json.loads(argv[2])))
    args = build_parser().parse_args(argv)

    def command():
        _check_device(args)
        return _check(args) if args.check else _compare(args, argv)

    return run_command(command)


def _jobs(args):
    """What the workers have to know of each experiment; all configurations are read first."""
    known = sorted(file.parent.name for file in EXPERIMENTS.glob("*/config.toml"))
    batch = [] if args.batch is None else [f"train.batch_size={args.batch}"]
    jobs = []
    for name in args.experiments.split(",") if args.experiments else known:
        job = {
            "name": choose(name, known, "--experiments"),
            "preset": args.preset,
            "set": [*args.set, *batch],
            "precision": "float32" if args.check else choose_precision(args.precision),
            "device": args.device,
            "channels_last": args.channels_last,
            "fused": args.fused,
            "check": args.check,
        }
        config = config_of(job)
        if config.train.accumulate > 1:
            raise UserError(f"{name}: train.accumulate: only whole batches are compared.")
        if args.check:
            job["set"] += [f"optimizer.{o}={GRADIENT_KEEPER}" for o in config.optimizer]
        jobs.append(job)
    return jobs


def _installed(frameworks):
    """Those of the frameworks that are installed; tells of the others."""
    found = []
    for name in frameworks:
        module, title = FRAMEWORKS[choose(name, FRAMEWORKS, "--frameworks")]
        if importlib.util.find_spec(module):
            found.append(name)
        else:
            print(f"{title} is not installed and left out: pip install {module}", file=sys.stderr)
    if not found:
        raise UserError("none of the frameworks is installed.")
    return found


def _check_device(args):
    if args.device == "cuda" and importlib.util.find_spec("torch"):
        import torch

        if not torch.cuda.is_available():
            raise UserError("--device cuda: PyTorch finds no GPU. Pass --device auto, or cpu.")


# ---------------------------------------------------------------------------- the measurements


def _compare(args, argv):
    """Measure all experiments; return the exit code."""
    for name in ("seconds", "rounds"):
        if not 0 < getattr(args, name) < MOST:  # refuses NaN too
            raise UserError(
                f"--{name}: received {getattr(args, name)}, expected more than 0 and less than "
                f"{MOST}."
            )
    jobs, frameworks = _jobs(args), _installed(args.frameworks.split(","))
    origin = shlex.join(["python", "results/bench/frameworks.py", *argv]), environment.commit()
    results = []  # (job, dict of what is known of each framework)
    total, ticks = len(jobs) * len(frameworks) * (args.rounds + 1), itertools.count(1)
    with ProgressReport("measuring", total, unit="part") as progress:
        for job in jobs:

            def tell(text, name=job["name"]):
                progress.update(next(ticks), name)
                progress.print(f"{name}: {text}")

            try:
                results.append((job, _measure(job, frameworks, args, tell)))
            except WorkerFailedError as error:
                progress.print(f"{job['name']} is left out: {error}")
            else:
                if args.out:
                    _write_csv(args.out, results, origin)
    if results:
        _print_table(results, args)
    return 0 if len(results) == len(jobs) else 1


def _measure(job, frameworks, args, tell):
    """Return a dict of facts by framework; "rates" are images per second by round."""
    with contextlib.ExitStack() as stack:
        if REFERENCE in frameworks:
            job = {**job, "described": stack.enter_context(tempfile.TemporaryDirectory())}
            with Worker("describe", job) as worker:
                worker.answer()
        workers, found = {}, {}
        for name in frameworks:
            workers[name] = stack.enter_context(Worker(name, job))
            found[name] = {**workers[name].answer(), "rates": []}
            tell(f"{name} is warmed up")
        for number in range(1, args.rounds + 1):
            for name, worker in workers.items():
                answer = worker.measure(args.seconds)
                found[name]["rates"].append(answer["images"] / answer["seconds"])
                found[name]["peak_mb"] = answer["peak_mb"]
                tell(f"{name}, round {number}: {found[name]['rates'][-1]:.2f} images/s")
    return found


def _ratio(found, name, digits):
    """The median of the rounds' own ratios to PyTorch, as text; "" where one is missing."""
    if name not in found or REFERENCE not in found:
        return ""
    pairs = zip(found[name]["rates"], found[REFERENCE]["rates"], strict=True)
    return f"{statistics.median(rate / reference for rate, reference in pairs):.{digits}f}"


def _print_table(results, args):
    table = Table(
        title=f"images/s, median of {args.rounds} rounds of {args.seconds:g} s",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    others = [name for name in FRAMEWORKS if name != REFERENCE]
    titles = [title for _, title in FRAMEWORKS.values()]
    titles += [f"{FRAMEWORKS[name][1]}/{FRAMEWORKS[REFERENCE][1]}" for name in others]
    for title in ("experiment", "pictures", "precision", *titles):
        table.add_column(title, justify="right" if title in titles else "left")
    for job, found in results:
        config = config_of(job)
        table.add_row(
            job["name"],
            f"{config.train.batch_size} of {config.data.height}×{config.data.width}",
            job["precision"],
            *(
                f"{statistics.median(found[name]['rates']):.2f}" if name in found else ""
                for name in FRAMEWORKS
            ),
            *(_ratio(found, name, 2) for name in others),
        )
    Console(highlight=False, width=None if sys.stdout.isatty() else 120).print(table)


def _write_csv(path, results, origin):
    with replacing(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_CSV_HEADER)
        for job, found in results:
            config, gpus = config_of(job), {one["device"] for one in found.values()} - {"CPU"}
            *_, machine = environment.origin("", [], sorted(gpus))
            data, batch = config.data, config.train.batch_size
            for name, one in found.items():
                rates = (f"{of(one['rates']):.2f}" for of in (statistics.median, min, max))
                writer.writerow(
                    (
                        *(job["name"], config.experiment.preset, data.height, data.width, batch),
                        *(job["precision"], name, *rates, _ratio(found, name, 3)),
                        *(one["parameters"], one["peak_mb"], one["device"], one["version"]),
                        *(*origin, machine),
                    )
                )


def _check(args):
    """Hold PyTorch against Keras in all experiments; return the exit code."""
    _installed([REFERENCE])
    failed = 0
    for job in _jobs(args):
        try:
            with tempfile.TemporaryDirectory() as folder:
                for name in ("describe", "check"):
                    with Worker(name, {**job, "described": folder}) as worker:
                        found = worker.answer()
            failed += not _report_check(job["name"], found)
        except WorkerFailedError as error:
            print(f"{job['name']}: {error}", file=sys.stderr)
            failed += 1
    return 1 if failed else 0


def _report_check(name, found):
    """Print the differences of one experiment; return whether they are small."""
    shares, parts = [found["color"], found["losses"]], [f"colors {found['color']:.1e}"]
    for network, (difference, most, deviation) in found["forward"].items():
        gradient = found["gradients"][network]
        shares += [difference / max(1.0, most), gradient * TOLERANCE / GRADIENT_TOLERANCE]
        parts.append(
            f"{network}: prediction {difference:.1e} (deviation {deviation:.2g}, at most "
            f"{most:.2g}), gradient {100 * gradient:.4f} %"
        )
    is_close = all(share <= TOLERANCE for share in shares)  # refuses NaN too
    parts.append(f"losses {100 * found['losses']:.4f} %{'' if is_close else ': TOO FAR APART'}")
    print(f"{name}: {'; '.join(parts)}", flush=True)
    return is_close


# ------------------------------------------------------------------------------ the processes


class WorkerFailedError(Exception):
    """A worker ended before its answer; the message is the error that it told last."""


class Worker:
    """This script in a process of its own, as a context manager, which answers line by line.

    Args:
        name: a framework, "describe" or "check".
        job: what it has to know, a dict of JSON types.
    """

    def __init__(self, name, job):
        self._name = name
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `__exit__`
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), _WORKER, name, json.dumps(job)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=_environment(name, job),
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if any(exception):
            self._process.kill()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()  # it ends with its input
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def answer(self):
        """Wait for the next answer."""
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        code = self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").splitlines()
        told = [line for line in lines if re.match(r"error: |[\w.]+(Error|Exception): ", line)]
        last = told[-1].removeprefix("error: ")[:500] if told else f"exit code {code}"
        raise WorkerFailedError(f"{self._name}: {last}")

    def measure(self, seconds):
        """Let it train for about `seconds`; return its answer: images, seconds, peak_mb."""
        with contextlib.suppress(BrokenPipeError):  # then there is no answer either
            self._process.stdin.write(f"{seconds}\n")
            self._process.stdin.flush()
        return self.answer()


def _environment(name, job):
    """Variables of a worker: its Keras backend, and memory of a GPU that all three share."""
    backend = name
    if name not in ("tensorflow", "jax"):
        backend = "tensorflow" if importlib.util.find_spec("tensorflow") else "jax"
    hides_gpu = name == "describe" or job["device"] == "cpu"
    hidden = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"} if hides_gpu else {}
    sharing = {"XLA_PYTHON_CLIENT_PREALLOCATE": "false", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    return {**sharing, **os.environ, "KERAS_BACKEND": backend, **hidden}


def _work(name, job):
    """Be a worker."""
    # Libraries that print must not spoil the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(answer):
        print(json.dumps(answer), file=answers, flush=True)

    if name in ("describe", "check"):
        return say((describe if name == "describe" else _checked_in_pytorch)(job))
    update, facts = (_pytorch_update if name == REFERENCE else _keras_update)(job)
    rows, numbers = config_of(job).train.batch_size, itertools.count(1)
    for _ in range(WARM_UP):
        update(next(numbers))
    module = importlib.import_module(FRAMEWORKS[name][0])
    say({**facts, "version": module.__version__})
    for line in sys.stdin:
        seconds, started, images = 0.0, time.monotonic(), 0
        while seconds < float(line):
            update(next(numbers))
            images, seconds = images + rows, time.monotonic() - started
        say({"images": images, "seconds": seconds, "peak_mb": environment.peak_memory_mb()})
    return None


def _keras_update(job):
    """The experiment's own step as a function of its number, and facts of this worker."""
    from colorkeras import backend

    config = config_of(job)
    found = backend.set_up(job["precision"], config.train.seed)
    import keras

    from colorkeras.experiment import trainable_parameters
    from colorkeras.stages import plan_stages
    from colorkeras.step import wire

    wiring, stage = wire(config, found.precision), plan_stages(config)[-1]
    images = images_of(config)
    if backend.chosen_name() == "tensorflow":  # as `data/pipeline.py` hands them over
        images = keras.ops.convert_to_tensor(images)

    def update(number):
        return [float(value) for value in wiring.update(images, number, stage).values()]

    parameters = sum(trainable_parameters(wiring.networks).values())
    return update, {"parameters": parameters, "device": ", ".join(found.gpus) or "CPU"}


def _pytorch_update(job):
    """The same in PyTorch, from the description in the job's folder."""
    training, device = _pytorch_training(job)
    images = images_of(config_of(job))
    parameters = sum(network.trainable_parameters() for network in training.networks.values())
    return lambda n: training(images, n), {"parameters": parameters, "device": device}


def _pytorch_training(job):
    """The `TrainingStep` of a description, and the name of its device."""
    import torch
    from pytorch_networks import TrainingStep

    device = "cuda" if torch.cuda.is_available() and job["device"] != "cpu" else "cpu"
    torch.backends.cudnn.benchmark = not job["check"]
    torch.backends.cudnn.allow_tf32 = not job["check"]
    folder = Path(job["described"])
    description = json.loads((folder / "description.json").read_text(encoding="utf-8"))
    options = {key: job[key] for key in ("precision", "channels_last", "fused")}
    with np.load(folder / "weights.npz") as weights:
        training = TrainingStep(description, weights, device=device, **options)
    return training, torch.cuda.get_device_name() if device == "cuda" else "CPU"


def _checked_in_pytorch(job):
    """How far PyTorch is from what Keras computed: differences as `_report_check` takes them."""
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
    sys.exit(main())
