"""What the commands of all data sets share: options, the order of the work, the metadata."""

import argparse
import json
import os
import re
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.console.subcommands import program_name
from colorkeras.data.images.grey import GREY_RESIDUAL
from colorkeras.records import environment
from colorkeras.records.atomic import remove_leftovers
from colorkeras.records.folder_lock import locked
from data_prep.dataset_files import DATASET, read_dataset
from data_prep.download import fetch_all
from data_prep.finish import remove_work
from data_prep.output_formats import FORMATS
from data_prep.preparation import WORK, prepare_dataset
from data_prep.prepared_image import Recipe
from data_prep.sources import open_source
from data_prep.specification import DatasetSpec, Division

MOST = 1_000_000_000  # images


def build_parser(spec: DatasetSpec) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program_name(f"data_prep.{spec.name}"),
        description=f"{spec.title} {spec.guide}",
    )
    parser.add_argument("source", metavar="SOURCE", help="archive, or folder; see above")
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder to make")
    height, width = spec.size
    parser.add_argument(
        "--size",
        default=f"{height}x{width}" if height != width else str(height),
        metavar="N|HxW",
        help="height and width in pixels (default: %(default)s)",
    )
    parser.add_argument("--resize", choices=("crop", "stretch"), default=spec.resize)
    parser.add_argument(
        "--limit",
        type=int,
        default=spec.limit,
        metavar="N",
        help=f"stop at N usable images (default: {spec.limit or 'all'})",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=spec.division.seed,
        metavar="N",
        help="of the order in which --limit and numbers in --split take images (default: "
        "%(default)s)",
    )
    parser.add_argument(
        "--split",
        metavar="A/B/C",
        help="shares or numbers of train, val and test images, such as 0.8/0.1/0.1",
    )
    parser.add_argument(
        "--format",
        choices=tuple(FORMATS),
        default="files",
        help="PNG files, TFRecord shards, or one HDF5 file of pixels (default: %(default)s)",
    )
    parser.add_argument(
        "--grey",
        type=float,
        default=GREY_RESIDUAL,
        metavar="R",
        help="leave out images whose color follows from lightness within R CIELAB units "
        "(default: %(default)s)",
    )
    if spec.downloads:
        parser.add_argument(
            "--download",
            metavar="PART",
            choices=tuple(spec.downloads),
            help=f"first fetch {' or '.join(spec.downloads)} into the folder SOURCE",
        )
    if spec.licence.must_confirm:
        parser.add_argument(
            "--accept-licence", action="store_true", help="you may use the images so"
        )
    return parser


def run(spec: DatasetSpec, argv=None, parser=None, adapt=None, open_given=None) -> int:
    """Run the command of a data set; return the exit code.

    Args:
        spec: what it is.
        argv: the arguments.
        parser: with options of its own.
        adapt: `(spec, args) → spec`, to follow those options.
        open_given: `(args, recipe) → source`, where SOURCE is no archive or folder of images.
    """
    argv = sys.argv[1:] if argv is None else argv
    parser = parser or build_parser(spec)

    def prepare() -> int:
        args = parser.parse_args(argv)
        return _prepare(adapt(spec, args) if adapt else spec, args, argv, open_given)

    return run_command(prepare)


def _prepare(spec: DatasetSpec, args, argv, open_given) -> int:
    _check_licence(spec, args)
    if not 0 <= args.grey <= 100:
        raise UserError(f"--grey: received {args.grey}, expected 0 (leaves none out) to 100.")
    if not args.out:
        raise UserError("--out: received '', expected the path of a new folder.")
    division = _division(spec, args)
    recipe = Recipe(*_size(args.size), args.resize, args.grey)
    wanted = _wanted(division, args.limit)
    source = open_given(args, recipe) if open_given else open_source(_fetched(spec, args))
    out = Path(os.path.expanduser(args.out)).absolute()
    _check_out(out, args.source)
    with locked(out, "another process is preparing it. Wait for it, or stop it."):
        remove_leftovers(out)
        facts = {
            "name": spec.name,
            "licence": {"text": spec.licence.text, "url": spec.licence.url},
            "command": printable(environment.command_line(f"data_prep.{spec.name}", argv)),
            "source": {"given": printable(args.source), "kind": source.kind, **_settings(source)},
            "recipe": {
                "height": recipe.height,
                "width": recipe.width,
                "resize": recipe.resize,
                "kernel": "area",
                "grey_residual": recipe.grey_residual,
            },
            "stored_as": args.format,
            "division": {"rule": division.rule(), "seed": division.seed, "limit": args.limit},
        }
        if (out / DATASET).exists():
            return _end_finished(out, facts)
        try:
            prepare_dataset(source, recipe, division, wanted, out, facts)
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise UserError(
                f"{out}: cannot be written ({reason}). What is done is kept: mend this, free some "
                "space for instance, and give the same command again."
            ) from error
    return 0


