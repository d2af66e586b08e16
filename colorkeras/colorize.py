"""Colorize images with a published model, or with one of your own.

python -m colorkeras.colorize IMAGE_OR_FOLDER … -o OUT [--model MODEL]
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorkeras.color.white import MOST_MIRED
from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.films.arguments import (
    add_film_options,
    film_options,
    films_among,
    refuse_film_options,
)
from colorkeras.inference import colorize_parser
from colorkeras.inference.colorize_options import MOST_SATURATION, Options
from colorkeras.inference.colorize_parser import MOST_SAMPLES
from colorkeras.inference.colorize_plan import is_file_name
from colorkeras.inference.photo_arguments import expanded
from colorkeras.inference.published_models import (
    MODEL_FILES,
    ChosenModel,
    choose_model,
    domain_note,
    is_model,
)
from colorkeras.photos.formats.pages import QUALITY
from colorkeras.photos.reading import Reading

if TYPE_CHECKING:
    from colorkeras.inference.colorize_files import Outcome
    from colorkeras.inference.colorize_plan import Plan
    from colorkeras.inference.saved_model import SavedModel

EXIT_INCOMPLETE = 1
_SHOWN = 3


def build_parser() -> argparse.ArgumentParser:
    """The command line, for photographs and films."""
    parser = colorize_parser.build_parser()
    add_film_options(parser)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code: 1 where some images were skipped."""
    return run_command(lambda: _colorize(build_parser().parse_args(argv)))


def _colorize(args: argparse.Namespace) -> int:
    _check_options(args)
    args.photos = expanded(args.photos)
    out = Path(args.out)
    models = [_choose(args), *map(choose_model, args.ensemble)]
    if films := films_among(args.photos):
        from colorkeras.films.command import color_films

        options = film_options(args, build_parser())
        return color_films(films, args, options, lambda: _open_models(models, args))
    refuse_film_options(args)
    return _colorize_photos(args, out, models)


def _colorize_photos(args: argparse.Namespace, out: Path, models: list[ChosenModel]) -> int:
    if args.sheet and is_file_name(Path(args.out)):
        raise UserError(f"--sheet: {args.out} names one file; expected a folder for the results.")
    plan = _plan(args, out)
    if not plan.jobs:
        return _nothing_to_do(plan, out)
    if args.quality is not None and all(job.form != "jpg" for job in plan.jobs):
        raise UserError("--quality: no result is a JPEG; add --format jpg, or leave --quality out.")
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
        QUALITY if args.quality is None else args.quality,
        args.overwrite,
        args.jobs,
        Reading(args.max_pixels, args.full_range),
        Path(args.reference) if args.reference is not None else None,
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
    if not all([args.out, *args.photos]) or "" in (args.hints, args.reference):
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
    from colorkeras.inference.batch_csv import check_list
    from colorkeras.inference.colorize_plan import keep_photos, plan_jobs
    from colorkeras.records.atomic import check_folder_writable

    plan = plan_jobs(args.photos, out, args.format)
    keep_photos(plan, args.samples or 0, args.doubt)
    if args.hints is not None or args.reference is not None:
        from colorkeras.inference.steering_files import add_steering

        add_steering(plan, args, out)
    if plan.jobs and is_file_name(out):
        check_folder_writable(out.parent)
    elif plan.jobs:
        check_folder_writable(out)
        check_list(out)
    if plan.jobs or not plan.problems:
        _report_skipped(plan.problems)
    for note in plan.notes():
        print(printable(note), file=sys.stderr)
    return plan


def _nothing_to_do(plan: "Plan", out: Path) -> int:
    if not plan.problems:  # earlier results alone
        return _summary({}, 0, out)
    shown = ((photo, reason.rstrip(".")) for photo, reason in plan.problems[:_SHOWN])
    reasons = "; ".join(f"{photo}: {reason}" for photo, reason in shown)
    more = f"; and {len(plan.problems) - _SHOWN} more" if len(plan.problems) > _SHOWN else ""
    expected = ""
    if not any(photo.is_file() for photo, _ in plan.problems):
        expected = " Expected image files or folders of them."
    raise UserError(f"nothing to colorize. {reasons}{more}.{expected}")


def _report_skipped(problems: list[tuple[Path, str]]) -> None:
    for photo, reason in problems:
        print(f"skipped {printable(photo)}: {printable(reason)}", file=sys.stderr)


def _tell_plan(plan: "Plan", args: argparse.Namespace) -> int:
    """Print which image would become which file."""
    existing = 0
    for job in plan.jobs:
        outputs = job.outputs(args.samples or 0)
        existing += all(output.exists() for output in outputs) and not args.overwrite
        for output in outputs:
            there = " (exists)" if output.exists() and not args.overwrite else ""
            print(f"{printable(job.photo)} -> {printable(output)}{there}")
    told = [f"{len(plan.jobs) - existing} to colorize"]
    if existing:
        told.append(f"{existing} whose {'results exist' if args.samples else 'result exists'}")
    print(f"dry run: {', '.join(told)}, {len(plan.problems)} skipped")
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
