"""`colorkeras study make`: make a blind study of stored outputs, or of folders of images."""

import argparse
import secrets
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from colorkeras import __version__
from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.study.forms import FORMS

if TYPE_CHECKING:
    from colorkeras.study.design import Lengths

_MOST = 10_000


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.study')} make",
        description="Make a blind study: copy the outputs of systems and the true images under "
        "names that tell nothing, and draw the sessions of the raters.",
    )
    parser.add_argument(
        "outputs",
        nargs="+",
        metavar="RUN",
        help="run or evaluation with samples/test, or folder of images; NAME=FOLDER names it",
    )
    parser.add_argument("-o", "--out", required=True, metavar="STUDY", help="folder to make")
    parser.add_argument(
        "--truth", metavar="FOLDER", help="the true images, for folders: matched by name"
    )
    parser.add_argument(
        "--form", choices=tuple(FORMS), default="timed-pair", help="(default: %(default)s)"
    )
    parser.add_argument("--raters", type=int, default=40, metavar="N", help="(default: 40)")
    parser.add_argument("--trials", type=int, metavar="N", help="of a session, without the rest")
    parser.add_argument("--practice", type=int, metavar="N", help="practice trials of a session")
    parser.add_argument("--checks", type=int, metavar="N", help="attention checks of a session")
    parser.add_argument(
        "--pass-checks",
        type=int,
        metavar="N",
        help="how many checks a rater must get right to be counted (default: four of five)",
    )
    parser.add_argument(
        "--seconds", type=float, default=1.0, metavar="S", help="of a timed image (default: 1)"
    )
    parser.add_argument(
        "--longest",
        type=int,
        default=512,
        metavar="PIXELS",
        help="larger images are reduced to this longer side (default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, metavar="N", help="(default: drawn, and written down)")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    command = shlex.join(["python", "-m", "colorkeras.study", "make", *argv])
    return run_command(lambda: _make(build_parser().parse_args(argv), command))


def _make(args: argparse.Namespace, command: str) -> None:
    _check_numbers(args)
    folder = Path(args.out)
    if folder.exists():
        raise UserError(f"-o {folder}: is there already; a study is never overwritten.")
    from colorkeras.records.environment import now
    from colorkeras.study.making import Wishes, make_study
    from colorkeras.study.sources import open_sources

    sources, truth = open_sources(args.outputs, args.truth)
    wishes = Wishes(
        FORMS[args.form],
        args.trials,
        args.practice,
        args.checks,
        args.pass_checks,
        args.raters,
        args.seconds,
        args.longest,
        secrets.randbelow(2**31) if args.seed is None else args.seed,
    )
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    made = {"command": command, "version": __version__, "date": now()}
    study_id, lengths = make_study(folder, sources, truth, wishes, made)
    _tell(args, folder, study_id, lengths, len(truth))


def _check_numbers(args: argparse.Namespace) -> None:
    limits = {
        "raters": (1, _MOST),
        "trials": (1, _MOST),
        "practice": (0, _MOST),
        "checks": (0, _MOST),
        "pass_checks": (0, _MOST),
        "longest": (16, 4096),
        "seconds": (0.02, 60),
    }
    for name, (least, most) in limits.items():
        value = getattr(args, name)
        if value is not None and not least <= value <= most:
            option = name.replace("_", "-")
            raise UserError(f"--{option} {value}: expected a number from {least} to {most}.")


def _tell(
    args: argparse.Namespace, folder: Path, study_id: str, lengths: "Lengths", pictures: int
) -> None:
    from colorkeras.study.intervals import chance_to_pass
    from colorkeras.study.study_folder import read_study

    settings = read_study(folder).settings
    print(f"Study {study_id}: {printable(folder)}")
    systems = ", ".join(f"{key} = {printable(name)}" for key, name in settings.systems.items())
    print(f"  {args.form}; {pictures} pictures; {systems}")
    print(
        f"  {args.raters} sessions of {lengths.practice} practice trials, {lengths.trials} trials "
        f"and {lengths.checks} attention checks"
    )
    if lengths.checks:
        guessing = chance_to_pass(settings.pass_checks, lengths.checks)
        print(
            f"  a rater counts with {settings.pass_checks} checks right; who guesses passes with "
            f"{100 * guessing:.0f} %"
        )
    form = FORMS[args.form]
    if lengths.trials < form.trials and args.trials is None:
        print(f"  shorter than the form's {form.trials} trials: there are too few pictures")
    print(f"Next: {program_name('colorkeras.study')} serve {shlex.quote(printable(folder))}")


if __name__ == "__main__":
    sys.exit(main())
