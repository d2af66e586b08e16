"""Speed of every experiment's training step in TensorFlow, JAX and PyTorch: images per second.

    pip install torch && python results/bench/frameworks.py -o results/bench/frameworks.csv

The step is the part "step" of `python -m colorkeras.bench`: from one batch of uint8 images, held
in memory, to the loss terms as numbers. PyTorch has the same networks, losses and optimizers,
translated from Keras (`pytorch_networks.py`) and compiled with `--compile` alone; `--check` holds
its results against Keras's. Each framework has a process of its own, and they take turns, one at a
time and round after round, so that a machine whose speed drifts slows all alike.
"""

import argparse
import contextlib
import csv
import importlib
import importlib.util
import itertools
import shlex
import statistics
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from framework_worker import FRAMEWORKS, REFERENCE, Worker, WorkerFailedError
from keras_description import EXPERIMENTS, RATE, config_of
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from colorkeras.config.toml import check_below, choose
from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.devices.precision import choose_precision
from colorkeras.records import environment
from colorkeras.records.atomic import check_writable, replacing

MOST = 3600
# Largest difference of a prediction, in units of its largest value where that is above 1; of the
# losses, as a share; and of a gradient, as a share of its length: a ResNet's in float32 is 3 % from
# that in float64 already, as activations near 0 fall to the other side.
TOLERANCE, GRADIENT_TOLERANCE = 1e-3, 5e-2
GRADIENT_KEEPER = f'{{name="sgd", momentum=0.9, learning_rate={RATE}}}'
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
    option("--batch", type=int, metavar="N", help="images (default: the preset's)")
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
    option("--channels-last", action="store_true", help="PyTorch's images as NHWC in memory")
    option("--fused", action="store_true", help="PyTorch's fused optimizers (none for RMSprop)")
    option("--compile", action="store_true", help="PyTorch's networks through torch.compile")
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
            "compile": args.compile,
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
        check_below(f"--{name}", getattr(args, name), MOST)
    jobs, frameworks = _jobs(args), _installed(args.frameworks.split(","))
    if args.out is not None:
        check_writable(args.out)
    origin = shlex.join(["python", "results/bench/frameworks.py", *argv]), environment.commit()
    results = []  # (job, dict of what is known of each framework)
    total, ticks = len(jobs) * len(frameworks) * (args.rounds + 1), itertools.count(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        ProgressReport("measuring", total, unit="part") as progress,
    ):
        for job, description in zip(jobs, _describe(jobs, frameworks, folder), strict=True):

            def tell(text, name=job["name"]):
                progress.update(next(ticks), name)
                progress.print(f"{name}: {text}")

            try:
                results.append((job, _measure(description.result(), frameworks, args, tell)))
            except WorkerFailedError as error:
                progress.print(f"{job['name']} is left out: {error}")
            else:
                if args.out:
                    _write_csv(args.out, results, origin)
    if results:
        _print_table(results, args)
    return 0 if len(results) == len(jobs) else 1


def _describe(jobs, frameworks, folder):
    """Describe the networks of all jobs to PyTorch, if that is measured, before anything is.

    Returns:
        A future for each: the job with the place of its description, or why there is none.
    """

    def describe(job):
        if REFERENCE not in frameworks:
            return job
        job = {**job, "described": str(Path(folder, job["name"]))}
        Path(job["described"]).mkdir()
        with Worker("describe", job) as worker:
            worker.answer()
        return job

    with ThreadPoolExecutor(max(1, environment.available_cores() // 2)) as pool:
        return [pool.submit(describe, job) for job in jobs]


def _measure(job, frameworks, args, tell):
    """Return a dict of facts by framework; "rates" are images per second by round."""
    with contextlib.ExitStack() as stack:
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


if __name__ == "__main__":
    sys.exit(main())
