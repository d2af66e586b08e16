"""Colorize photographs with a saved model.

python -m colorkeras.colorize model.h5 PHOTO_OR_FOLDER … -o OUT
"""

import argparse
import errno
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from colorkeras.cli import run_command
from colorkeras.errors import UserError
from colorkeras.safe_text import printable

EXIT_INCOMPLETE = 1
FORMATS = {"png": ".png", "jpg": ".jpg"}
MOST_SAMPLES = 10_000
_JPEG_QUALITY = 95
_JPEG_MAX_SIDE = 65_500  # of the library that writes it


@dataclass(frozen=True)
class Job:
    """One photograph to read and the file to write, or the files: one for each sample."""

    photo: Path
    output: Path

    def outputs(self, samples):
        """The files of `samples` colorings: `name-1.png`, `name-2.png`, …; of 0, `name.png`."""
        if not samples:
            return [self.output]
        name = self.output
        return [name.with_name(f"{name.stem}-{k + 1}{name.suffix}") for k in range(samples)]


def build_parser():
    parser = argparse.ArgumentParser(
        prog="python -m colorkeras.colorize",
        description="Colorize photographs: chroma from the model, luminance from the photograph "
        "at its own resolution. Colors of a photograph that has some are not looked at.",
    )
    parser.add_argument("model", metavar="MODEL", help="the model.h5 of a run")
    parser.add_argument(
        "photos", nargs="+", metavar="PHOTO_OR_FOLDER", help="image files, folders of them, or both"
    )
    parser.add_argument(
        "-o", "--out", required=True, metavar="OUT", help="folder for the results; made if missing"
    )
    parser.add_argument(
        "--format", choices=sorted(FORMATS), default="png", help="of the results (default: png)"
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
    jobs, problems = plan_jobs(args.photos, out, FORMATS[args.format])
    from colorkeras import backend

    backend.set_up("float32")
    from colorkeras.colorizer import Colorizer
    from colorkeras.saved_model import load_model

    saved = load_model(args.model)
    if args.samples and not saved.noise.is_random:
        raise UserError(
            f"{args.model}: --samples {args.samples}: this model ({saved.passport['experiment']}) "
            "has no noise, so that all samples would be the same. Leave --samples out."
        )
    colorizer = Colorizer(saved, args.gamut, args.seed)
    done, failed = _work(jobs, colorizer, saved.passport, args)
    for photo, reason in [*problems, *failed]:
        print(f"skipped {printable(photo)}: {printable(reason)}", file=sys.stderr)
    skipped = len(problems) + len(failed)
    print(f"{done} colorized, {skipped} skipped, in {printable(out)}")
    return EXIT_INCOMPLETE if skipped else 0


def plan_jobs(photos, out, suffix):
    """Decide which file becomes which.

    A file of a folder keeps its relative path below `out`. Where two photographs would get one
    name, the later one keeps its own extension in the name, then a number.

    Args:
        photos: paths of files and folders.
        out: folder of the results; its contents are never taken as photographs.
        suffix: extension of the results, with dot.

    Returns:
        A list of `Job` and a list of (path, reason) for what cannot be a photograph.

    Raises:
        UserError: when `out` is a file, or one of the folders to read.
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; expected a folder for the results.")
    jobs, problems, taken = [], [], set()
    for given in map(Path, photos):
        if given.is_dir():
            found = [(given / name, Path(name)) for name in _names_in(given, out)]
            if not found:
                problems.append((given, "no images in this folder"))
        elif given.exists():
            found = [(given, Path(given.name))]
        else:
            found = []
            problems.append((given, "no such file or folder"))
        jobs.extend(Job(photo, _free_name(out, name, suffix, taken)) for photo, name in found)
    return jobs, problems


def _names_in(folder, out):
    from colorkeras.data.index import image_names

    root, out = (Path(os.path.realpath(path)) for path in (folder, out))
    if root == out:
        raise UserError(f"{folder}: is also the folder for the results. Choose another -o.")
    below = f"{out.relative_to(root).as_posix()}/" if root in out.parents else None
    return sorted(name for name in image_names(folder) if not (below and name.startswith(below)))


def _free_name(out, name, suffix, taken):
    candidates = [name.with_suffix(suffix), name.with_name(name.name + suffix)]
    number = 2
    while True:
        for candidate in candidates:
            key = str(candidate).casefold()  # as file systems that ignore case would see it
            if key not in taken:
                taken.add(key)
                return out / candidate
        candidates = [name.with_name(f"{name.stem}-{number}{suffix}")]
        number += 1


def _work(jobs, colorizer, passport, args):
    """Colorize all jobs; return how many were done and (photo, reason) for the rest."""
    from colorkeras.data.formats import UnusableImage
    from colorkeras.progress import ProgressReport

    done, failed = 0, []
    photos = {os.path.realpath(job.photo) for job in jobs}
    with ProgressReport("colorizing", len(jobs), unit="image") as progress:
        for number, job in enumerate(jobs, start=1):
            try:
                for output in _colorize_one(job, colorizer, passport, photos, args):
                    progress.update(number - 1, output.name)
                done += 1
            except UnusableImage as error:
                failed.append((job.photo, error.reason))
            except UserError as error:
                if getattr(error.__cause__, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
                    raise  # a full disk would refuse all that follow
                failed.append((job.photo, str(error)))
            progress.update(number, os.fspath(job.photo.name))
    return done, failed


def _colorize_one(job, colorizer, passport, photos, args):
    """Write all colorings of one photograph, and yield each file; nothing where one of them may not
    be written."""
    from colorkeras.data.formats import UnusableImage
    from colorkeras.data.images import read_rgb

    outputs = job.outputs(args.samples)
    for output in outputs:
        if os.path.realpath(output) in photos:
            raise UnusableImage(f"its result {output} would replace a photograph")
        if output.exists() and not args.overwrite:
            raise UnusableImage(f"{output} exists; --overwrite replaces it")
    photo = read_rgb(job.photo)
    if job.output.suffix == FORMATS["jpg"] and max(photo.shape) > _JPEG_MAX_SIDE:
        raise UnusableImage(f"longer than a JPEG's {_JPEG_MAX_SIDE} pixels; use png")
    for number, output in enumerate(outputs):
        _write(output, colorizer(photo, number if args.samples else None), passport)
        yield output


def _write(path, image, passport):
    """Write the picture with a note in the file that its colors are a model's."""
    from PIL import Image, PngImagePlugin

    from colorkeras.atomic import replacing

    note = (
        f"Colorized by colorkeras ({passport.get('experiment')}, run {passport.get('run')}): "
        "the colors are a model's guess."
    )
    with replacing(path) as temporary:
        picture = Image.fromarray(image)
        if path.suffix == ".png":
            text = PngImagePlugin.PngInfo()
            text.add_itxt("Description", note)
            picture.save(temporary, pnginfo=text)
        else:
            picture.save(temporary, quality=_JPEG_QUALITY, subsampling=0, comment=note.encode())


if __name__ == "__main__":
    sys.exit(main())
