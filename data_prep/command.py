"""What the command of every data set does: check the options, open the source, prepare."""

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.records import environment
from colorkeras.records.atomic import remove_leftovers
from colorkeras.records.folder_lock import locked
from data_prep.credits import Credits
from data_prep.dataset_files import DATASET, read_dataset
from data_prep.download import fetch_all
from data_prep.finish import remove_work
from data_prep.image_source import GivenSource
from data_prep.options import build_parser, division_of, recipe_of, wanted_images
from data_prep.preparation import WORK, Request, prepare_dataset
from data_prep.prepared_image import Recipe
from data_prep.sources import open_source
from data_prep.specification import DatasetSpec, Division

__all__ = ["build_parser", "download_folder", "run"]

Adapt = Callable[[DatasetSpec, argparse.Namespace], DatasetSpec]
CreditsOf = Callable[[argparse.Namespace], Credits | None]
OpenGiven = Callable[[argparse.Namespace, Recipe], GivenSource]


def run(
    spec: DatasetSpec,
    argv: list[str] | None = None,
    parser: argparse.ArgumentParser | None = None,
    adapt: Adapt | None = None,
    open_given: OpenGiven | None = None,
    credits_of: CreditsOf | None = None,
) -> int:
    """Run the command of a data set; return the exit code.

    Args:
        spec: the data set.
        argv: the arguments; None for those of the process.
        parser: a parser with further options of the data set.
        adapt: `(spec, args) → spec`, applies these options.
        open_given: `(args, recipe) → source`, where SOURCE is no archive or folder of images.
        credits_of: `args → credits`, where licences of the images can be given.
    """
    arguments = sys.argv[1:] if argv is None else argv
    parser = parser or build_parser(spec)

    def prepare() -> int:
        args = parser.parse_args(arguments)
        adapted = adapt(spec, args) if adapt else spec
        return _prepare(adapted, args, arguments, open_given, credits_of)

    return run_command(prepare)


def _prepare(
    spec: DatasetSpec,
    args: argparse.Namespace,
    argv: list[str],
    open_given: OpenGiven | None,
    credits_of: CreditsOf | None,
) -> int:
    _check_licence(spec, args)
    if not args.out:
        raise UserError("--out: received '', expected the path of a new folder.")
    division, recipe = division_of(spec, args), recipe_of(args)
    wanted = wanted_images(division, args.limit)
    credits = credits_of(args) if credits_of else None
    source = open_given(args, recipe) if open_given else open_source(_fetched(spec, args))
    out = Path(os.path.expanduser(args.out)).absolute()
    _check_out(out, args.source)
    with locked(out, "another process is preparing it. Wait for it, or stop it."):
        remove_leftovers(out)
        facts = _facts(spec, args, argv, source, recipe, division)
        if credits:
            facts["source"]["credits"] = credits.facts
        if (out / DATASET).exists():
            return _end_finished(out, facts)
        try:
            prepare_dataset(source, Request(recipe, division, wanted, out, facts, credits))
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise UserError(
                f"{out}: cannot be written ({reason}). The work so far is kept. Remove the cause, "
                "for instance free some space, and give the same command again."
            ) from error
    return 0


def _facts(
    spec: DatasetSpec,
    args: argparse.Namespace,
    argv: list[str],
    source: GivenSource,
    recipe: Recipe,
    division: Division,
) -> dict[str, Any]:
    """What dataset.json states about the settings."""
    settings = source.settings()
    return {
        "name": spec.name,
        "licence": {"text": spec.licence.text, "url": spec.licence.url},
        "command": printable(environment.command_line(f"data_prep.{spec.name}", argv)),
        "source": {
            "given": printable(args.source),
            "kind": source.kind,
            **({} if settings is None else {"settings": settings}),
        },
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


def _end_finished(out: Path, facts: dict[str, Any]) -> int:
    """Clean up after a preparation that was killed after it wrote its last file.

    Raises:
        UserError: when the finished data set is not the one that this command would make.
    """
    found, wanted = read_dataset(out), json.loads(json.dumps(facts))
    remove_work(out / WORK)
    same = all(found.get(key) == wanted[key] for key in ("name", "recipe", "stored_as", "division"))
    if not same or found["source"].get("given") != wanted["source"]["given"]:
        raise _finished(out)
    print(f"{printable(out)}: was already finished; the remaining work files are removed.")
    return 0


def _finished(out: Path) -> UserError:
    return UserError(f"{out}: holds a finished data set. Choose another -o, or remove it.")


def _fetched(spec: DatasetSpec, args: argparse.Namespace) -> str:
    """SOURCE, or what was downloaded into it."""
    part = args.download if spec.downloads else None
    if part is None:
        return args.source
    return str(fetch_all(spec.downloads[part], download_folder(args)))


def download_folder(args: argparse.Namespace) -> Path:
    """SOURCE as the folder to download into.

    Raises:
        UserError: when it is a file.
    """
    folder = Path(os.path.expanduser(args.source)).absolute()
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is a file; with --download give the folder to download into.")
    return folder


def _check_licence(spec: DatasetSpec, args: argparse.Namespace) -> None:
    if spec.licence.must_confirm and not args.accept_licence:
        raise UserError(
            f"{spec.name}: {spec.licence.text} ({spec.licence.url}). If you may use the images "
            "under these terms, pass --accept-licence."
        )


def _check_out(out: Path, given: str) -> None:
    if (out / DATASET).exists() and not (out / WORK).exists():
        raise _finished(out)
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; expected a folder that is new or empty.")
    if out.exists() and not (out / WORK).exists() and any(out.iterdir()):
        raise UserError(f"{out}: is not empty. Choose another -o.")
    root = Path(os.path.expanduser(given)).resolve()
    if root.is_dir() and (out.resolve() == root or root in out.resolve().parents):
        raise UserError(f"{out}: is inside the source {root}. Choose a -o outside of it.")
