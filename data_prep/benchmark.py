"""Measure how fast data sets are prepared, and how much memory that takes.

    python -m data_prep.benchmark
    python -m data_prep.benchmark --finish 1000000

The first prepares rendered JPEG files of 640×480 with the command that users give. It does so for N
and for 4 N files, so that the difference shows the cost of one more file. The second invents the
state of so many prepared images and finishes it: divide, find duplicates, name, write the manifest.
"""

import argparse
import csv
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from PIL import Image

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.data import scenes
from colorkeras.records import environment
from colorkeras.records.atomic import check_writable, replacing
from data_prep.dataset_files import write_manifest
from data_prep.finish import divide, find_duplicates, settle
from data_prep.image_source import Item
from data_prep.output_formats import FORMATS
from data_prep.preparation import manifest_rows
from data_prep.specification import Division
from data_prep.state import Prepared, State

SIZE = (480, 640)
SIZES = (64, 256)
QUALITY = 90
# This many scenes are rendered; the other images are noisy, shifted copies of them.
RENDERED = 40
NOISE = 4.0  # levels: so that the files are about as large as those of photographs
_POLL = 0.1  # seconds
_COLUMNS = ("what", "images", "seconds", "images_per_second", "memory_mib", "detail")

_Measured = tuple[str, int, float, float, int, str]  # the values of _COLUMNS


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("data_prep.benchmark"),
        description="Measure the preparation of data sets: images per second, and memory.",
    )
    parser.add_argument(
        "--images",
        type=int,
        default=1000,
        metavar="N",
        help="prepare N images, then 4 N (default: %(default)s)",
    )
    parser.add_argument(
        "--format",
        default="files",
        choices=tuple(FORMATS),
        help="how the images are stored (default: %(default)s)",
    )
    parser.add_argument(
        "--finish", type=int, metavar="N", help="instead, finish an invented state of N images"
    )
    parser.add_argument("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    return run_command(lambda: _benchmark(build_parser().parse_args(arguments), arguments))


def _benchmark(args: argparse.Namespace, argv: list[str]) -> None:
    for name in ("images", "finish"):
        value = getattr(args, name)
        if value is not None and not 100 <= value <= 10_000_000:
            raise UserError(f"--{name}: received {value}, expected 100 to 10,000,000.")
    if args.out is not None:
        check_writable(args.out)
    with tempfile.TemporaryDirectory() as folder:
        if args.finish:
            rows = [_finish(Path(folder), args.finish)]
        else:
            rows = list(_prepare(Path(folder), args.images, args.format))
    for what, images, seconds, rate, memory, detail in rows:
        print(
            f"{what}: {images:,} images in {seconds:.1f} s, {rate:,.0f}/s, {memory:,} MiB {detail}"
        )
    if args.out:
        _write_csv(args.out, rows, argv)


def _write_csv(path: str, rows: list[_Measured], argv: list[str]) -> None:
    with (
        replacing(path) as temporary,
        open(temporary, "w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*_COLUMNS, *environment.ORIGIN))
        facts = environment.origin("data_prep.benchmark", argv)
        for what, images, seconds, rate, memory, detail in rows:
            cells = (what, images, f"{seconds:.2f}", f"{rate:.0f}", memory, detail)
            writer.writerow((*cells, *facts))


def _prepare(folder: Path, count: int, kind: str) -> Iterator[_Measured]:
    """Prepare N and 4 N images at each size; yield a row for each, and for their difference."""
    few, many = folder / "few", folder / "many"
    size = _make_images(few, many, count)
    for side in SIZES:
        measured = []
        for at, photos in enumerate((few, many)):
            out = folder / f"out-{side}-{at}"
            command = [sys.executable, "-m", "data_prep.folder", str(photos), "-o", str(out)]
            command += ["--size", str(side), "--format", kind]
            seconds, memory = _measure(command)
            images = count * (4 if at else 1)
            measured.append(seconds)
            detail = f"the whole command, {kind}; {size / 1000:.0f} kB a JPEG"
            yield f"{side}x{side}", images, seconds, images / seconds, memory, detail
        slope = (measured[1] - measured[0]) / (3 * count)
        million = f"one more; a million would take {1e6 * slope / 3600:.1f} h"
        yield f"{side}x{side}", 3 * count, 3 * count * slope, 1 / slope, memory, million


def _make_images(few: Path, many: Path, count: int) -> float:
    """Write 4 × `count` images to `many`, and `count` of them to `few`; return the mean bytes."""
    few.mkdir()
    many.mkdir()
    random, total = np.random.default_rng(0), 0
    height, width = SIZE
    bases = []
    with ProgressReport("rendering", 4 * count, unit="image") as progress:
        for index in range(4 * count):
            if index < RENDERED:
                bases.append(
                    scenes.render(
                        "mixture", seed=0, split="train", index=index, height=height, width=width
                    )
                )
            base = bases[index % RENDERED]
            shifted = np.roll(base, random.integers(0, SIZE, 2), axis=(0, 1)).astype(np.float32)
            image = shifted * random.uniform(0.5, 1.0, 3) + random.normal(0, NOISE, base.shape)
            path = many / f"{index:07d}.jpg"
            Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).save(path, quality=QUALITY)
            total += path.stat().st_size
            if index < count:
                os.link(path, few / path.name)
            progress.update(index + 1)
    return total / (4 * count)


def _measure(command: list[str]) -> tuple[float, int]:
    """Seconds and peak memory (MiB) of a command with its workers; shared pages count once."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
        )
        largest = 0
        while process.poll() is None:
            largest = max(largest, _memory_of_session(process.pid))
            time.sleep(_POLL)
        seconds = time.monotonic() - started
        if process.returncode:
            errors.seek(0)
            raise UserError(f"{' '.join(command)} failed: {errors.read().decode()[-500:]}")
    return seconds, largest >> 10


def _memory_of_session(session: int) -> int:
    """KiB of all processes of a session; shared pages are divided among them (Linux)."""
    total = 0
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.getsid(int(entry.name)) == session:
                lines = (entry / "smaps_rollup").read_text().splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except (OSError, StopIteration):  # the process has ended meanwhile
            continue
    return total


def _finish(folder: Path, count: int) -> _Measured:
    """Finish an invented state in a process of its own, whose memory is measured."""
    state = State(folder / "state.sqlite")
    with ProgressReport("inventing", count, unit="image") as progress:
        state.add((Item(f"{n % 1000:03d}/{n:09d}.jpg"), n / 2**40) for n in range(count))
        for first in range(0, count, 10_000):
            state.record(_invented(first, min(count, first + 10_000)))
            progress.update(first)
    state.close()
    ours, theirs = multiprocessing.get_context("spawn").Pipe(duplex=False)
    child = multiprocessing.get_context("spawn").Process(
        target=_finish_alone, args=(theirs, folder)
    )
    child.start()
    theirs.close()
    seconds, memory = ours.recv()
    child.join()
    return "finish", count, seconds, count / seconds, memory, "divide, duplicates, names, manifest"


def _invented(first: int, last: int) -> list[Prepared]:
    random = np.random.default_rng(first)
    hashes = random.integers(-(2**63), 2**63 - 1, last - first, dtype=np.int64)
    return [
        Prepared(
            number + 1,
            "",
            640,
            480,
            10.0,
            random.bytes(32).hex(),
            random.bytes(32),
            int(dhash),
            random.bytes(192),
        )
        for number, dhash in zip(range(first, last), hashes, strict=True)
    ]


def _finish_alone(pipe: Connection, folder: Path) -> None:
    state = State(folder / "state.sqlite")
    started = time.monotonic()
    images = divide(state, Division(), None)
    leaving, _ = find_duplicates(state, images)
    settle(state, images, leaving)
    write_manifest(folder, manifest_rows(state))
    pipe.send((time.monotonic() - started, environment.peak_memory_mb()))


if __name__ == "__main__":
    sys.exit(main())
