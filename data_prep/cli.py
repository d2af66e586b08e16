"""What the commands of all data sets share: options, the order of the work, the passport."""

import argparse
import hashlib
import json
import re
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from colorkeras import environment
from colorkeras.cli import run_command
from colorkeras.data.images import GREY_RESIDUAL
from colorkeras.data.splits import SPLITS
from colorkeras.errors import UserError
from colorkeras.folder_lock import locked
from colorkeras.progress import ProgressReport
from data_prep.dataset import Division, Licence
from data_prep.passport import DATASET, Row, write_dataset, write_manifest, write_rejected
from data_prep.picture import Recipe
from data_prep.sources import open_source

WORK = ".work"


@dataclass(frozen=True)
class DatasetSpec:
    """A data set as its module describes it.

    Attributes:
        name: of the module and of the data set.
        title: one line for --help.
        licence: the terms of the pictures.
        size: (height, width) by default.
        resize: "crop" or "stretch" by default.
        division: how it is divided by default.
        guide: where to get it and what to give as SOURCE.
        inside: only members of an archive whose names begin so.
    """

    name: str
    title: str
    licence: Licence
    size: tuple[int, int]
    guide: str
    resize: str = "crop"
    division: Division = field(default_factory=Division)
    inside: str = ""


def build_parser(spec: DatasetSpec) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m data_prep.{spec.name}",
        description=f"{spec.title} {spec.guide}",
    )
    parser.add_argument(
        "source", metavar="SOURCE", help="zip archive, folder of them, or of images"
    )
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder to make")
    height, width = spec.size
    parser.add_argument(
        "--size",
        default=f"{height}x{width}" if height != width else str(height),
        metavar="N|HxW",
        help="height and width in pixels (default: %(default)s)",
    )
    parser.add_argument("--resize", choices=("crop", "stretch"), default=spec.resize)
    parser.add_argument("--limit", type=int, metavar="N", help="stop at N usable images")
    parser.add_argument("--seed", type=int, default=spec.division.seed, metavar="N")
    parser.add_argument(
        "--split",
        metavar="A/B/C",
        help="shares or numbers of train, val and test images, such as 0.8/0.1/0.1",
    )
    parser.add_argument(
        "--grey",
        type=float,
        default=GREY_RESIDUAL,
        metavar="R",
        help="leave out pictures whose color follows from lightness within R CIELAB units "
        "(default: %(default)s)",
    )
    if spec.licence.must_confirm:
        parser.add_argument(
            "--accept-licence", action="store_true", help="you may use the pictures so"
        )
    return parser


def run(spec: DatasetSpec, argv=None, parser=None, adapt=None) -> int:
    """Run the command of a data set; return the exit code.

    Args:
        spec: what it is.
        argv: the arguments.
        parser: with options of its own.
        adapt: `(spec, args) → spec`, to follow those options.
    """
    argv = sys.argv[1:] if argv is None else argv
    args = (parser or build_parser(spec)).parse_args(argv)
    return run_command(lambda: _prepare(adapt(spec, args) if adapt else spec, args, argv))


def _prepare(spec: DatasetSpec, args, argv) -> int:
    _check_licence(spec, args)
    division = _division(spec, args)
    recipe = Recipe(*_size(args.size), args.resize, args.grey)
    wanted = _wanted(division, args.limit)
    source = open_source(args.source, spec.inside)
    out = Path(args.out).expanduser().absolute()
    _check_out(out, source)
    with locked(out, "another process is preparing it. Wait for it, or stop it."):
        facts = {
            "name": spec.name,
            "licence": {"text": spec.licence.text, "url": spec.licence.url},
            "command": environment.command_line(f"data_prep.{spec.name}", argv),
            "source": {"given": str(args.source), "kind": source.kind},
            "recipe": {
                "height": recipe.height,
                "width": recipe.width,
                "resize": recipe.resize,
                "kernel": "area",
                "grey_residual": recipe.grey_residual,
            },
            "division": {"rule": division.rule(), "seed": division.seed, "limit": args.limit},
        }
        return _work(source, recipe, division, wanted, out, facts)


