"""Colorize images with a published model, or with one of your own.

python -m colorkeras.colorize IMAGE_OR_FOLDER … -o OUT [--model MODEL]
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorkeras.color.white import MOST_MIRED
from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.data.images.decode import MAX_PIXELS
from colorkeras.inference.colorize_options import MOST_SATURATION, Options
from colorkeras.inference.colorize_plan import is_file_name
from colorkeras.inference.model_file.rules import add_max_memory
from colorkeras.inference.photo_arguments import expanded
from colorkeras.inference.published_models import (
    MODEL_FILES,
    ChosenModel,
    choose_model,
    domain_note,
    is_model,
)
from colorkeras.photos.formats.pages import FORMATS, QUALITY
from colorkeras.photos.luminance import QUANTITIES
from colorkeras.photos.reading import Reading
from colorkeras.records.environment import available_cores

if TYPE_CHECKING:
    from colorkeras.inference.colorize_files import Outcome
    from colorkeras.inference.colorize_plan import Plan
    from colorkeras.inference.saved_model import SavedModel

EXIT_INCOMPLETE = 1
MOST_SAMPLES = 10_000
_SHOWN = 3
_MOST_JOBS = 4


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
        help="image files, folders, patterns such as 'scans/**/*.tif', @LIST for a file with one "
        "path a line, - for such a list on standard input. The first may be a model instead of "
        "--model: a file of models (.h5, .hdf5), or the name of a published model that no file "
        "here has",
    )
    parser.add_argument(
        "-o",
        "--out",
        required=True,
        metavar="OUT",
        help="folder for the results, made if missing; or, for one image, a file",
    )
    _add_model_options(parser)
    _add_color_options(parser)
    _add_file_options(parser)
    _add_batch_options(parser)
    return parser


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("model")
    group.add_argument(
        "--model",
        metavar="MODEL",
        help="the model.h5 of a run, or the name of a published model (default: the published "
        "model that is the default)",
    )
    group.add_argument(
        "--ensemble",
        action="append",
        default=[],
        metavar="MODEL",
        help="a further model; the mean of the colors of all is taken. May be repeated",
    )
    add_max_memory(parser)


def _add_color_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("colors")
    group.add_argument(
        "--keep",
        choices=QUANTITIES,
        default=QUANTITIES[0],
        help="the luminance that stays: luma, the weighted sum of the samples, which most programs "
        "give when colors are taken out (default), or CIE lightness L*",
    )
    group.add_argument(
        "--saturation", type=float, default=1.0, metavar="X", help="factor, 0 to 4 (default: 1)"
    )
    group.add_argument(
        "--temperature",
        type=float,
        default=0.0,
        metavar="MIRED",
        help="shift of the light in mired, -100 (cooler) to 100 (warmer); luminance stays",
    )
    group.add_argument(
        "--tiles",
        action="store_true",
        help="finer color: the mean of the prediction for the whole and for overlapping tiles at "
        "twice the model's size",
    )
    group.add_argument(
        "--samples",
        type=int,
        metavar="K",
        help=f"write K colorings of each image, NAME-1 … NAME-K, at most {MOST_SAMPLES}; for "
        "models with noise",
    )
    group.add_argument("--seed", type=int, default=0, metavar="N", help="of the noise (default: 0)")
    group.add_argument(
        "--doubt",
        action="store_true",
        help="also write NAME-doubt.png: how far the colors lie apart that the model predicts for "
        "the image and its mirror image, all models of an ensemble, and all samples",
    )
    group.add_argument(
        "--if-color",
        choices=("recolor", "skip"),
        default="recolor",
        help="images with colors of their own: color them anew (default) or leave them out",
    )


def _add_file_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("files")
    group.add_argument(
        "--format",
        choices=sorted(FORMATS),
        help="of the results (default: as OUT ends; else the image's own where it is without loss, "
        "that is PNG, TIFF or lossless WebP; else PNG)",
    )
    group.add_argument(
        "--quality",
        type=int,
        default=QUALITY,
        metavar="N",
        help=f"of JPEG results, 1 to 100 (default: {QUALITY})",
    )
    group.add_argument(
        "--no-mark",
        action="store_true",
        help="do not write into the results that their colors are a model's guess",
    )
    group.add_argument(
        "--full-range",
        action="store_true",
        help="take 16-bit samples as they are, also where they look like 12-bit values",
    )
    group.add_argument(
        "--max-pixels",
        type=int,
        default=MAX_PIXELS,
        metavar="N",
        help=f"largest width × height (default: {MAX_PIXELS}); memory grows with it",
    )
    group.add_argument("--overwrite", action="store_true", help="replace results that exist")


def _add_batch_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("batch")
    group.add_argument(
        "--jobs",
        type=int,
        default=min(_MOST_JOBS, available_cores()),
        metavar="N",
        help=f"images at a time (default: as many as cores, at most {_MOST_JOBS})",
    )
    group.add_argument(
        "--dry-run", action="store_true", help="only say what would be done; load no model"
    )
    group.add_argument(
        "--verify",
        action="store_true",
        help="read each result back, and print the largest change of its luminance",
    )
    group.add_argument(
        "--sheet",
        action="store_true",
        help="also write sheet.png and sheet.html: all images before and after",
    )


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code: 1 where some images were skipped."""
    return run_command(lambda: _colorize(build_parser().parse_args(argv)))


