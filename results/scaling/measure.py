"""How the cost of a training grows: with images, batch, image size and replicas.

    python results/scaling/measure.py

Every point is measured in a process of its own, so that its peak memory is its own. Writes
scaling.csv, a row as each point is done, then scaling.md and scaling.png, beside this script or
into `--out`.
"""

import argparse
import hashlib
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from colorkeras.config.toml import check_below
from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.records import environment
from colorkeras.records.atomic import replacing, write_text

MODULE = "results/scaling/measure.py"
SMALL = 64  # pixels a side of the images whose number grows
LOADER_BATCH = 64
MOST = 3600  # seconds
SIZES = {"data.height": 64, "data.width": 64, "train.batch_size": 8}
MEASURES = {
    "images_per_second": "images/s",
    "peak_memory_mb": "peak memory (MiB)",
    "memory_estimate_mb": "estimate (MiB)",
    "first_open_s": "first opening of a folder (s)",
    "open_s": "opening it again (s)",
    "packed_open_s": "opening images.h5 (s)",
    "packed_images_per_second": "images/s from images.h5",
}


def main(argv=None):
    args = _parser().parse_args(argv)
    return run_command(lambda: _main(args))


def _main(args):
    check_below("--seconds", args.seconds, MOST)
    if args.point:
        print(json.dumps(measure(json.loads(args.point), args.seconds)))
        return 0
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    rows, points = [], list(_points(args))
    with ProgressReport("measuring", len(points), unit="point") as progress:
        for number, point in enumerate(points, start=1):
            rows.append({**point, **_in_a_process(point, args.seconds)})
            _write_csv(rows, out / "scaling.csv")
            progress.update(number, f"{point['axis']} {point['value']}")
    write_report(pd.read_csv(out / "scaling.csv"), out)
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog=f"python {MODULE}",
        description="Measure how the cost of a training grows.",
    )
    parser.add_argument("--experiment", default="experiments/varga_cnn", metavar="FOLDER")
    for name, default in (
        ("images", "1000,10000,100000"),
        ("batches", "1,2,4,8,16,32,64"),
        ("sizes", "64,128,256,512"),
        ("replicas", "1,2"),
    ):
        parser.add_argument(
            f"--{name}", type=_numbers, default=default, metavar="A,B,…", help=f"default: {default}"
        )
    parser.add_argument("--seconds", type=float, default=5.0, help="per measurement (default: 5)")
    parser.add_argument("-o", "--out", default=str(Path(__file__).parent), metavar="DIR")
    parser.add_argument("--point", help=argparse.SUPPRESS)
    return parser


def _numbers(text):
    parts = text.split(",") if text else []  # nothing: this axis is left out
    if not all(part.isascii() and part.isdigit() and int(part) for part in parts):
        raise argparse.ArgumentTypeError(f"received {text!r}, expected whole numbers from 1: 1,2,4")
    return [int(part) for part in parts]


def _points(args):
    yield from ({"axis": "images", "value": value} for value in args.images)
    step = {"experiment": args.experiment}
    for value in args.batches:
        yield {"axis": "batch", "value": value, **step, "set": {**SIZES, "train.batch_size": value}}
    for value in args.sizes:
        size = {**SIZES, "data.height": value, "data.width": value}
        yield {"axis": "size", "value": value, **step, "set": size}
    for value in args.replicas:
        yield {"axis": "replicas", "value": value, **step, "set": SIZES, "devices": value}


