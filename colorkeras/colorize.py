"""Colorize images with a published model, or with one of your own.

python -m colorkeras.colorize IMAGE_OR_FOLDER … -o OUT [--model MODEL]
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.inference.model_file.rules import add_max_memory
from colorkeras.inference.published_models import (
    MODEL_FILES,
    ChosenModel,
    choose_model,
    domain_note,
    is_model,
)

if TYPE_CHECKING:
    from colorkeras.inference.colorize_plan import Plan

EXIT_INCOMPLETE = 1
MOST_SAMPLES = 10_000
_SHOWN = 3


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.colorize"),
        description="Colorize images: chroma from the model, luminance from the image at its own "
        "resolution. Of an image with colors only the luminance is used.",
    )
    parser.add_argument(
        "photos",
        nargs="+",
        metavar="IMAGE_OR_FOLDER",
        help="image files, folders of them, or both. The first may be a model instead of --model: "
        "a file of models (.h5, .hdf5), or the name of a published model that no file here has",
    )
    parser.add_argument(
        "--model",
        metavar="MODEL",
        help="the model.h5 of a run, or the name of a published model (default: the published "
        "model that is the default)",
    )
    parser.add_argument(
        "-o",
        "--out",
        required=True,
        metavar="OUT",
        help="folder for the results, made if missing; or, for one image, a file .png or .jpg",
    )
    parser.add_argument(
        "--format", choices=("jpg", "png"), help="of the results (default: png, or as OUT ends)"
    )
    parser.add_argument(
        "--samples",
        type=int,
        metavar="K",
        help=f"write K colorings of each image, NAME-1 … NAME-K, at most {MOST_SAMPLES}; for "
        "models with noise",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the noise (default: 0)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace results that exist")
    parser.add_argument(
        "--gamut",
        choices=("desaturate", "clip"),
        default="desaturate",
        help="colors that sRGB cannot show: desaturate keeps the luminance (default), clip is what "
        "the evaluation does",
    )
    add_max_memory(parser)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code: 1 where some images were skipped."""
    return run_command(lambda: _colorize(build_parser().parse_args(argv)))


def _colorize(args: argparse.Namespace) -> int:
    _check_options(args)
    out = Path(args.out)
    chosen = _choose(args)
    plan = _plan(args, out)
    if not plan.jobs:
        return _nothing_to_do(plan, out)
    from colorkeras.inference.model_file.checks import open_and_tell

    checked = open_and_tell(chosen.file, args.max_memory)
    from colorkeras.devices import backend

    backend.set_up_inference()
    from colorkeras.inference.colorize_files import Options, colorize_files
    from colorkeras.inference.saved_model import load_checked

    saved = load_checked(checked)
    if args.samples and not saved.noise.is_random:
        raise UserError(
            f"{chosen.label}: --samples {args.samples}: this model "
            f"({saved.metadata['experiment']}) has no noise, so that all samples would be the "
            "same. Leave --samples out."
        )
    _tell_model(chosen, saved.metadata)
    options = Options(args.samples or 0, args.seed, args.gamut, args.overwrite)
    outcome = colorize_files(plan.jobs, saved, options)
    _report_skipped(outcome.skipped)
    skipped = len(plan.problems) + len(outcome.skipped)
    return _summary(outcome.done, outcome.there, skipped, out)


def _check_options(args: argparse.Namespace) -> None:
    if not all([args.out, *args.photos]):
        raise UserError("an empty path was given; expected images or folders, and -o OUT.")
    if args.samples is not None and not 1 <= args.samples <= MOST_SAMPLES:
        raise UserError(f"--samples: received {args.samples}, expected 1 to {MOST_SAMPLES}.")
    if not 0 <= args.seed < 2**32:
        raise UserError(f"--seed: received {args.seed}, expected 0 to {2**32 - 1}.")


def _choose(args: argparse.Namespace) -> ChosenModel:
    """Take the model from the arguments, wherever it stands; only images are left in `photos`."""
    for path in args.photos[1:]:
        if path.lower().endswith(MODEL_FILES) and not Path(path).is_dir():
            raise UserError(f"{path}: a model; give it with --model.")
    if is_model(args.photos[0]):
        if args.model is not None:
            raise UserError(
                f"{args.photos[0]}: a model, and --model {args.model} is another. Give one of them."
            )
        args.model = args.photos.pop(0)
        if not args.photos:
            raise UserError(f"{args.model}: a model, and no images. Add images or folders of them.")
    return choose_model(args.model)


def _tell_model(chosen: ChosenModel, metadata: dict[str, Any]) -> None:
    """Say which model is used, and whether photographs are outside of what it knows."""
    made_by = f"{metadata['experiment']}, run {metadata['run']}"
    print(printable(f"model: {chosen.label} ({made_by})"), file=sys.stderr)
    if note := domain_note(metadata["data"]):
        print(printable(note), file=sys.stderr)


def _plan(args: argparse.Namespace, out: Path) -> "Plan":
    """Report every mistake that can be found without the model, before the libraries load."""
    from colorkeras.inference.colorize_plan import is_file_name, keep_photos, plan_jobs
    from colorkeras.records.atomic import check_folder_writable

    plan = plan_jobs(args.photos, out, args.format)
    keep_photos(plan, args.samples or 0)
    if plan.jobs:
        check_folder_writable(out.parent if is_file_name(out) else out)
    if plan.jobs or not plan.problems:
        _report_skipped(plan.problems)
    for note in plan.notes():
        print(printable(note), file=sys.stderr)
    return plan


def _nothing_to_do(plan: "Plan", out: Path) -> int:
    if not plan.problems:  # earlier results alone
        return _summary(0, 0, 0, out)
    reasons = "; ".join(f"{photo}: {reason}" for photo, reason in plan.problems[:_SHOWN])
    more = f"; and {len(plan.problems) - _SHOWN} more" if len(plan.problems) > _SHOWN else ""
    raise UserError(
        f"nothing to colorize. {reasons}{more}. Expected image files or folders of them."
    )


def _report_skipped(problems: list[tuple[Path, str]]) -> None:
    for photo, reason in problems:
        print(f"skipped {printable(photo)}: {printable(reason)}", file=sys.stderr)


def _summary(done: int, there: int, skipped: int, out: Path) -> int:
    already = f"{there} already there, " if there else ""
    print(f"{done} colorized, {already}{skipped} skipped, in {printable(out)}")
    return EXIT_INCOMPLETE if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
