"""Draw and list the networks of experiments: `network.svg` and a section of the README.

python -m colorkeras.report.networks                     # all below experiments/
python -m colorkeras.report.networks experiments/NAME    # one
python -m colorkeras.report.networks --check             # exit code 1 where a file is old
"""

import argparse
import sys
from pathlib import Path

from colorkeras.config.load import load_full_scale
from colorkeras.config.shipped import CONFIG_FILE, FOLDER
from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.console.safe_text import printable
from colorkeras.records.atomic import outdated, write_text
from colorkeras.report.networks.built import build_networks
from colorkeras.report.networks.section import current_files


def main(argv: list[str] | None = None) -> int:
    """Run the command.

    Returns:
        0; 1 with --check where a file is out of date; 2 for a mistake.
    """
    return run_command(lambda: _networks(argv))


def _networks(argv: list[str] | None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m colorkeras.report.networks",
        description="Build the networks of experiments at full scale (preset paper or published), "
        "draw them into network.svg and list their layers in README.md.",
    )
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="FOLDER", help="default: all below experiments/"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit code 1 if a file is out of date"
    )
    args = parser.parse_args(argv)
    folders = args.folders or sorted(file.parent for file in Path(FOLDER).glob(f"*/{CONFIG_FILE}"))
    if not folders:
        raise UserError("no folder experiments here: run this in a clone, or name a folder.")
    files = outdated_files(folders)
    for file, text in files.items():
        if not args.check:
            write_text(file, text)
        print(f"{printable(file)}: {'out of date' if args.check else 'rewritten'}")
    return 1 if args.check and files else 0


def outdated_files(folders: list[Path]) -> dict[Path, str]:
    """The files of experiments that are out of date, with the text they should have.

    Raises:
        UserError: for an experiment that cannot be built, or a README without the marks.
    """
    configs = [load_full_scale(folder) for folder in folders]
    found: dict[Path, str] = {}
    with ProgressReport("building networks", len(folders), unit="experiment") as progress:
        for done, (folder, config) in enumerate(zip(folders, configs, strict=True)):
            progress.update(done, config.experiment.name)
            files = current_files(folder, config, build_networks(config))
            found |= outdated(files)
            progress.update(done + 1)
    return found


if __name__ == "__main__":
    sys.exit(main())
