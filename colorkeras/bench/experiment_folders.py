"""The experiments that a sub-command measures: folders, or names of folders in experiments/."""

from argparse import ArgumentParser
from pathlib import Path

from colorkeras.config.shipped import CONFIG_FILE, FOLDER, all_experiments, locate
from colorkeras.config.toml import guide
from colorkeras.console.errors import UserError

HELP = f"names or folders of experiments (default: all of {FOLDER}/, or all that are shipped)"


def add_training_options(parser: ArgumentParser) -> None:
    """Add the options that say which trainings are measured; `keras_job` reads them."""
    option = parser.add_argument
    option("--experiments", metavar="A,B", help=HELP)
    option("--preset", default="quick", metavar="NAME", help="(default: quick)")
    option("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="as in run")
    option("--batch", type=int, metavar="N", help="images (default: the preset's)")
    option(
        "--precision",
        choices=("auto", "float32", "bfloat16"),
        default="auto",
        help="auto: bfloat16 where this CPU has instructions for it, else float32",
    )


def experiment_folders(text: str | None) -> list[Path]:
    """Find experiments.

    Args:
        text: names in `experiments/`, names of shipped ones, or folders, separated by commas; None
            or "" for all of `experiments/`, or where there is none all shipped ones.

    Returns:
        Their folders, each with a config.toml.

    Raises:
        UserError: naming the first that is none.
    """
    known = {folder.name: folder for folder in all_experiments()}
    if not text:
        return list(known.values())
    return [known.get(name) or _folder(name, known) for name in text.split(",")]


def _folder(name: str, known: dict[str, Path]) -> Path:
    if (folder := locate(name, CONFIG_FILE)).joinpath(CONFIG_FILE).is_file():
        return folder
    raise UserError(
        f"--experiments: received {name!r}, expected names or folders of experiments."
        f"{guide(name, known)}"
    )
