"""The experiments that a sub-command measures: folders, or names of folders in experiments/."""

from pathlib import Path

from colorkeras.config.shipped import CONFIG_FILE, FOLDER, all_experiments, locate
from colorkeras.config.toml import guide
from colorkeras.console.errors import UserError

HELP = f"names or folders of experiments (default: all of {FOLDER}/, or all that are shipped)"


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
