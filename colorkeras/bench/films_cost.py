"""What coloring a film costs beside the model's predictions, and its memory by the film's length.

    python -m colorkeras.bench films-cost -o results/bench/films_cost.csv

A film is rendered and colored with each frame predicted; then the model alone predicts as many
images of the same size. Processor time is compared, of all processes, as it counts alike when other
programs run. The largest memory is that of `colorize` as a process of its own, once with this film
and once with a longer one.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from colorkeras.bench.measured_csv import write_measured
from colorkeras.bench.photos.fresh import measured_process
from colorkeras.bench.photos.turns import MEMORY
from colorkeras.config.toml import check_below
from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.console.tables import print_table
from colorkeras.data.scenes import MIN_SIZE, render
from colorkeras.devices import backend
from colorkeras.films.command import require_pyav
from colorkeras.films.options import FilmOptions
from colorkeras.inference.published_models import choose_model
from colorkeras.records.atomic import check_writable

NAME = "films-cost"
HEADER = (
    "part", "frames", "height", "width", "seconds", "processor_seconds", "per_processor_second",
    "share_of_model", "peak_mib",
)  # fmt: skip
MOST = 1_000_000
_SCENE = 50  # frames
_RATE = 25


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the sub-command's options."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.bench')} {NAME}",
        description="Measure what coloring a film costs beside the model, and its memory.",
    )
    for name, default, what in (
        ("frames", 100, "of the film"),
        ("times", 20, "how many times as long the film is whose memory is compared"),
        ("height", 360, "in pixels"),
        ("width", 640, "in pixels"),
    ):
        text = f"{what} (default: {default})"
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N", help=text)
    parser.add_argument("--model", metavar="MODEL", help="as in colorize")
    parser.add_argument("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def run(argv: list[str]) -> int:
    """Run the sub-command with these arguments, without its name; return the exit code."""
    args = build_parser().parse_args(argv)
    for name in ("frames", "times", "height", "width"):
        check_below(f"--{name}", getattr(args, name), MOST)
    if min(args.height, args.width) < MIN_SIZE:
        raise UserError(f"--height and --width: expected at least {MIN_SIZE} pixels.")
    require_pyav()
    if args.out:
        check_writable(args.out)
    backend.set_up_inference()
    with tempfile.TemporaryDirectory() as folder:
        rows = _rows(args, Path(folder))
    titles = ("", "frames", "seconds", "of the processor", "frames/CPU s", "of model", "MiB")
    print_table(titles, (row[:2] + row[4:] for row in rows))
    if args.out:
        write_measured(args.out, HEADER, rows, [NAME, *argv], ())
    return 0


def write_film(path: Path, frames: int, height: int, width: int) -> None:
    """Write a film that pans over rendered scenes, each of 50 frames, H.264 at 25 frames/s."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=_RATE, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            scene, place = divmod(number, _SCENE)
            if not place:
                wide = render("landscape", index=scene % 20, height=height, width=width + _SCENE)
            grey = wide[:, place : place + width].mean(axis=2).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(grey), "gray")
            frame.pts = number
            container.mux(stream.encode(frame.reformat(format="yuv420p", dst_color_range=1)))
        container.mux(stream.encode(None))


def _rows(args: argparse.Namespace, folder: Path) -> list[tuple[str, ...]]:
    from colorkeras.films.coloring import color_film
    from colorkeras.inference.colorizer import Colorizer
    from colorkeras.inference.saved_model import load_model

    chosen = choose_model(args.model)
    saved = load_model(chosen.file)
    short, long = folder / "short.mp4", folder / "long.mp4"
    write_film(short, args.frames, args.height, args.width)
    write_film(long, args.frames * args.times, args.height, args.width)
    colorizer = Colorizer(saved)
    grey = np.zeros(colorizer.small_size(args.height, args.width), np.uint8)
    options = FilmOptions(steady="plain", overwrite=True)

    def film() -> None:
        color_film(short, folder / "out.mp4", [saved], options)

    def model() -> None:
        for number in range(args.frames):
            colorizer.predict_small(grey + np.uint8(number % 200), "an image")

    film()  # compiled now
    model()
    costs = {"model alone": _cost(model), "film": _cost(film)}
    alone = costs["model alone"][1]
    size = (str(args.height), str(args.width))
    rows: list[tuple[str, ...]] = [
        (
            part, str(args.frames), *size, f"{seconds:.2f}", f"{processor:.2f}",
            f"{args.frames / processor:.1f}", f"{alone / processor:.3f}", "",
        )
        for part, (seconds, processor) in costs.items()
    ]  # fmt: skip
    for path, frames in ((short, args.frames), (long, args.frames * args.times)):
        peak = f"{_peak(path, folder / 'peak', chosen.file):.0f}"
        rows.append((f"memory, {frames} frames", str(frames), *size, "", "", "", "", peak))
    return rows


def _cost(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds on the clock, and of the processor in this process and those that it started."""
    began, before = time.monotonic(), _processor()
    work()
    return time.monotonic() - began, _processor() - before


def _processor() -> float:
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak(film: Path, out: Path, model: Path) -> float:
    """MiB that `colorize` holds at most: the largest of its processes, which is that of the model.

    Raises:
        UserError: when it fails.
    """
    options = ["--model", str(model), "-o", str(out), "--steady", "plain"]
    return measured_process(["-m", "colorkeras.colorize", str(film), *options])[MEMORY]
