"""python -m colorkeras.claims: claims of the papers, and whether they are reproduced."""

import argparse
import shlex
import sys
from pathlib import Path

from colorkeras.config.shipped import CONFIG_FILE, FOLDER, all_experiments, locate
from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError, no_folder
from colorkeras.console.safe_text import printable

RESULTS = "results"


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.claims"),
        description="Test the claims of the papers: compare each experiment's claims.toml with its "
        "networks and with the stored runs. Writes a verdict for each claim to claims.md and "
        "claims.csv, and what was measured for each condition to conditions.csv.",
    )
    parser.add_argument(
        "experiments",
        nargs="*",
        metavar="EXPERIMENT",
        help=f"folder or name of an experiment (all below {FOLDER}/, else all that are shipped)",
    )
    parser.add_argument("--results", metavar="DIR", help=f"folder to search for runs ({RESULTS})")
    parser.add_argument("-o", "--out", metavar="OUT", help="folder to write to (RESULTS/claims)")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command.

    Returns:
        0, whatever the verdicts; 2 when a claims.toml is wrong or the output cannot be written.
    """
    argv = sys.argv[1:] if argv is None else argv
    command = shlex.join(["python", "-m", "colorkeras.claims", *argv])
    return run_command(lambda: _claims(build_parser().parse_args(argv), command))


def _claims(args: argparse.Namespace, command: str) -> None:
    results = Path(args.results or RESULTS)
    if args.results is not None and not results.is_dir():
        raise UserError(f"--results {results}: {no_folder(results)}; expected a folder with runs.")
    out = Path(args.out) if args.out else results / "claims"
    if (out / "run.json").exists():
        raise UserError(f"-o {out}: is the folder of a run. Choose another -o.")
    folders = _named(args.experiments) if args.experiments else all_experiments()

    # Only now: --help and a mistyped folder answer without loading pandas and rich.
    from colorkeras.claims.judging import judge_folders
    from colorkeras.claims.report import claim_files, print_claims
    from colorkeras.records.atomic import write_text
    from colorkeras.report.stored_runs import find_runs

    has_results = results.is_dir()
    experiments = judge_folders(folders, results, optional=not args.experiments)
    files = claim_files(experiments, command)
    for name, text in files.items():
        write_text(out / name, text)
    print_claims(experiments)
    for run in find_runs(results):
        if run.problem:
            print(printable(f"note: left out: {run.folder}: {run.problem}"), file=sys.stderr)
    if not has_results:
        note = (
            f"note: there was no folder {RESULTS} here ({Path.cwd()}): claims about runs cannot be "
            "tested. Name the folder of the runs with --results."
        )
        print(printable(note), file=sys.stderr)
    print("\nWritten:")
    for name in files:
        print(f"  {printable(out / name)}")


def _named(names: list[str]) -> list[Path]:
    """The folders of these paths or names, each once."""
    folders = [locate(name, CONFIG_FILE) for name in names]
    return list({folder.resolve(): folder for folder in folders}.values())
