"""What the reported protocols cost on GPUs, calculated: images to be seen over measured speed.

    python -m colorkeras.bench protocol-cost -o results/scaling/protocol_cost.md

For each experiment: the images that its preset `paper` sees, and the speed of the slowest stored
run on a GPU at the same image size (some of them shared the GPU with others).
"""

import argparse
import json
import tomllib
from pathlib import Path

from colorkeras.bench.experiment_folders import HELP, experiment_folders
from colorkeras.config.load import load_full_scale
from colorkeras.console.cli import program_name
from colorkeras.records.atomic import write_text

NAME = "protocol-cost"
GPUS = 8
_HEAD = [
    "experiment",
    "size",
    "images × epochs",
    "images/s",
    "measured by",
    "on",
    "hours on 1 GPU",
    f"on {GPUS}, at least",
]


def build_parser():
    """Return the parser of the sub-command's options."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.bench')} {NAME}",
        description="Calculate what the reported protocols cost on GPUs, from stored runs.",
    )
    parser.add_argument("--experiments", metavar="A,B", help=HELP)
    parser.add_argument(
        "--results", default="results", metavar="DIR", help="stored runs (default: results)"
    )
    parser.add_argument("-o", "--out", metavar="FILE.md", help="also write the table as Markdown")
    return parser


def run(argv):
    """Run the sub-command with these arguments, without its name; return the exit code."""
    return _measure(build_parser().parse_args(argv))


def _measure(args):
    lines = [_HEAD, ["---", "---", "---:", "---:", "---", "---", "---:", "---:"]]
    for folder in experiment_folders(args.experiments):
        lines.append(cells(folder, Path(args.results)))
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    text = f"# What the papers' trainings cost\n\n{table}"
    if args.out:
        write_text(Path(args.out), text)
    print(text, end="")
    return 0


def cells(folder, results):
    """Return the cells of one experiment, a list of texts.

    Args:
        folder: of the experiment.
        results: the folder with a folder of stored runs for each experiment.
    """
    config = load_full_scale(folder)
    data, train = config.data, config.train
    seen = data.train_images // train.batch_size * train.batch_size * train.epochs
    cells = [
        folder.name,
        f"{data.height}×{data.width}",
        f"{data.train_images:,} × {train.epochs:,}",
    ]
    rate, run, gpu = _slowest(results / folder.name, (data.height, data.width))
    if not rate:
        return [*cells, "-", "no stored run of this size", "-", "-", "-"]
    hours = seen / rate / 3600
    return [*cells, f"{rate:,.0f}", run, gpu, f"{hours:.2f}", f"{hours / GPUS:.2f}"]


def _slowest(folder, size):
    """(images per second, run, GPU) of the slowest stored run of that size on one GPU."""
    found = []
    for file in folder.glob("*/run.json"):
        info = json.loads(file.read_text(encoding="utf-8"))
        gpus = info.get("device", {}).get("gpus")
        if not gpus or info["kind"] != "training":
            continue
        data = tomllib.loads((file.parent / "config.toml").read_text(encoding="utf-8"))["data"]
        if "images_per_second" in info and (data["height"], data["width"]) == size:
            found.append((info["images_per_second"], file.parent.name, gpus[0]))
    return min(found, default=(0.0, "", ""))
