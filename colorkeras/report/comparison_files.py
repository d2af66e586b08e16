"""The files of one comparison: comparison.md and .csv, learning curves, metrics, sample images."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable, shortened
from colorkeras.records.atomic import remove_leftovers
from colorkeras.report.comparison import Comparison, Entry, compare_runs
from colorkeras.report.comparison_tables import write_tables
from colorkeras.report.document import Figure, render_text
from colorkeras.report.metric_bars import metric_bars
from colorkeras.report.plots import learning_curves, write_figure
from colorkeras.report.sample_grid import comparison_grid, save_png
from colorkeras.report.stored_runs import find_runs

MOST_OF_NAME = 120  # bytes, of 255 that file systems allow


def write_comparison(results: Path, out: Path, command: str, unfinished: bool = False) -> None:
    """Compare the runs below a folder, write the files and print the tables.

    Args:
        results: the folder to search for runs.
        out: the folder to write to.
        command: the command line, for the appendix.
        unfinished: whether runs that did not finish are shown too, marked as such.

    Raises:
        UserError: when there is nothing to compare, or `out` holds runs.
        OSError: when a file cannot be written.
    """
    _check_apart(results, out)
    comparison = compare_runs(results, out, unfinished)
    if not comparison.entries:
        raise UserError(_nothing_found(results, comparison.skipped, unfinished))
    remove_leftovers(out)
    images = _write_images(comparison, out)
    safe = {group.hash: _safe(group.hash) for group in comparison.groups}
    blocks, tables = write_tables(comparison, out, images, command, safe)
    print(render_text(blocks))
    print("\nWritten:")
    for name in [*tables, *(image.file_name for image in images)]:
        print(f"  {printable(out / name)}")


def _check_apart(results: Path, out: Path) -> None:
    """Refuse to write into a folder that holds runs: they would be left out of the comparison."""
    root, place = results.resolve(), out.resolve()
    if (place == root or root in place.parents) and find_runs(out):
        raise UserError(
            f"-o {out}: holds runs, and the folder of a comparison is not searched for runs. "
            f"Choose another -o, such as {results / 'comparison'}."
        )


def _nothing_found(results: Path, skipped: list[tuple[str, str]], unfinished: bool) -> str:
    wanted = "run with an evaluation" if unfinished else "finished run"
    found = ", ".join(f"{shortened(label, 200)} ({reason})" for label, reason in skipped)
    num_runs = f"{len(skipped)} run{'' if len(skipped) == 1 else 's'}"
    hint = "" if unfinished or not skipped else ", or add --all to see unfinished ones"
    return (
        f"no {wanted} under {results}: found {num_runs}{': ' if found else ''}{found}; "
        'expected a folder whose run.json has the status "finished" and whose eval.csv has test '
        f"rows. Run `{program_name('colorkeras.run')} varga_cnn` first{hint}."
    )


def _write_images(comparison: Comparison, out: Path) -> list[Figure]:
    images = []
    for experiment, entries in _by_experiment(comparison.entries).items():
        curves = learning_curves([e.run for e in entries], [e.label for e in entries])
        if curves:
            name = f"learning_curves_{_safe(experiment)}.png"
            write_figure(out / name, curves)
            images.append(Figure(name, f"Learning curves of {experiment}"))
    for group in comparison.groups:
        safe_hash = _safe(group.hash)
        name = f"metrics_{safe_hash}.png"
        write_figure(out / name, metric_bars(group))
        images.append(Figure(name, f"Metrics under protocol {group.hash}"))
        labels = [entry.label for entry in group.entries]
        grid = comparison_grid([entry.run for entry in group.entries], labels)
        name = f"samples_{safe_hash}.png"
        if grid is not None:
            save_png(out / name, grid)
        if (out / name).exists():  # drawn earlier, from single images that are gone
            images.append(Figure(name, f"Test images under protocol {group.hash}"))
    return images


def _by_experiment(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The entries of each experiment; all in one figure would be too large."""
    found: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.run.experiment):
        found.setdefault(entry.run.experiment, []).append(entry)
    return found


def _safe(text: str) -> str:
    """The text as part of a file name; a long one ends with its hash."""
    safe = re.sub(r"[^\w-]", "_", text)
    if len(safe.encode()) <= MOST_OF_NAME:
        return safe
    return f"{safe[: MOST_OF_NAME // 4]}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"
