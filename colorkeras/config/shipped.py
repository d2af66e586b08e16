"""The experiments that colorkeras brings along, found by name: `varga_cnn`.

In a clone they are the folder `experiments/` beside the package; a wheel has them inside the
package. A name and not a path is what a run records, so that it is understood on any machine.
"""

from pathlib import Path

CONFIG_FILE, MODEL_FILE = "config.toml", "model.py"
FOLDER = "experiments"
_PACKAGE = Path(__file__).parents[1]
_PLACES = (_PACKAGE / FOLDER, _PACKAGE.parent / FOLDER)  # of a wheel, of a clone


def shipped_folder() -> Path:
    """The folder that holds the shipped experiments."""
    return next((place for place in _PLACES if place.is_dir()), _PLACES[0])


def shipped_names() -> list[str]:
    """The names of the shipped experiments, sorted."""
    return sorted(file.parent.name for file in shipped_folder().glob(f"*/{CONFIG_FILE}"))


def all_experiments() -> list[Path]:
    """The folders of those below `experiments/` here; where there are none, the shipped ones."""
    here = sorted(file.parent for file in Path(FOLDER).glob(f"*/{CONFIG_FILE}"))
    return here or [shipped_folder() / name for name in shipped_names()]


def locate(experiment: str | Path, file: str) -> Path:
    """The folder of an experiment that is given by path or by name.

    Args:
        experiment: path of a folder, or name of a shipped experiment.
        file: what the folder is needed for, such as `MODEL_FILE`.

    Returns:
        The path where it holds that file; else the shipped experiment of that name; else the path,
        which then has no such file.
    """
    path = Path(experiment)
    try:
        is_there = (path / file).exists()
    except (OSError, ValueError):  # a name that no file can have
        return path
    return path if is_there or str(experiment) not in shipped_names() else shipped_path(path)


def shipped_path(name: str | Path) -> Path:
    """Where a shipped experiment of that name is; a name that is an absolute path is that path."""
    return shipped_folder() / name


def model_file(folder: str) -> Path:
    """The `model.py` of an experiment, by the `experiment.folder` of its configuration."""
    return locate(folder, MODEL_FILE) / MODEL_FILE
