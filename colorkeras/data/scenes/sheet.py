"""Contact sheets: `python -m colorkeras.scenes -o sheet.png`."""

import argparse
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.data.splits import SPLITS
from colorkeras.records.atomic import replacing

from . import DOMAINS, render

_GAP = 4  # pixels between the images of a sheet
_MAX_SIDE = 4096
_MOST = {"rows": 100, "columns": 100}


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.scenes"),
        description="Write a contact sheet of the rendered scenes.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--domain", choices=DOMAINS, default="mixture", help="what the images show")
    parser.add_argument("--rows", type=int, default=4, help="of the sheet")
    parser.add_argument("--columns", type=int, default=6, help="of the sheet")
    parser.add_argument("--height", type=int, default=160, help="of one image, in pixels")
    parser.add_argument("--width", type=int, default=256, help="of one image, in pixels")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other scenes")
    parser.add_argument(
        "--split", choices=SPLITS, default="train", help="each has scenes of its own"
    )
    parser.add_argument(
        "-o", "--output", metavar="PNG", required=True, help="the contact sheet to write"
    )
    return parser


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = build_parser()
    arguments = parser.parse_args(argv)
    for name, most in _MOST.items():
        value = getattr(arguments, name)
        if not 1 <= value <= most:
            parser.error(f"--{name} is {value}; expected 1 to {most:,}")
    for name in ("height", "width"):
        if getattr(arguments, name) > _MAX_SIDE:
            parser.error(f"--{name} is {getattr(arguments, name)}; expected at most {_MAX_SIDE}")
    if not arguments.output.lower().endswith(".png"):
        parser.error(f"-o {arguments.output!r}; expected a file name that ends in .png")
    return arguments


def _sheet(draw: Callable[..., np.ndarray], rows: int, columns: int) -> np.ndarray:
    """Images 0, 1, ... of `draw(index=...)`, side by side on white."""
    lines = []
    for row in range(rows):
        images = [draw(index=row * columns + column) for column in range(columns)]
        padded = [np.pad(p, ((0, _GAP), (0, _GAP), (0, 0)), constant_values=255) for p in images]
        lines.append(np.concatenate(padded, axis=1))
    return np.concatenate(lines, axis=0)


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return run_command(lambda: _run(_arguments(argv)))


def _run(arguments: argparse.Namespace) -> None:
    names = ("seed", "split", "height", "width")
    draw = partial(render, arguments.domain, **{name: getattr(arguments, name) for name in names})
    try:
        sheet = _sheet(draw, arguments.rows, arguments.columns)
    except ValueError as error:
        raise UserError(str(error)) from error
    with replacing(arguments.output) as temporary:
        Image.fromarray(sheet).save(temporary)
