"""The data and the code of a run: usable when it begins, unchanged when it goes on."""

import os
import shlex

from colorkeras.config.model_code import is_code_of
from colorkeras.config.toml import read_toml, toml_text
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport, say
from colorkeras.data.open_source import is_rendered, open_source
from colorkeras.data.set_aside import kinds_of
from colorkeras.devices import backend
from colorkeras.records import environment


def open_training_source(config, console):
    """Open a configuration's data for training.

    Args:
        config: the resolved `Config`.
        console: the `rich` console that shows progress and notes.

    Raises:
        UserError: when the data are unusable, or too few.
    """
    with ProgressReport("checking images", unit="image", console=console) as progress:
        source = open_source(config.data, progress.update_of)
    for note in source.notes:
        say(console, note)
    if source.set_aside:
        kinds = kinds_of(source.set_aside)
        say(console, f"set aside, for reasons in set_aside.csv: {kinds}")
    empty = [split for split, images in source.sets.items() if not len(images)]
    if empty:
        raise UserError(
            f"{source.name}: no {' and no '.join(empty)} images; a run needs train, val and "
            f"test. Put some into the folder {empty[0]}, or give a folder without splits of "
            f"its own and at least three images.{_examples(source)}"
        )
    count, batch = len(source.sets["train"]), config.train.batch_size
    if count < batch:
        images = f"{count} training image{'s' if count > 1 else ''}"
        smaller = f" or pass --set train.batch_size={count}" if count > 1 else ""
        raise UserError(
            f"{source.name}: {images}, fewer than train.batch_size = {batch}. Add images{smaller}."
            f"{_examples(source)}"
        )
    return source


def _examples(source):
    """Some images that were set aside, as a refused run has no set_aside.csv."""
    some = "; ".join(f"{name!r} {reason}" for name, reason in source.set_aside[:3])
    return f" Set aside, for example: {some}." if some else ""


def check_unchanged(config, folder, source, say):
    """Refuse to go on with a run whose code, backend or data changed; note what else changed.

    Args:
        config: the resolved `Config`.
        folder: the open `RunFolder`.
        source: the data source.
        say: takes a note.

    Raises:
        UserError: naming what changed.
    """
    info = folder.info
    if not is_code_of(info.get("model_sha256"), config.experiment.folder):
        raise UserError(
            f"{config.experiment.folder}/model.py: is not the file this run began with "
            f"(another SHA-256). Put it back, go on with the {_version_of(info)} that began this "
            "run, or start a new run."
        )
    begun, now = info.get("backend", "tensorflow"), backend.chosen_name()
    if begun != now:
        raise UserError(
            f"{folder.path}: this run began on {begun}, and {backend.VARIABLE} now "
            f"chooses {now}, whose weights would differ. Set {backend.VARIABLE}={begun}."
        )
    begun = str(info["data"].get("manifest"))
    if source.manifest_hash != begun:
        raise UserError(
            f"{source.name}: the images are not those this run began with (manifest "
            f"{source.manifest_hash[:12]}, then {begun[:12]}). Put them back, or start a new "
            "run."
        )
    for name, now in (("commit", environment.commit()), ("versions", environment.versions())):
        if info.get(name) != now:
            say(f"note: {name} changed since this run began: {info.get(name)} → {now}")


def _version_of(info):
    """Which colorkeras a run began with: an old model.py may not work with another."""
    commit = info.get("commit", "unknown")
    if commit != "unknown":
        return f"commit {commit[:12]} of colorkeras"
    return f"version {info.get('versions', {}).get('colorkeras', 'unknown')} of colorkeras"


def open_moved_source(config, folder, console):
    """Open the data of a run that goes on; see `open_training_source`.

    Raises:
        UserError: when they are gone; it says how to name their new place.
    """
    try:
        return open_training_source(config, console)
    except UserError as error:
        place = config.data.source
        if is_rendered(place) or os.path.exists(os.path.expanduser(place)):
            raise
        raise UserError(
            f"{error} Where the images were moved, name the place: --resume "
            f"{shlex.quote(str(folder.path))} --data PLACE."
        ) from error


def note_place(config, folder, source, say):
    """Note in a run's folder where its images, which `check_unchanged` found the same, are now.

    Args:
        config: the resolved `Config`.
        folder: the open `RunFolder`.
        source: the data source.
        say: takes a note.
    """
    before = read_toml(folder.path / "config.toml")["data"]["source"]
    place = config.data.source
    if place == before:
        return
    say(f"note: the images, the same as before, are at {place} now; they were at {before}")
    info = folder.info
    folder.update(
        overrides=[*info["overrides"], f"data.source={toml_text(place)}"],
        data={**info["data"], "source": source.name},
        moved_data=[*info.get("moved_data", []), {"from": before, "at": environment.now()}],
    )
    folder.write_config(config)