def _end_finished(out: Path, facts: dict) -> int:
    """Take away what a preparation left that was killed after its last file.

    Raises:
        UserError: when the data set is another than this command would make.
    """
    found, wanted = read_dataset(out), json.loads(json.dumps(facts))
    remove_work(out / WORK)
    same = all(found.get(key) == wanted[key] for key in ("name", "recipe", "stored_as", "division"))
    if not same or found["source"].get("given") != wanted["source"]["given"]:
        raise _finished(out)
    print(f"{printable(out)}: was finished already; what its preparation left is removed.")
    return 0


def _finished(out: Path) -> UserError:
    return UserError(f"{out}: holds a finished data set. Choose another -o, or remove it.")


def _settings(source) -> dict:
    return {"settings": source.settings()} if hasattr(source, "settings") else {}


def _fetched(spec: DatasetSpec, args) -> str:
    """SOURCE, or what was fetched into it."""
    part = getattr(args, "download", None)
    if part is None:
        return args.source
    folder = Path(os.path.expanduser(args.source)).absolute()
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is a file; with --download give the folder to fetch into.")
    return str(fetch_all(spec.downloads[part], folder))


def _check_licence(spec: DatasetSpec, args):
    if spec.licence.must_confirm and not args.accept_licence:
        raise UserError(
            f"{spec.name}: {spec.licence.text} ({spec.licence.url}). If you may use the images "
            "so, pass --accept-licence."
        )


def _check_out(out: Path, given: str):
    if (out / DATASET).exists() and not (out / WORK).exists():
        raise _finished(out)
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; expected a folder that is new or empty.")
    if out.exists() and not (out / WORK).exists() and any(out.iterdir()):
        raise UserError(f"{out}: is not empty. Choose another -o.")
    root = Path(os.path.expanduser(given)).resolve()
    if root.is_dir() and (out.resolve() == root or root in out.resolve().parents):
        raise UserError(f"{out}: lies in the source {root}. Choose a -o outside of it.")


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})(?:[xX×](\d{1,5}))?", text.strip())
    sides = [int(side) for side in match.groups() if side] if match else []
    if not sides or min(sides) < 32 or max(sides) > 4096:
        raise UserError(f"--size: received {text!r}, expected N or HxW, from 32 to 4096 pixels.")
    return sides[0], sides[-1]


def _division(spec: DatasetSpec, args) -> Division:
    division = replace(spec.division, seed=args.seed)
    if args.split is None:
        return division
    try:
        parts = [float(part) for part in args.split.split("/")]
    except ValueError:
        parts = []
    shares = len(parts) == 3 and min(parts) >= 0 and abs(sum(parts) - 1) < 1e-6
    counts = (
        len(parts) == 3
        and 1 <= min(parts) <= max(parts) <= MOST
        and all(part.is_integer() for part in parts)
    )
    if shares:
        return replace(division, shares=tuple(parts), counts=None)
    if counts and division.group is None:
        return replace(division, counts=tuple(map(int, parts)))
    raise UserError(
        f"--split: received {args.split!r}, expected shares that sum to 1, such as 0.8/0.1/0.1"
        + (", or numbers of images, such as 8000/1000/1000." if division.group is None else ".")
    )


def _wanted(division: Division, limit: int | None) -> int | None:
    if limit is not None and not 3 <= limit <= MOST:
        raise UserError(f"--limit: received {limit}, expected 3 to {MOST:,} images.")
    if limit is not None and division.counts:
        raise UserError("--limit and numbers of images in --split: give one of them.")
    return division.total or limit
