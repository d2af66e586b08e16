"""The files of one comparison: comparison.md and .csv, and the figures."""

from dataclasses import dataclass
from pathlib import Path

from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable, shortened
from colorkeras.records.atomic import outdated, remove_leftovers, write_text
from colorkeras.report.comparison import Comparison, compare_runs
from colorkeras.report.comparison_images import write_figures
from colorkeras.report.comparison_tables import table_files
from colorkeras.report.document import render_text
from colorkeras.report.figures import Figures
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.stored_runs import find_runs


@dataclass(frozen=True)
class Written:
    """What a comparison consists of: the runs, the results of each protocol, the figures."""

    comparison: Comparison
    results: list[ProtocolResults]
    figures: Figures


def write_comparison(results: Path, out: Path, command: str, unfinished: bool = False) -> Written:
    """Compare the runs below a folder, write the files and print the tables.

    Args:
        results: the folder to search for runs.
        out: the folder to write to.
        command: the command line, for the appendix.
        unfinished: whether runs that did not finish are shown too, marked as such.

    Returns:
        What was compared and written.

    Raises:
        UserError: when there is nothing to compare, or `out` holds runs.
        OSError: when a file cannot be written.
    """
    _check_apart(results, out)
    comparison = _compared(results, out, unfinished)
    remove_leftovers(out)
    measured = [ProtocolResults(group) for group in comparison.groups]
    figures = write_figures(measured, out)
    blocks, tables = table_files(comparison, measured, figures, command)
    for name, text in tables.items():
        write_text(out / name, text)
    print(render_text(blocks))
    print("\nWritten:")
    for name in [*tables, *figures.file_names()]:
        print(f"  {printable(out / name)}")
    if figures.lacking:
        print(
            "\nSome figures need test images that are missing or damaged: comparison.md says "
            "how to get them."
        )
    return Written(comparison, measured, figures)


def outdated_tables(
    results: Path, out: Path, command: str, unfinished: bool = False
) -> dict[Path, str]:
    """The tables that `write_comparison` would change, with the text it would write.

    Args, errors: as `write_comparison`, but no file is written.
    """
    comparison = _compared(results, out, unfinished)
    measured = [ProtocolResults(group) for group in comparison.groups]
    figures = write_figures(measured, out, dry=True)
    _, tables = table_files(comparison, measured, figures, command)
    return outdated({out / name: text for name, text in tables.items()})


def _compared(results: Path, out: Path, unfinished: bool) -> Comparison:
    comparison = compare_runs(results, out, unfinished)
    if not comparison.entries:
        raise UserError(_nothing_found(results, comparison.skipped, unfinished))
    return comparison


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
