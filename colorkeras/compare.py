"""python -m colorkeras.compare: one table of all finished runs, with plots and sample pictures."""

import argparse
import hashlib
import re
import shlex
import sys
from pathlib import Path

from colorkeras.cli import run_command
from colorkeras.errors import UserError
from colorkeras.safe_text import printable, shortened

MOST_OF_NAME = 120  # bytes, of 255 that file systems allow


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m colorkeras.compare",
        description="Compare the finished runs below a folder: comparison.md, comparison.csv, "
        "learning curves, metrics and sample pictures. Runs measured under different protocols "
        "never share a table.",
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
    results, unfinished = Path(args.results), args.all
    out = Path(args.out) if args.out else results / "comparison"
    # Only now: --help and a mistyped folder answer without loading matplotlib.
    from colorkeras.report.comparison import compare_runs

    if not results.is_dir():
        raise UserError(
            f"{results}: no such folder; expected the folder that holds the runs, "
            "such as results. Make a first run with: python -m colorkeras.run experiments/varga_cnn"
        )
    _check_apart(results, out)
    comparison = compare_runs(results, out, unfinished)
    if not comparison.entries:
        raise UserError(_nothing_found(results, comparison.skipped, unfinished))

    from colorkeras.atomic import remove_leftovers, write_text
    from colorkeras.report.comparison_csv import comparison_csv
    from colorkeras.report.comparison_report import appendix_blocks, report_blocks
    from colorkeras.report.document import render_markdown, render_text

    remove_leftovers(out)
    pictures = _write_pictures(comparison, out)
    blocks = report_blocks(comparison)
    appendix = appendix_blocks(pictures, command)
    write_text(out / "comparison.csv", comparison_csv(comparison))
    write_text(out / "comparison.md", render_markdown(blocks + appendix))
    print(render_text(blocks))
    names = ["comparison.md", "comparison.csv", *(picture.file_name for picture in pictures)]
    print("\nWritten:")
    for name in names:
        print(f"  {printable(out / name)}")


def _check_apart(results: Path, out: Path) -> None:
    """Refuse to write where runs are, which would be left out of the comparison for that."""
    from colorkeras.report.stored_runs import find_runs

    root, place = results.resolve(), out.resolve()
    if (place == root or root in place.parents) and find_runs(out):
        raise UserError(
            f"-o {out}: holds runs itself, and the folder of a comparison is not searched for "
            f"runs. Choose another -o, such as {results / 'comparison'}."
        )


def _nothing_found(results: Path, skipped: list[tuple[str, str]], unfinished: bool) -> str:
    wanted = "run with an evaluation" if unfinished else "finished run"
    found = ", ".join(f"{shortened(label, 200)} ({reason})" for label, reason in skipped)
    num_runs = f"{len(skipped)} run{'' if len(skipped) == 1 else 's'}"
    hint = "" if unfinished or not skipped else ", or add --all to see unfinished ones"
    return (
        f"no {wanted} under {results}: found {num_runs}{': ' if found else ''}{found}; "
        'expected a folder whose run.json has the status "finished" and whose eval.csv has test '
        f"rows. Run `python -m colorkeras.run experiments/varga_cnn` first{hint}."
    )


def _write_pictures(comparison, out: Path) -> list:
    from colorkeras.report.document import Picture
    from colorkeras.report.metric_bars import metric_bars
    from colorkeras.report.plots import learning_curves, write_figure
    from colorkeras.report.sample_grid import comparison_grid, save_png

    pictures = []
    for experiment, entries in _by_experiment(comparison.entries).items():
        curves = learning_curves([e.run for e in entries], [e.label for e in entries])
        if curves:
            name = f"learning_curves_{_safe(experiment)}.png"
            write_figure(out / name, curves)
            pictures.append(Picture(name, f"Learning curves of {experiment}"))
    for group in comparison.groups:
        safe_hash = _safe(group.hash)
        name = f"metrics_{safe_hash}.png"
        write_figure(out / name, metric_bars(group))
        pictures.append(Picture(name, f"Metrics under protocol {group.hash}"))
        labels = [entry.label for entry in group.entries]
        grid = comparison_grid([entry.run for entry in group.entries], labels)
        name = f"samples_{safe_hash}.png"
        if grid is not None:
            save_png(out / name, grid)
        if (out / name).exists():  # drawn earlier, where the single pictures still were
            pictures.append(Picture(name, f"Test pictures under protocol {group.hash}"))
    return pictures


def _by_experiment(entries) -> dict:
    """The entries of each experiment: more in one figure would be a figure of many pages."""
    found = {}
    for entry in sorted(entries, key=lambda entry: entry.run.experiment):
        found.setdefault(entry.run.experiment, []).append(entry)
    return found


def _safe(text: str) -> str:
    """The text as a part of a file's name; a long one ends with its hash."""
    safe = re.sub(r"[^\w-]", "_", text)
    if len(safe.encode()) <= MOST_OF_NAME:
        return safe
    return f"{safe[: MOST_OF_NAME // 4]}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


if __name__ == "__main__":
    sys.exit(main())
