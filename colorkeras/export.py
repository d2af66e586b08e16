"""Export a model to a file that other programs can run.

python -m colorkeras.export MODEL --format onnx -o OUT
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.inference.export.formats import FORMATS, check_can_export
from colorkeras.inference.export.place import check_place
from colorkeras.inference.model_file.rules import add_max_memory
from colorkeras.inference.published_models import choose_model, domain_note

if TYPE_CHECKING:
    from colorkeras.inference.saved_model import SavedModel


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.export"),
        description="Export a model to a file that other programs can run. The exported model is "
        "run again and compared with the model itself; one that computes something else is not "
        "kept. OUT also gets metadata.json and usage.py, a short program that colors a photograph.",
    )
    parser.add_argument(
        "model",
        nargs="?",
        metavar="MODEL",
        help="the model.h5 of a run, or the name of a published model (default: the published "
        "model that is the default)",
    )
    parser.add_argument(
        "--format",
        required=True,
        choices=tuple(FORMATS),
        help="keras: a .keras file; savedmodel: a folder for TensorFlow; onnx: for ONNX Runtime; "
        "litert: a .tflite file for phones",
    )
    parser.add_argument(
        "-o",
        "--out",
        required=True,
        metavar="OUT",
        help="folder to make, in a folder that exists",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace an earlier export in that folder"
    )
    add_max_memory(parser)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return run_command(lambda: _export(build_parser().parse_args(argv)))


def _export(args: argparse.Namespace) -> None:
    if not args.out:
        raise UserError("--out: an empty path was given; expected a folder to make.")
    out, to = Path(args.out), FORMATS[args.format]
    chosen = choose_model(args.model)
    check_place(out, args.overwrite)
    check_can_export(to)
    from colorkeras.inference.model_file.checks import open_and_tell

    checked = open_and_tell(chosen.file, args.max_memory)
    from colorkeras.devices import backend

    backend.set_up_inference(on_gpu=False)
    from colorkeras.inference.export.compare import IMAGES
    from colorkeras.inference.export.exporting import export
    from colorkeras.inference.export.metadata import Origin
    from colorkeras.inference.saved_model import load_checked

    saved = load_checked(checked)
    _tell_model(chosen.label, saved)
    done = export(saved, to, out, Origin.of(chosen.file), chosen.label)
    for name, size in done.sizes.items():
        print(f"{printable(out / name)}: {size:,} bytes")
    print(
        f"largest difference of normalised chroma: {done.difference:.1e} on {IMAGES} fixed images "
        f"(at most {done.limit:.1e} is allowed)"
    )


def _tell_model(label: str, saved: "SavedModel") -> None:
    """Say which model is exported, and what the exported one will not do."""
    made_by = f"{saved.metadata['experiment']}, run {saved.metadata['run']}"
    print(printable(f"model: {label} ({made_by})"), file=sys.stderr)
    if note := domain_note(saved.metadata["data"]):
        print(printable(note), file=sys.stderr)
    if saved.noise.source == "dropout":
        print(
            "this model colors in several ways by its dropout, which is off in the exported one: "
            "that gives the plain prediction.",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main())