def _colorize(args: argparse.Namespace) -> int:
    _check_options(args)
    if args.sheet and is_file_name(Path(args.out)):
        raise UserError(f"--sheet: {args.out} names one file; expected a folder for the results.")
    args.photos = expanded(args.photos)
    out = Path(args.out)
    models = [_choose(args), *map(choose_model, args.ensemble)]
    plan = _plan(args, out)
    if not plan.jobs:
        return _nothing_to_do(plan, out)
    if args.dry_run:
        return _tell_plan(plan, args)
    saved = _open_models(models, args)
    from colorkeras.inference.batch import run_batch

    options = Options(
        args.samples or 0,
        args.seed,
        args.keep,
        args.saturation,
        args.temperature,
        args.tiles,
        args.if_color == "skip",
        args.doubt,
        not args.no_mark,
        args.verify,
        args.quality,
        args.overwrite,
        args.jobs,
        Reading(args.max_pixels, args.full_range),
    )
    outcome = run_batch(plan, saved, options, None if is_file_name(out) else out, args.sheet)
    return _report(plan, outcome, out, args)


def _open_models(models: list[ChosenModel], args: argparse.Namespace) -> list["SavedModel"]:
    from colorkeras.inference.model_file.checks import open_and_tell

    checked = [open_and_tell(model.file, args.max_memory) for model in models]
    from colorkeras.devices import backend

    backend.set_up_inference()
    from colorkeras.inference.saved_model import load_checked

    opened = [load_checked(file) for file in checked]
    for model, saved in zip(models, opened, strict=True):
        if args.samples and not saved.noise.is_random:
            raise UserError(
                f"{model.label}: --samples {args.samples}: this model "
                f"({saved.metadata['experiment']}) has no noise, so that all samples would be the "
                "same. Leave --samples out."
            )
        _tell_model(model, saved.metadata)
    return opened


def _report(plan: "Plan", outcome: "Outcome", out: Path, args: argparse.Namespace) -> int:
    for photo, note in outcome.notes:
        print(f"note on {printable(photo)}: {printable(note)}", file=sys.stderr)
    _report_skipped(outcome.skipped)
    for photo, change in outcome.verified:
        print(f"{printable(photo)}: {args.keep} changed by at most {change:.2f} code values")
    for file in outcome.files:
        print(printable(file))
    return _summary(outcome.counts, len(plan.problems) + len(outcome.skipped), out)


def _check_options(args: argparse.Namespace) -> None:
    if not all([args.out, *args.photos]):
        raise UserError("an empty path was given; expected images or folders, and -o OUT.")
    ranges = {
        "samples": (1, MOST_SAMPLES),
        "seed": (0, 2**32 - 1),
        "saturation": (0, MOST_SATURATION),
        "temperature": (-MOST_MIRED, MOST_MIRED),
        "jobs": (1, 256),
        "quality": (1, 100),
        "max-pixels": (1, 2**40),
    }
    for name, (low, high) in ranges.items():
        value = getattr(args, name.replace("-", "_"))
        if value is not None and not low <= value <= high:
            raise UserError(f"--{name}: received {value}, expected {low:g} to {high:.12g}.")


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
    from colorkeras.inference.colorize_plan import keep_photos, plan_jobs
    from colorkeras.records.atomic import check_folder_writable

    plan = plan_jobs(args.photos, out, args.format)
    keep_photos(plan, args.samples or 0, args.doubt)
    if plan.jobs:
        check_folder_writable(out.parent if is_file_name(out) else out)
    if plan.jobs or not plan.problems:
        _report_skipped(plan.problems)
    for note in plan.notes():
        print(printable(note), file=sys.stderr)
    return plan


def _nothing_to_do(plan: "Plan", out: Path) -> int:
    if not plan.problems:  # earlier results alone
        return _summary({}, 0, out)
    reasons = "; ".join(f"{photo}: {reason}" for photo, reason in plan.problems[:_SHOWN])
    more = f"; and {len(plan.problems) - _SHOWN} more" if len(plan.problems) > _SHOWN else ""
    raise UserError(
        f"nothing to colorize. {reasons}{more}. Expected image files or folders of them."
    )


def _report_skipped(problems: list[tuple[Path, str]]) -> None:
    for photo, reason in problems:
        print(f"skipped {printable(photo)}: {printable(reason)}", file=sys.stderr)


def _tell_plan(plan: "Plan", args: argparse.Namespace) -> int:
    """Print which image would become which file."""
    for job in plan.jobs:
        for output in job.outputs(args.samples or 0):
            there = " (exists)" if output.exists() else ""
            print(f"{printable(job.photo)} -> {printable(output)}{there}")
    print(f"dry run: {len(plan.jobs)} to colorize, {len(plan.problems)} skipped")
    return EXIT_INCOMPLETE if plan.problems else 0


def _summary(counts: dict[str, int], skipped: int, out: Path) -> int:
    told = [f"{counts.get('colorized', 0)} colorized"]
    told += [f"{counts[name]} {name}" for name in ("copied", "already there") if name in counts]
    if left_out := counts.get("left out"):
        told.append(f"{left_out} left out, having colors")
    print(f"{', '.join(told)}, {skipped} skipped, in {printable(out)}")
    return EXIT_INCOMPLETE if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
