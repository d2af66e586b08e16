"""`colorkeras study serve`: show a study on a page of this machine."""

import argparse
import contextlib
import sys
from pathlib import Path

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.local_page import check_port
from colorkeras.console.safe_text import printable

PORT = 8765


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.study')} serve",
        description="Show a study on a page that this machine alone reaches, and append each "
        "answer to STUDY/answers.csv as it comes. Ctrl-C ends it; start it again to go on.",
    )
    parser.add_argument("study", metavar="STUDY", help="folder that `study make` wrote")
    parser.add_argument(
        "--port", type=int, default=PORT, metavar="N", help="(default: %(default)s)"
    )
    parser.add_argument(
        "--codes",
        action="store_true",
        help="let in only raters with a code of STUDY/codes.txt, each once",
    )
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    return run_command(lambda: _serve(build_parser().parse_args(argv)))


def _serve(args: argparse.Namespace) -> None:
    check_port(args.port)
    from colorkeras.records.folder_lock import locked
    from colorkeras.study.server import StudyServer
    from colorkeras.study.sessions import Sessions
    from colorkeras.study.study_folder import ANSWERS, check_images, read_study

    study = read_study(Path(args.study))
    check_images(study)
    with locked(study.folder, "another process serves this study; stop it first."):
        sessions = Sessions(study, args.codes)
        answers, raters = sessions.totals()
        with StudyServer(study, sessions, args.port) as server:
            print(f"Study {study.id} ({study.form.name}): {server.url}")
            print(f"{answers} answers of {raters} raters so far. Ctrl-C ends it.", flush=True)
            with contextlib.suppress(KeyboardInterrupt):
                server.serve_forever()
        answers, raters = sessions.totals()
    print(f"\n{answers} answers of {raters} raters: {printable(study.folder / ANSWERS)}")


if __name__ == "__main__":
    sys.exit(main())
