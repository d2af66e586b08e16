"""The command `evaluate`: a saved model on a data source, beside the trivial baselines.

python -m colorkeras.evaluate model.h5 --data SOURCE [-o OUT]
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.inference.model_file.rules import add_max_memory
from colorkeras.inference.published_models import choose_model
from colorkeras.records import environment

if TYPE_CHECKING:
    from colorkeras.data.image_set import DataSource
    from colorkeras.evaluation.measure import Evaluation, Selection
    from colorkeras.inference.saved_model import SavedModel
    from colorkeras.metrics.protocol import Protocol
    from colorkeras.records.run_folder import RunFolder

NUM_SAMPLES = 8


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.evaluate"),
        description="Measure a saved model on images, with the protocol of training runs.",
    )
    parser.add_argument(
        "model", metavar="MODEL", help="the model.h5 of a run, or the name of a published model"
    )
    parser.add_argument(
        "--data", required=True, metavar="SOURCE", help="folder of images, or scenes:DOMAIN"
    )
    parser.add_argument(
        "--split",
        choices=("all", "train", "val", "test"),
        help="what to measure (default: all of a folder without published splits, otherwise test, "
        "or val where a folder came without test)",
    )
    parser.add_argument(
        "--limit", type=int, metavar="N", help="measure at most N, evenly spaced (default: all)"
    )
    parser.add_argument(
        "--batch",
        type=int,
        metavar="N",
        help="images at a time (default: 16, or as many as --max-memory allows)",
    )
    add_max_memory(parser)
    parser.add_argument(
        "--samples",
        type=int,
        default=NUM_SAMPLES,
        metavar="N",
        help="with -o: keep the outputs of N images, evenly spaced (default: %(default)s)",
    )
    parser.add_argument(
        "-o", "--out", metavar="DIR", help="write run.json, eval.csv and samples into this folder"
    )
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    return run_command(lambda: _evaluate(build_parser().parse_args(arguments), arguments))


def _evaluate(args: argparse.Namespace, argv: list[str]) -> int:
    from colorkeras.records.run_folder import RunFolder

    for name in ("limit", "batch", "samples"):
        value = getattr(args, name)
        if value is not None and value < 1:
            raise UserError(f"--{name}: received {value}, expected at least 1.")
    file = _check_paths(args)
    folder = RunFolder(args.out) if args.out else None
    if not folder:
        return _measured(file, args, argv)
    folder.check_apart(args.data)
    way_out = "or remove what is in it"
    folder.check_free(way_out)
    with folder.locked():
        folder.check_free(way_out)
        try:
            return _measured(file, args, argv, folder)
        except BaseException:
            if folder.info.get("status") != "finished":
                folder.remove_unstarted()
            raise


def _measured(
    file: Path, args: argparse.Namespace, argv: list[str], folder: "RunFolder | None" = None
) -> int:
    """Measure, write into the folder where there is one, print; return the exit code."""
    from colorkeras.inference.model_file.checks import open_and_tell

    checked = open_and_tell(file, args.max_memory)
    from colorkeras.devices import backend

    backend.set_up_inference()
    from colorkeras.console.progress import ProgressReport
    from colorkeras.evaluation.measure import measure, open_images
    from colorkeras.evaluation.summary import print_summary
    from colorkeras.inference.saved_model import load_checked

    saved = load_checked(checked)
    with ProgressReport("checking images", unit="image") as progress:
        selection = open_images(saved, args.data, args.split, args.limit, progress.update_of)
    for line in [*selection.source.notes, _what_is_measured(selection, args.limit)]:
        print(printable(line), file=sys.stderr)
    batch = _batch_size(saved, args)
    with ProgressReport("evaluating", len(selection.images), unit="image") as progress:
        evaluation = measure(saved, selection, batch, progress.update)
    if folder:
        _write(folder, saved, selection, evaluation, argv)
        _write_samples(folder, saved, selection, args.samples, batch)
        folder.update(status="finished", finished=environment.now())
        print(f"written to {printable(folder.path)}", file=sys.stderr)
    print_summary(evaluation.metrics, evaluation.protocol)
    return 0


def _check_paths(args: argparse.Namespace) -> Path:
    """Find a mistyped path before the libraries are loaded; return that of the model's file."""
    from colorkeras.data.open_source import check_source

    chosen = choose_model(args.model)
    check_source(args.data)
    return chosen.file


