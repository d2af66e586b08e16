"""What the processes of the comparison have to know of each experiment, as JSON types."""

import importlib.util
import sys

import numpy as np

from colorkeras.bench.experiment_folders import experiment_folders
from colorkeras.config.load import load_config
from colorkeras.console.errors import UserError, choose
from colorkeras.devices.precision import choose_precision

REFERENCE, BEST, COMPILED = "pytorch", "pytorch_best", "pytorch_compiled"
# Name of a contender → its module and title.
FRAMEWORKS = {
    "tensorflow": ("tensorflow", "TensorFlow"),
    "jax": ("jax", "JAX"),
    REFERENCE: ("torch", "PyTorch"),
    BEST: ("torch", "PyTorch best"),
    COMPILED: ("torch", "compiled"),
}
# PyTorch's network as a tutorial writes it; as its best users run it, with images as NHWC in memory
# and optimizers that update in one pass (there is none for RMSprop); and that with `torch.compile`,
# which takes minutes to start, so that it is measured only where it is named.
PYTORCH_FORMS = {
    REFERENCE: {"channels_last": False, "fused": False, "compile": False},
    BEST: {"channels_last": True, "fused": True, "compile": False},
    COMPILED: {"channels_last": True, "fused": True, "compile": True},
}
USUAL = tuple(name for name in FRAMEWORKS if name != COMPILED)
# Of the optimizer in a check: its first momentum is the gradient times this rate, which is too
# small for the weights to change much.
RATE = 1e-6
_GRADIENT_KEEPER = f'{{name="sgd", momentum=0.9, learning_rate={RATE}}}'


def make_jobs(args):
    """Return a job, a dict, for each experiment; all configurations are read first.

    Args:
        args: the options of the sub-command.

    Raises:
        UserError: on an unknown experiment, or one that cannot be compared.
    """
    jobs = []
    for folder in experiment_folders(args.experiments):
        job = {
            **keras_job(folder, args),
            "precision": "float32" if args.check else choose_precision(args.precision),
            "device": args.device,
            "check": args.check,
        }
        config = config_of(job)
        if config.train.accumulate > 1:
            raise UserError(f"{folder}: train.accumulate: only whole batches are compared.")
        if args.check:
            job["set"] += [f"optimizer.{o}={_GRADIENT_KEEPER}" for o in config.optimizer]
        jobs.append(job)
    return jobs


def keras_job(folder, args):
    """Return what a job of TensorFlow or JAX needs, on whatever device there is.

    Args:
        folder: of the experiment.
        args: options with `preset`, `set`, `batch` and `precision`.
    """
    batch = [] if args.batch is None else [f"train.batch_size={args.batch}"]
    return {
        "name": folder.name,
        "folder": str(folder),
        "preset": args.preset,
        "set": [*args.set, *batch],
        "precision": choose_precision(args.precision),
        "device": "auto",
    }


def installed(frameworks):
    """Return those of the frameworks that are installed; say of the others how to get them.

    Raises:
        UserError: on an unknown name, or when none is installed.
    """
    missing = {}  # title of each module, the first of its contenders'
    for name in frameworks:
        module, title = FRAMEWORKS[choose(name, FRAMEWORKS, "--frameworks")]
        if importlib.util.find_spec(module) is None:
            missing.setdefault(module, f"{title} is not installed: pip install {module}")
    found = [name for name in frameworks if FRAMEWORKS[name][0] not in missing]
    if not found:
        raise UserError(f"{'; '.join(missing.values())}.")
    for text in missing.values():
        print(f"skipped: {text}", file=sys.stderr)
    return found


def config_of(job):
    """Return the `Config` of a job."""
    return load_config(job["folder"], job["preset"], job["set"])


def images_of(config):
    """Return a batch of random images: (batch, height, width, 3) uint8, always the same."""
    shape = (config.train.batch_size, config.data.height, config.data.width, 3)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
