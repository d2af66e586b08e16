"""What the reported protocols cost on GPUs, on paper: images to be seen over measured speed.

    python results/scaling/protocol_cost.py

For each experiment the images that its preset `paper` sees, and the speed of the slowest stored
run on a GPU at the same image size: some of them shared it with others. Writes protocol_cost.md
beside this script.
"""

import argparse
import json
import sys
import tomllib
from pathlib import Path

from colorkeras.config.load import load_config
from colorkeras.console.cli import run_command
from colorkeras.records.atomic import write_text

ROOT = Path(__file__).parents[2]
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


def main():
    parser = argparse.ArgumentParser(
        prog="python results/scaling/protocol_cost.py",
        description="Write what the reported protocols cost on GPUs to protocol_cost.md.",
    )
    parser.parse_args()
    return run_command(_main)


def _main():
    lines = [_HEAD, ["---", "---", "---:", "---:", "---", "---", "---:", "---:"]]
    for folder in sorted((ROOT / "experiments").iterdir()):
        if (folder / "config.toml").exists():
            lines.append(_row(folder))
    write_text(Path(__file__).with_suffix(".md"), table := _table(lines))
    print(table, end="")
    return 0


def _row(folder):
    """The cells of one experiment."""
    config = load_config(folder, "paper")
    data, train = config.data, config.train
    seen = data.train_images // train.batch_size * train.batch_size * train.epochs
    cells = [
        folder.name,
        f"{data.width}×{data.height}",
        f"{data.train_images:,} × {train.epochs:,}",
    ]
    rate, run, gpu = _slowest(folder.name, (data.height, data.width))
    if not rate:
        return [*cells, "-", "no stored run of this size", "-", "-", "-"]
    hours = seen / rate / 3600
    return [*cells, f"{rate:,.0f}", run, gpu, f"{hours:.2f}", f"{hours / GPUS:.2f}"]


def _slowest(name, size):
    """(images per second, run, GPU) of the slowest stored run of that size on one GPU."""
    found = []
    for file in (ROOT / "results" / name).glob("*/run.json"):
        info = json.loads(file.read_text(encoding="utf-8"))
        gpus = info.get("device", {}).get("gpus")
        if not gpus or info["kind"] != "training":
            continue
        data = tomllib.loads((file.parent / "config.toml").read_text(encoding="utf-8"))["data"]
        if "images_per_second" in info and (data["height"], data["width"]) == size:
            found.append((info["images_per_second"], file.parent.name, gpus[0]))
    return min(found, default=(0.0, "", ""))


def _table(lines):
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
