"""The experiments that a sub-command measures: folders, or names of folders in experiments/."""

from pathlib import Path

from colorkeras.config.toml import guide
from colorkeras.console.errors import UserError

EXPERIMENTS = "experiments"
HELP = f"names or folders of experiments (default: all of {EXPERIMENTS}/)"


def experiment_folders(text: str | None) -> list[Path]:
    """Find experiments.

    Args:
        text: names in `experiments/`, or folders, separated by commas; None or "" for all of
            `experiments/`.

    Returns:
        Their folders, each with a config.toml.

    Raises:
        UserError: naming the first that is none, or when there are none.
    """
    known = {file.parent.name: file.parent for file in _files()}
    if not text:
        if not known:
            raise UserError(
                f"{EXPERIMENTS}: no experiments in this folder. Start the command where "
                f"{EXPERIMENTS}/ is, or name folders with --experiments."
            )
        return list(known.values())
    return [known.get(name) or _folder(name, known) for name in text.split(",")]


def _files() -> list[Path]:
    return sorted(Path(EXPERIMENTS).glob("*/config.toml"))


def _folder(name: str, known: dict[str, Path]) -> Path:
    if (folder := Path(name)).joinpath("config.toml").is_file():
        return folder
    raise UserError(
        f"--experiments: received {name!r}, expected names or folders of experiments."
        f"{guide(name, known) if known else ''}"
    )