def _what_is_measured(selection: "Selection", limit: int | None) -> str:
    """How many images are measured, of how many, and what became of the others."""
    from colorkeras.data.set_aside import kinds_of

    source, split = selection.source, selection.split
    aside = [(name, reason) for name, reason in source.set_aside if not name.endswith("/")]
    found = len(source.whole) + len(aside)
    part = "" if split == "all" else f" ({split} split)"
    limited = f", limited by --limit {limit}" if limit else ""
    kinds = f": {kinds_of(aside)}" if aside else ""
    return (
        f"measuring {len(selection.images):,} of {found:,} images found{part}{limited}; "
        f"{len(aside):,} set aside{kinds}"
    )


def _batch_size(saved: "SavedModel", args: argparse.Namespace) -> int:
    """As many images at a time as were asked for, if --max-memory allows them."""
    from colorkeras.evaluation.measure import MOST_AT_A_TIME, default_batch

    most = max(1, saved.largest_batch)
    if args.batch and args.batch > most:
        raise UserError(
            f"--batch {args.batch}: this model takes more than --max-memory {args.max_memory:g} "
            f"GiB for so many images at a time. Pass --batch {most}, or a larger --max-memory."
        )
    if not args.batch and most < MOST_AT_A_TIME:
        bound = f"--max-memory {args.max_memory:g}"
        print(f"images at a time: {most}, as many as {bound} allows", file=sys.stderr)
    return int(args.batch or default_batch(saved))


def _write(
    folder: "RunFolder",
    saved: "SavedModel",
    selection: "Selection",
    evaluation: "Evaluation",
    argv: list[str],
) -> None:
    """Write the evaluation as a folder that `compare` reads like a run's."""
    from colorkeras.data.set_aside import write_set_aside
    from colorkeras.evaluation.results_csv import append_evaluation, evaluation_csv, write_per_image

    source, images, protocol = selection.source, selection.images, evaluation.protocol
    folder.start(_record(saved, source, protocol, argv))
    if source.set_aside:
        write_set_aside(source, folder.path / "set_aside.csv")
    write_per_image(folder, images.names, evaluation.per_image)
    step = saved.metadata["step"]
    append_evaluation(evaluation_csv(folder), step, None, evaluation.metrics, protocol)


def _write_samples(
    folder: "RunFolder", saved: "SavedModel", selection: "Selection", count: int, batch: int
) -> None:
    """Write `count` outputs as files, and of a few a grid."""
    from colorkeras.evaluation.evaluator import GAMUT
    from colorkeras.evaluation.samples import Samples

    few = max(1, min(NUM_SAMPLES, count, saved.largest_batch))
    place = folder.path / "samples"
    for number in dict.fromkeys((few, count)):
        samples = Samples(saved.space, saved.noise, selection.images, number, GAMUT, compiled=True)
        if number == few:
            samples.write_grid(saved.model, place / "final.png")
        if number == count:
            samples.write_files(saved.model, place / "test", batch)


def _record(
    saved: "SavedModel", source: "DataSource", protocol: "Protocol", argv: list[str]
) -> dict[str, Any]:
    """The entries of run.json."""
    from colorkeras.data.open_source import describe_source

    metadata = saved.metadata
    return {
        "kind": "evaluation",
        **{name: metadata.get(name) for name in ("experiment", "preset", "seed", "parameters")},
        "model": {"run": metadata["run"], "step": metadata["step"], "data": metadata["data"]},
        "status": "running",
        "command": environment.command_line("colorkeras.evaluate", argv),
        "commit": environment.commit(),
        "versions": environment.versions(),
        "started": environment.now(),
        "precision": {"requested": "float32", "used": "float32"},
        "data": {**describe_source(source), "all": len(source.whole)},
        "protocol": protocol.record(),
    }
