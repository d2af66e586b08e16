"""The command line of `colorize`."""

import argparse

from colorkeras.console.cli import program_name
from colorkeras.data.images.decode import MAX_PIXELS
from colorkeras.inference.model_file.rules import add_max_memory
from colorkeras.photos.formats.pages import FORMATS, QUALITY
from colorkeras.photos.luminance import QUANTITIES
from colorkeras.records.environment import available_cores

MOST_SAMPLES = 10_000
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
        "--hints",
        metavar="FILE_OR_FOLDER",
        help="colors that you know: a CSV file (x,y,color) or a PNG with strokes; for several "
        "images a folder with NAME.csv or NAME.png for the image NAME; for a film a CSV file with "
        "a column time or frame, or a folder with files named like the stills of --preview",
    )
    group.add_argument(
        "--reference",
        metavar="IMAGE",
        help="a like photograph in color: places that look alike get its colors",
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
        help="of the results (default: as OUT ends, where that names an image file; else the "
        "image's own where it is without loss, that is PNG, TIFF or lossless WebP; else PNG)",
    )
    group.add_argument(
        "--quality",
        type=int,
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