def _in_a_process(point, seconds):
    arguments = ["--point", json.dumps(point), "--seconds", str(seconds)]
    done = subprocess.run(
        [sys.executable, __file__, *arguments], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        name = f"{point['axis']} {point['value']}"
        raise UserError(f"{name}: exit code {done.returncode}, see above.")
    return json.loads(done.stdout.splitlines()[-1])


def measure(point, seconds):
    """Measure one point; return a dict of values, by keys of MEASURES."""
    loads = point["axis"] == "images"
    found = _loading(point["value"], seconds) if loads else _step(point, seconds)
    return {**found, "peak_memory_mb": environment.peak_memory_mb()}


def _step(point, seconds):
    """The compiled update alone, on one batch in memory."""
    from colorkeras.config.load import load_config
    from colorkeras.devices import backend
    from colorkeras.devices.choice import read_devices

    overrides = [f"{key}={value}" for key, value in point["set"].items()]
    config = load_config(point["experiment"], overrides=overrides)
    train, devices = config.train, read_devices(str(point.get("devices", 1)))
    found = backend.set_up(train.precision, train.seed, False, devices, train.batch_size)
    from colorkeras.training.memory import estimate_memory
    from colorkeras.training.step import wire

    wiring = wire(config, found.precision, found.replicas)
    shape = (train.batch_size, config.data.height, config.data.width, 3)
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    steps = itertools.count(1)

    def update():
        for value in wiring.update(images, next(steps)).values():
            float(value)
        return len(images)

    estimate = estimate_memory(wiring, train.batch_size // found.replicas.count)
    return {
        "images_per_second": _rate(update, seconds),
        "memory_estimate_mb": estimate.total,
    }


def _loading(count, seconds):
    """Images of a folder and of one packed file: until the first can be read, and how fast."""
    from colorkeras.devices import backend

    backend.load()
    from colorkeras.data.folders.image_folder import open_folder
    from colorkeras.data.packed.hdf5 import HDF5, open_hdf5
    from colorkeras.data.pipeline import TrainingBatches

    size = (SMALL, SMALL)
    with tempfile.TemporaryDirectory() as folder:
        photos, packed = Path(folder, "photos"), Path(folder, HDF5)
        os.environ["COLORKERAS_CACHE"] = folder
        _write_images(photos, packed, count)
        found = {}
        for name in ("first_open_s", "open_s"):
            started = time.monotonic()
            source = open_folder(photos, height=SMALL, width=SMALL)
            found[name] = time.monotonic() - started
        started = time.monotonic()
        stored = open_hdf5(packed, size=size, resize="crop", limit=None, name=str(packed))
        found["packed_open_s"] = time.monotonic() - started
        for name, images in (
            ("images_per_second", source.sets["train"]),
            ("packed_images_per_second", stored.sets["train"]),
        ):
            batches = TrainingBatches(images, min(LOADER_BATCH, len(images)), 0, True)(1)
            found[name] = _rate(lambda batches=batches: len(next(batches)), seconds)
            batches.close()
    return found


def _write_images(photos, packed, count):
    """Images of smooth random color, as JPEG files and in one packed file."""
    import cv2
    import h5py

    from colorkeras.data.packed.hdf5 import create_split, write_head

    photos.mkdir()
    random = np.random.default_rng(0)
    names = [f"{number // 1000:03d}/{number:06d}.jpg" for number in range(count)]
    for number in range(0, count, 1000):
        (photos / f"{number // 1000:03d}").mkdir()
    held = max(1, count // 10)
    spans = {"train": names[2 * held :], "val": names[:held], "test": names[held : 2 * held]}
    with h5py.File(packed, "w") as file:
        write_head(file)
        for split, members in spans.items():
            digests = [hashlib.sha256(name.encode()).digest() for name in members]
            stored = create_split(file, split, members, digests, (SMALL, SMALL))
            for row, name in enumerate(members):
                coarse = random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
                image = cv2.resize(coarse, (SMALL, SMALL), interpolation=cv2.INTER_CUBIC)
                cv2.imwrite(str(photos / name), image)
                stored[row] = image[..., ::-1]


def _rate(work, seconds, rounds=3):
    """Images per second: the median of some rounds, after one call that compiles."""
    work()
    rates = []
    for _ in range(rounds):
        started, images = time.monotonic(), 0
        while time.monotonic() - started < seconds / rounds:
            images += work()
        rates.append(images / (time.monotonic() - started))
    return statistics.median(rates)


def _write_csv(rows, path):
    command, commit, machine = environment.origin("", sys.argv[1:])
    table = pd.DataFrame(rows).drop(columns=["set", "devices"], errors="ignore")
    table = table.assign(
        command=" ".join(["python", MODULE, *command.split()[3:]]), commit=commit, machine=machine
    )
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.4g")


def write_report(table, out):
    """Write the table as Markdown and its plot; `table` is what scaling.csv holds."""
    texts = [f"`{table.command[0]}` on {table.machine[0]}, commit `{table.commit[0][:12]}`.\n"]
    for axis, rows in table.groupby("axis", sort=False):
        columns = [name for name in MEASURES if name in rows and rows[name].notna().any()]
        head = [axis, *(MEASURES[name] for name in columns)]
        lines = [head, ["---:"] * len(head)]
        for _, row in rows.iterrows():
            lines.append([f"{row.value:,}", *(f"{row[name]:,.4g}" for name in columns)])
        texts.append("\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n")
    write_text(out / "scaling.md", "\n".join(texts))
    _plot(table, out / "scaling.png")


def _plot(table, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    titles = {
        "images": f"loading, {SMALL}×{SMALL}, no cache",
        "batch": "step, by batch",
        "size": "step, by image side (pixels)",
        "replicas": "step, by replicas on one CPU",
    }
    figure, panels = pyplot.subplots(1, len(titles), figsize=(14, 4), layout="constrained")
    for panel, (axis, title) in zip(panels, titles.items(), strict=True):
        rows = table[table.axis == axis]
        panel.plot(rows.value, rows.images_per_second, "o-", label="images/s")
        if axis == "images":
            panel.plot(rows.value, rows.packed_images_per_second, "s-", label="images/s, images.h5")
        memory = panel.twinx()
        memory.plot(rows.value, rows.peak_memory_mb, "^--", color="0.5", label="peak memory")
        memory.set_ylim(0, None)
        panel.set(title=title, xscale="log", ylim=(0, None), xticks=rows.value)
        panel.set_xticks(rows.value, [f"{value:,}" for value in rows.value])
        panel.minorticks_off()
    figure.legend(
        handles=[*panels[0].get_legend_handles_labels()[0], *memory.get_legend_handles_labels()[0]],
        loc="outside lower center",
        ncols=3,
    )
    panels[0].set_ylabel("images/s")
    memory.set_ylabel("MiB")
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=110)


if __name__ == "__main__":
    sys.exit(main())
