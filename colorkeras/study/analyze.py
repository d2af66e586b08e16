"""`colorkeras study analyze`: fooling rates of a study's systems, with intervals."""

import argparse
import shlex
import sys
from pathlib import Path

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.study')} analyze",
        description="Compute how often each system passed as real, with intervals that regard "
        "answers of one rater as belonging together, and compare the systems. Files of answers "
        "that were edited, or are of another study, are refused.",
    )
    parser.add_argument("study", metavar="STUDY", help="folder that `study make` wrote")
    parser.add_argument(
        "--answers",
        action="append",
        metavar="FILE",
        help="file of answers, also several times, from several machines (STUDY/answers.csv)",
    )
    parser.add_argument(
        "--width",
        type=float,
        default=0.1,
        metavar="W",
        help="width of the interval for which more answers are counted (default: %(default)s)",
    )
    parser.add_argument("-o", "--out", metavar="OUT", help="folder to write to (STUDY/analysis)")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    command = shlex.join(["python", "-m", "colorkeras.study", "analyze", *argv])
    return run_command(lambda: _analyze(build_parser().parse_args(argv), command))


def _analyze(args: argparse.Namespace, command: str) -> None:
    if not 0.001 <= args.width < 1:
        raise UserError(f"--width {args.width}: expected a width from 0.001 to 1, such as 0.1.")
    from colorkeras.records.atomic import write_text
    from colorkeras.report.document import render_markdown, render_text
    from colorkeras.study.answers import read_answers
    from colorkeras.study.rates import (
        differences,
        judge_raters,
        rate_of,
        shown_systems,
        table_of,
    )
    from colorkeras.study.report import Findings, blocks, differences_csv, raters_csv, rates_csv
    from colorkeras.study.study_folder import ANSWERS, read_study

    study = read_study(Path(args.study))
    paths = [Path(name) for name in args.answers or [study.folder / ANSWERS]]
    answers = read_answers(list(dict.fromkeys(paths)), study)
    raters = judge_raters(study, answers)
    table = table_of(study, answers, raters.counted)
    systems = shown_systems(study)
    rates = [rate for key in systems if (rate := rate_of(table, key, args.width))]
    pairs = differences(table, [rate.system for rate in rates])
    findings = Findings(study, answers, raters, rates, pairs, args.width, command)

    out = Path(args.out) if args.out else study.folder / "analysis"
    report = blocks(findings)
    texts = {
        "study.md": render_markdown(report),
        "rates.csv": rates_csv(findings),
        "differences.csv": differences_csv(findings),
        "raters.csv": raters_csv(findings),
    }
    for name, text in texts.items():
        write_text(out / name, text)
    print(render_text(report))
    print("\nWritten:")
    for name in texts:
        print(f"  {printable(out / name)}")


if __name__ == "__main__":
    sys.exit(main())
