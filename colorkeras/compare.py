"""python -m colorkeras.compare: one table of all finished runs, with figures."""

import argparse
import shlex
import sys
import time
from pathlib import Path

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError, no_folder
from colorkeras.console.safe_text import printable


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.compare"),
        description="Compare the finished runs below a folder: tables with 95 % intervals and "
        "ranks as Markdown, CSV and LaTeX with BibTeX; figures as PNG and SVG: learning curves, "
        "cost, metrics and, where test images were stored, samples, errors, crops and chroma. Runs "
        "measured under different protocols never share a table.",
    )
    parser.add_argument(
        "results", nargs="?", default="results", help="folder to search for runs (%(default)s)"
    )
    parser.add_argument(
        "-o", "--out", metavar="OUT", help="folder to write to (RESULTS/comparison)"
    )
    parser.add_argument(
        "--html",
        action="store_true",
        help="also write comparison.html: tables, figures, images with sliders, claims and "
        "configurations in one file that needs no network",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="also show the newest evaluation of runs that did not finish, marked as such",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit code 1 where a table, the claims or, in a clone, a generated "
        "table of a page is not what the runs give now, or where a claim lacks runs. Building the "
        "networks of the claims takes about a minute",
    )
    parser.add_argument(
        "--validate",
        metavar="FOLDER",
        help="only check FOLDER, results that were made without this suite (docs/submissions.md); "
        "its images' names are compared with those of the runs in RESULTS, where there are any",
    )
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command.

    Returns:
        0; 1 with --check where something is old or missing; 2 when there is nothing to compare,
        the output cannot be written, or a submission is not valid.
    """
    return run_command(lambda: _compare(build_parser().parse_args(argv)))


def _command(args: argparse.Namespace) -> str:
    """The command line that the report names, the same however its defaults were given."""
    options = ["-o", args.out] if args.out else []
    options += [f"--{name}" for name in ("html", "all") if getattr(args, name)]
    return shlex.join(["python", "-m", "colorkeras.compare", args.results, *options])


def _compare(args: argparse.Namespace) -> int:
    if args.out == "":
        raise UserError("-o: an empty path was given; expected a folder.")
    results = Path(args.results)
    if args.validate is not None:
        _validate(Path(args.validate), results)
        return 0
    if not results.is_dir():
        raise UserError(
            f"{results}: {no_folder(results)}; expected the folder that holds the runs, "
            f"such as results. Make a first run with: {program_name('colorkeras.run')} varga_cnn"
        )
    out = Path(args.out) if args.out else results / "comparison"
    command = _command(args)
    if args.check:
        return _check(results, out, command, args.all)
    # Only now: --help and a mistyped folder answer without loading matplotlib.
    from colorkeras.report.comparison_files import write_comparison

    written = write_comparison(results, out, command, args.all)
    if args.html:
        from colorkeras.page.write import PAGE, write_page

        write_page(written, results, out, command)
        print(f"  {printable(out / PAGE)}")
    return 0


def _check(results: Path, out: Path, command: str, unfinished: bool) -> int:
    """Tell what is old, what is missing, and what to do about each."""
    from colorkeras.claims.current_files import check_files

    start = time.monotonic()
    check = check_files(results, out, command, unfinished)
    for repair, files in check.old.items():
        if files:
            print(f"Old files, written by {printable(repair)}:")
        for file in files:
            print(f"  {printable(file)}: {'out of date' if file.exists() else 'missing'}")
    if check.missing:
        print(f"Missing runs, {len(check.missing)} groups that claims about results name:")
    for missing in check.missing:
        print("\n".join(f"  {line}" for line in printable(str(missing), keep="\n").split("\n")))
    if not check.has_pages:
        print("Generated tables of pages: none checked, as there is no clone here.")
    verdict = "Everything is current." if check.passed else "Not current."
    print(f"{verdict} Checked in {time.monotonic() - start:.0f} s.")
    return 0 if check.passed else 1


def _validate(folder: Path, results: Path) -> None:
    from colorkeras.console.safe_text import printable
    from colorkeras.report.known_images import known_images
    from colorkeras.report.submissions import validate

    print(printable(validate(folder, known_images(results, skip=folder))))


if __name__ == "__main__":
    sys.exit(main())
