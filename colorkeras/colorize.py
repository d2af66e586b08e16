"""Colorize photographs with a saved model.

python -m colorkeras.colorize model.h5 PHOTO_OR_FOLDER … -o OUT
"""

import argparse
import errno
import hashlib
import os
import sys
from pathlib import Path

from colorkeras.console.cli import check_model_path, program_name, run_command
from colorkeras.console.errors import PredictionError, UserError
from colorkeras.console.safe_text import printable
from colorkeras.inference.model_file.bound import add_max_memory

EXIT_INCOMPLETE = 1
MOST_SAMPLES = 10_000
_JPEG_QUALITY = 95
_JPEG_MAX_SIDE = 65_500  # of the library that writes it
_SHOWN = 3


def build_parser():
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.colorize"),
        description="Colorize photographs: chroma from the model, luminance from the photograph "
        "at its own resolution. Colors of a photograph that has some are not looked at.",
    )
    parser.add_argument("model", metavar="MODEL", help="the model.h5 of a run")
    parser.add_argument(
        "photos", nargs="+", metavar="PHOTO_OR_FOLDER", help="image files, folders of them, or both"
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
        help=f"write K colorings of each photograph, NAME-1 … NAME-K, at most {MOST_SAMPLES}; for "
        "models with noise",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="chooses the noise (default: 0)"
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


def main(argv=None):
    """Run the command; return the exit code."""
    return run_command(lambda: _colorize(build_parser().parse_args(argv)))


def _colorize(args):
    if not all([args.out, *args.photos]):
        raise UserError("an empty path was given; expected photographs or folders, and -o OUT.")
    if args.samples is not None and not 1 <= args.samples <= MOST_SAMPLES:
        raise UserError(f"--samples: received {args.samples}, expected 1 to {MOST_SAMPLES}.")
    if not 0 <= args.seed < 2**32:
        raise UserError(f"--seed: received {args.seed}, expected 0 to {2**32 - 1}.")
    out = Path(args.out)
    plan = _plan(args, out)
    if not plan.jobs:
        return _nothing_to_do(plan, out)
    from colorkeras.inference.model_file.checks import open_and_tell

    checked = open_and_tell(args.model, args.max_memory)
    from colorkeras.devices import backend

    backend.set_up_inference()
    from colorkeras.inference.colorizer import Colorizer
    from colorkeras.inference.saved_model import load_checked

    saved = load_checked(checked)
    if args.samples and not saved.noise.is_random:
        raise UserError(
            f"{args.model}: --samples {args.samples}: this model ({saved.metadata['experiment']}) "
            "has no noise, so that all samples would be the same. Leave --samples out."
        )
    colorizer = Colorizer(saved, args.gamut)
    counts, failed = _work(plan.jobs, colorizer, saved.metadata, args)
    _tell(failed)
    return _summary(counts, len(plan.problems) + len(failed), out)


def _plan(args, out):
    """Find every mistake that needs no model, and tell it before the libraries are loaded."""
    from colorkeras.inference.colorize_plan import is_file_name, keep_photos, plan_jobs
    from colorkeras.records.atomic import check_folder_writable

    check_model_path(args.model)
    plan = plan_jobs(args.photos, out, args.format)
    keep_photos(plan, args.samples)
    if plan.jobs:
        check_folder_writable(out.parent if is_file_name(out) else out)
    if plan.jobs or not plan.problems:
        _tell(plan.problems)
    for note in plan.notes():
        print(printable(note), file=sys.stderr)
    return plan


def _nothing_to_do(plan, out):
    if not plan.problems:  # earlier results alone
        return _summary({}, 0, out)
    told = "; ".join(f"{photo}: {reason}" for photo, reason in plan.problems[:_SHOWN])
    more = f"; and {len(plan.problems) - _SHOWN} more" if len(plan.problems) > _SHOWN else ""
    raise UserError(f"nothing to colorize. {told}{more}. Expected image files or folders of them.")


def _tell(problems):
    for photo, reason in problems:
        print(f"skipped {printable(photo)}: {printable(reason)}", file=sys.stderr)


def _summary(counts, skipped, out):
    there = f"{counts['there']} already there, " if counts.get("there") else ""
    print(f"{counts.get('done', 0)} colorized, {there}{skipped} skipped, in {printable(out)}")
    return EXIT_INCOMPLETE if skipped else 0


def _work(jobs, colorizer, metadata, args):
    """Colorize all jobs; return how many are "done" and "there" already, and (photo, reason) for
    the rest."""
    from colorkeras.console.progress import ProgressReport
    from colorkeras.data.images.formats import UnusableImage
    from colorkeras.records.atomic import remove_leftovers

    for folder in {job.output.parent for job in jobs}:
        remove_leftovers(folder)
    counts, failed = {"done": 0, "there": 0}, []
    with ProgressReport("colorizing", len(jobs), unit="image") as progress:
        for number, job in enumerate(jobs, start=1):
            try:
                written = False
                for output in _colorize_one(job, colorizer, metadata, args):
                    written = True
                    progress.update(number - 1, output.name)
                counts["done" if written else "there"] += 1
            except UnusableImage as error:
                failed.append((job.photo, error.reason))
            except PredictionError:
                raise
            except UserError as error:
                if getattr(error.__cause__, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
                    raise  # a full disk would refuse all that follow
                failed.append((job.photo, str(error)))
            progress.update(number, os.fspath(job.photo.name))
    return counts, failed


def _colorize_one(job, colorizer, metadata, args):
    """Write all colorings of one image, and yield each file: none where they are there already, or
    where one of them may not be written."""
    from colorkeras.data.images.decode import opened_rows
    from colorkeras.data.images.formats import UnusableImage

    facts = _facts(job.photo, metadata, args)
    outputs = dict(zip(job.outputs(args.samples), facts, strict=True))
    if _are_there(outputs, args.overwrite):
        return
    with opened_rows(job.photo) as photo:
        if job.output.suffix.lower() != ".png" and max(photo.shape) > _JPEG_MAX_SIDE:
            raise UnusableImage(f"longer than a JPEG's {_JPEG_MAX_SIDE} pixels; use png")
        for number, (output, made_of) in enumerate(outputs.items()):
            sample = number if args.samples else None
            _write(
                output, photo.shape, colorizer.strips(photo, sample, job.photo, args.seed), made_of
            )
            yield output


def _facts(photo, metadata, args):
    """What the result is made of, for each sample: it stands in the file."""
    from colorkeras.data.images.formats import UnusableImage
    from colorkeras.inference.model_file.metadata import has_integrity

    try:
        with open(photo, "rb") as file:
            source = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnusableImage(f"cannot be opened ({error.strerror})") from error
    model = {name: str(metadata.get(name))[:200] for name in ("experiment", "run", "step")}
    facts = {**model, "source": source, "gamut": args.gamut}
    if has_integrity(metadata):  # files of earlier versions have no checksum
        facts["model"] = metadata["integrity"]["sha256"]
    if not args.samples:
        return [facts]
    return [{**facts, "seed": args.seed, "sample": number + 1} for number in range(args.samples)]


def _are_there(outputs, overwrite):
    """Whether all results exist, made of the same image by the same model in the same way.

    Raises:
        UnusableImage: when another file is in the way.
    """
    from colorkeras.data.images.formats import UnusableImage

    found = [output for output in outputs if output.exists()]
    if not found or overwrite:
        return False
    if len(found) == len(outputs) and all(_made_of(path) == outputs[path] for path in found):
        return True
    other = next((path for path in found if _made_of(path) != outputs[path]), found[0])
    raise UnusableImage(
        f"{other} exists, {_whose(_made_of(other), outputs[other])}; --overwrite replaces it"
    )


def _made_of(path):
    """The facts in a result, None where it is none."""
    from colorkeras.data.images.decode import opened
    from colorkeras.data.images.formats import UnusableImage
    from colorkeras.data.images.mark import facts_of

    try:
        with opened(path) as image:
            return facts_of(image)
    except UnusableImage:
        return None


def _whose(facts, expected):
    if facts == expected:
        return "the others do not"
    if not facts:
        return "not known to be made of this image by this model"
    if facts.get("source") != expected["source"]:
        return "made of another image"
    return "made by another model or with other options"


def _write(path, shape, strips, facts):
    """Write the image of that shape with a mark in the file that its colors are a model's."""
    from PIL import Image

    from colorkeras.data.images.mark import save_options
    from colorkeras.data.images.png_writer import write_png
    from colorkeras.records.atomic import replacing

    (height, width, _), suffix = shape, path.suffix.lower()
    options = save_options(suffix, facts)
    with replacing(path) as temporary:
        if suffix == ".png":
            chunks = [(kind, content) for kind, content, _ in options["pnginfo"].chunks]
            write_png(temporary, height, width, strips, chunks)
            return
        image, top = Image.new("RGB", (width, height)), 0
        for strip in strips:
            image.paste(Image.fromarray(strip), (0, top))
            top += len(strip)
        image.save(temporary, "JPEG", quality=_JPEG_QUALITY, subsampling=0, **options)


if __name__ == "__main__":
    sys.exit(main())