def _work(source, recipe, division, wanted, out: Path, facts: dict) -> int:
    from data_prep.finish import (
        check_complete,
        divide,
        drop_duplicates,
        place_pictures,
        remove_work,
    )
    from data_prep.process import process
    from data_prep.state import State

    work = out / WORK
    state = State(work / "state.sqlite")
    try:
        _check_same(state, facts, work)
        _list(state, source, division, wanted)
        rate = process(state, source, recipe, work / "pictures", wanted)
        numbers, ranks = divide(state, division, wanted)
        duplicates = drop_duplicates(state, numbers, ranks)
        kept = {number for (number,) in state.rows("id", "done")}
        splits = {
            int(number): SPLITS[rank]
            for number, rank in zip(numbers, ranks, strict=True)
            if int(number) in kept
        }
        rejected = write_rejected(out, state.rows("name, reason", "rejected"))
        check_complete(list(splits.values()), facts["source"]["given"], out)
        place_pictures(state, out, work / "pictures", splits)
        manifest, counts = write_manifest(out, _rows(state))
        write_dataset(
            out,
            {
                **facts,
                "source": {**facts["source"], "archives": _archives(source)},
                "images": {split: counts[split] for split in SPLITS},
                "manifest": manifest,
                "duplicates": duplicates,
                "rejected": dict(sorted(rejected.items())),
                "not_looked_at": state.count("todo"),
                "images_per_second": round(rate, 1),
                "versions": environment.versions(),
                "commit": environment.commit(),
                "finished": environment.now(),
            },
        )
    finally:
        state.close()
    remove_work(work)
    _report(out, counts, rejected, duplicates, manifest)
    return 0


def _rows(state):
    columns = "path, split, sha256, name, width, height, chroma"
    for split in SPLITS:
        yield from (Row(*row) for row in state.placed(columns, split))


def _list(state, source, division: Division, wanted):
    """Note what there is, once; in the seeded order where only a part is wanted."""
    if state.fact("listed"):
        return
    with ProgressReport("listing", unit="image") as progress:

        def placed():
            for number, item in enumerate(source.items()):
                if number % 1000 == 0:
                    progress.update(number)
                place = number / 2**40 if wanted is None else division.place(item.name)
                yield item, place

        state.add(placed())
    if not state.count("todo") and not state.count("done"):
        raise UserError(
            f"no image to prepare: {state.count('rejected')} were refused by their names or sizes. "
            "Give the archive as published, or a folder of images."
        )
    state.set_fact("listed", True)


def _check_same(state, facts: dict, work: Path):
    """Refuse to go on with a preparation that was begun with other settings."""
    now = {key: facts[key] for key in ("name", "source", "recipe", "division")}
    begun = state.fact("facts")
    if begun is None:
        state.set_fact("facts", now)
    elif begun != now:
        differing = [key for key in now if begun.get(key) != now[key]]
        raise UserError(
            f"{work.parent}: a preparation was begun here with another "
            f"{' and '.join(differing)}: {json.dumps({k: begun.get(k) for k in differing})}. "
            f"Repeat its command, or remove {work}."
        )


def _check_licence(spec: DatasetSpec, args):
    if spec.licence.must_confirm and not args.accept_licence:
        raise UserError(
            f"{spec.name}: {spec.licence.text} ({spec.licence.url}). If you may use the pictures "
            "so, pass --accept-licence."
        )


def _check_out(out: Path, source):
    if (out / DATASET).exists():
        raise UserError(f"{out}: holds a finished data set. Choose another -o, or remove it.")
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; expected a folder that is new or empty.")
    if out.exists() and not (out / WORK).exists() and any(out.iterdir()):
        raise UserError(f"{out}: is not empty. Choose another -o.")
    root = getattr(source, "root", None)
    if root and (out == root or root in out.parents):
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
    counts = len(parts) == 3 and min(parts) >= 1 and all(part.is_integer() for part in parts)
    if shares:
        return replace(division, shares=tuple(parts), counts=None)
    if counts and division.group is None:
        return replace(division, counts=tuple(map(int, parts)))
    raise UserError(
        f"--split: received {args.split!r}, expected shares that sum to 1, such as 0.8/0.1/0.1"
        + (", or numbers of images, such as 8000/1000/1000." if division.group is None else ".")
    )


def _wanted(division: Division, limit: int | None) -> int | None:
    if limit is not None and limit < 3:
        raise UserError(f"--limit: received {limit}, expected at least 3 images.")
    if limit is not None and division.counts:
        raise UserError("--limit and numbers of images in --split: give one of them.")
    return division.total or limit


def _archives(source) -> list[dict]:
    """Name, size and SHA-256 of each archive, the proof of what was read."""
    found = []
    for path in source.files():
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found.append({"name": path.name, "bytes": path.stat().st_size, "sha256": digest})
    return found


def _report(out: Path, counts, rejected, duplicates, manifest: str):
    total = sum(rejected.values())
    print(
        f"{out}: {', '.join(f'{counts[split]:,} {split}' for split in SPLITS)}; {total:,} left out "
        f"(rejected.csv), of them {duplicates['exact'] + duplicates['near']:,} duplicates across "
        f"splits. Manifest {manifest[:12]}.\n"
        f"Train on it with: python -m colorkeras.run experiments/EXPERIMENT --data {out}"
    )
