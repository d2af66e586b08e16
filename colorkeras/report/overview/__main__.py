"""Keep the generated tables of the documentation current; no number in them is typed.

    python -m colorkeras.report.overview            # rewrite the tables that are out of date
    python -m colorkeras.report.overview --check    # exit code 1 where one is

The command is for a clone of the repository: it reads experiments/ and results/ of the current
folder.
"""

import argparse
import sys
from pathlib import Path

from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.records.atomic import write_text
from colorkeras.report.overview.pages import outdated_pages


def main(argv: list[str] | None = None) -> int:
    """Run the command.

    Returns:
        0; 1 with --check where a table is out of date; 2 for a mistake.
    """
    return run_command(lambda: _overview(argv))


def _overview(argv: list[str] | None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m colorkeras.report.overview",
        description="Rewrite the generated tables of the documentation, in a clone.",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit code 1 if a table is out of date"
    )
    args, root = parser.parse_args(argv), Path()
    if not (root / "experiments").is_dir():
        raise UserError("no folder experiments here: run this in a clone of the repository.")
    pages = outdated_pages(root)
    for page, text in pages.items():
        if not args.check:
            write_text(page, text)
        print(f"{printable(page)}: {'out of date' if args.check else 'rewritten'}")
    return 1 if args.check and pages else 0


if __name__ == "__main__":
    sys.exit(main())
