"""python -m colorkeras.compare: one table of all finished runs, with figures."""

import argparse
import shlex
import sys
from pathlib import Path

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.compare"),
        description="Compare the finished runs below a folder: comparison.md, comparison.csv, "
        "and figures as PNG and SVG: learning curves, cost, metrics and, where test images were "
        "stored, samples, errors, crops and chroma. Runs measured under different protocols never "
        "share a table.",
    )
    parser.add_argument(
        "results", nargs="?", default="results", help="folder to search for runs (%(default)s)"
    )
    parser.add_argument(
        "-o", "--out", metavar="OUT", help="folder to write to (RESULTS/comparison)"
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="also show the newest evaluation of runs that did not finish, marked as such",
    )
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command.

    Returns:
        0, or 2 when there is nothing to compare or the output cannot be written.
    """
    argv = sys.argv[1:] if argv is None else argv
    command = shlex.join(["python", "-m", "colorkeras.compare", *argv])
    return run_command(lambda: _compare(build_parser().parse_args(argv), command))


def _compare(args: argparse.Namespace, command: str) -> None:
    results = Path(args.results)
    if not results.is_dir():
        raise UserError(
            f"{results}: no such folder; expected the folder that holds the runs, "
            f"such as results. Make a first run with: {program_name('colorkeras.run')} varga_cnn"
        )
    # Only now: --help and a mistyped folder answer without loading matplotlib.
    from colorkeras.report.comparison_files import write_comparison

    out = Path(args.out) if args.out else results / "comparison"
    write_comparison(results, out, command, args.all)


if __name__ == "__main__":
    sys.exit(main())
