"""The command that would store the test images of a run, where a comparison lacks them."""

import shlex

from colorkeras.config.settings import DataTable
from colorkeras.config.toml import read_toml
from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.report.systems import Member

NUM_IMAGES = 40  # that a repeated training is asked to store
_PLACE = "-images"  # after the folder's name: beside the run, where `compare` finds it


def image_command(member: Member) -> str:
    """A command line that stores images of the same model, or of the same training repeated.

    A model that is still there is evaluated once more, where `evaluate` finds exactly the images of
    the run's protocol; otherwise the run is repeated from its config.toml.
    """
    run, trained = member.entry.run, member.trained
    out = f"{run.folder}{_PLACE}"
    if trained is None or trained is not run:
        return _repeated_evaluation(str(run.get("command") or ""), out)
    model = run.folder / "model.h5"
    source = str(run.training_data.get("source") or "")
    if source and model.is_file() and _evaluate_finds_the_same(member):
        split = ["--split", member.entry.split, "--images", "all", "-o", out]
        command = [*program_name("colorkeras.evaluate").split(), str(model), "--data", source]
        return shlex.join([*command, *split])
    config = [str(run.folder / "config.toml"), "--out", out]
    words = [*program_name("colorkeras.run").split(), *config]
    return shlex.join([*words, "--set", f"train.sample_images={NUM_IMAGES}"])


def _repeated_evaluation(command: str, out: str) -> str:
    """The recorded command with `--images all`, into a new folder."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    for option in ("-o", "--out", "--images"):
        if option in words[:-1]:
            place = words.index(option)
            del words[place : place + 2]
    words = words or [*program_name("colorkeras.evaluate").split(), "MODEL", "--data", "SOURCE"]
    return shlex.join([*words, "--images", "all", "-o", out])


def _evaluate_finds_the_same(member: Member) -> bool:
    """Whether `evaluate` opens the same images: it knows neither --limit nor counts of scenes."""
    try:
        data = read_toml(member.entry.run.folder / "config.toml").get("data")
    except UserError:
        return False
    if not isinstance(data, dict):
        return False
    usual = DataTable()
    keys = ["limit", "train_fraction", "val_fraction"]
    if str(data.get("source")).startswith("scenes:"):
        keys = ["limit", "seed", f"{member.entry.split}_images"]
    return all(data.get(key, None) in (None, getattr(usual, key, None)) for key in keys)
