"""Make a study's folder from sources: draw the trials, write the images under neutral names."""

import random
import secrets
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.records.atomic import write_text
from colorkeras.records.atomic_folder import new_folder
from colorkeras.records.checksum import sha256_of
from colorkeras.study import pixels, random_colors
from colorkeras.study.design import Lengths, Trial, fitting_lengths, sessions
from colorkeras.study.forms import CHECK, TRUTH, Form
from colorkeras.study.sources import Source
from colorkeras.study.study_folder import (
    CODES,
    IMAGES,
    Settings,
    StudyImage,
    read_study,
    write_study,
)

CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another
_SAME_TRUTH = 6.0  # of 255: what reducing to 64 pixels and JPEG may change at the most


@dataclass(frozen=True)
class Wishes:
    """What the options of `study make` say; None leaves a number to the form.

    Attributes:
        form: the form.
        trials, practice, checks: of a session.
        pass_checks: how many checks a rater must get right.
        sessions: how many there shall be.
        seconds: for how long a timed image is shown.
        longest: largest side of an image in pixels.
        seed: from which all is drawn.
    """

    form: Form
    trials: int | None
    practice: int | None
    checks: int | None
    pass_checks: int | None
    sessions: int
    seconds: float
    longest: int
    seed: int


def new_code() -> str:
    """A code of a rater: random, and nothing else."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(8))


def make_study(
    folder: Path,
    sources: list[Source],
    truth: dict[str, Path],
    wishes: Wishes,
    made: dict[str, Any],
) -> tuple[str, Lengths]:
    """Write a study's folder, whole or not at all.

    Returns:
        The study's id, and the lengths of a session.

    Raises:
        UserError: when there are too few pictures or outputs, or an image cannot be used.
    """
    form = wishes.form
    keys = _keys(sources)
    if len(keys) < form.num_outputs:
        raise UserError(
            f"--form {form.name}: received {len(keys)} outputs of each picture, expected at least "
            f"{form.num_outputs}: from as many systems, or NAME=FOLDER again with the same NAME "
            "for further samples of one."
        )
    lengths = fitting_lengths(form, len(truth), wishes.trials, wishes.practice, wishes.checks)
    pass_checks = _pass_checks(wishes.pass_checks, lengths.checks)
    donors = _check_pictures(truth, lengths.checks, wishes.seed)
    others = [name for name in truth if name not in donors]
    trials = sessions(form, list(keys), others, list(donors), lengths, wishes.sessions, wishes.seed)
    systems = {_system(key): source.name for key, source in keys.items()}
    settings = Settings(
        form.name, systems, wishes.seconds, pass_checks, lengths.checks, wishes.seed, made
    )
    with new_folder(folder) as place:
        images = _write_images(place / IMAGES, trials, keys, truth, donors, wishes)
        study_id = write_study(place, settings, images, trials)
        codes = sorted({new_code() for _ in range(wishes.sessions)})
        write_text(place / CODES, "".join(f"{code}\n" for code in codes))
        read_study(place)
    return study_id, lengths


def _keys(sources: list[Source]) -> dict[str, Source]:
    """Sources by the keys of their outputs: A, B, …; a system's further samples are A.2, A.3, …"""
    names = list(dict.fromkeys(source.name for source in sources))
    counts: Counter[str] = Counter()
    keys = {}
    for source in sources:
        counts[source.name] += 1
        number = counts[source.name]
        letter = _letter(names.index(source.name))
        keys[letter if number == 1 else f"{letter}.{number}"] = source
    return keys


def _letter(index: int) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return letters[index] if index < len(letters) else f"S{index}"


def _system(key: str) -> str:
    return key.partition(".")[0]


def _pass_checks(asked: int | None, checks: int) -> int:
    """How many checks must be right: four of five, rounded up, unless asked otherwise."""
    if asked is None:
        return -(-checks * 4 // 5)
    if asked > checks:
        raise UserError(f"--pass-checks {asked}: there are only {checks} checks in a session.")
    return asked


def _check_pictures(truth: dict[str, Path], count: int, seed: int) -> dict[str, str]:
    """Pictures for attention checks, each with the picture whose colors it gets."""
    if not count:
        return {}
    with ProgressReport("looking at colors", len(truth), unit="image") as progress:
        thumbnails = {}
        for number, (name, path) in enumerate(truth.items(), 1):
            thumbnails[name] = random_colors.thumbnail(pixels.read(path))
            progress.update(number)
    order = random.Random(f"{seed} checks").sample(sorted(truth), len(truth))
    donors: dict[str, str] = {}
    for name in order:
        if len(donors) == count:
            break
        donor, distance = random_colors.farthest(thumbnails, name)
        if distance >= random_colors.MIN_DIFFERENCE:
            donors[name] = donor
    if len(donors) < count:
        raise UserError(
            f"only {len(donors)} of {len(truth)} pictures would look wrong with the colors of "
            f"another one; expected {count} for the attention checks. Pass --checks "
            f"{len(donors)}, or give pictures with more color."
        )
    return donors


def _write_images(
    folder: Path,
    trials: list[Trial],
    keys: dict[str, Source],
    truth: dict[str, Path],
    donors: dict[str, str],
    wishes: Wishes,
) -> list[StudyImage]:
    """Write what the trials show; of a picture all at once, so that they are alike."""
    shown: dict[str, set[str]] = {}
    for trial in trials:
        shown.setdefault(trial.picture, set()).update(trial.shows)
    tokens = _tokens(shown, wishes.seed)
    folder.mkdir()
    images = []
    with ProgressReport("writing images", len(shown), unit="picture") as progress:
        for number, (picture, contents) in enumerate(sorted(shown.items()), 1):
            versions = _versions(picture, contents, keys, truth, donors, wishes.longest)
            for what, image in sorted(versions.items()):
                token = tokens[picture, what]
                path = folder / f"{token}.png"
                pixels.save_neutral(path, image)
                images.append(StudyImage(token, picture, what, sha256_of(path)))
            progress.update(number)
    return sorted(images, key=lambda image: image.token)


def _tokens(shown: dict[str, set[str]], seed: int) -> dict[tuple[str, str], str]:
    chance = random.Random(f"{seed} names")
    pairs = sorted((picture, what) for picture, contents in shown.items() for what in contents)
    numbers = chance.sample(range(16**10), len(pairs))
    return {pair: f"{number:010x}" for pair, number in zip(pairs, numbers, strict=True)}


def _versions(
    picture: str,
    contents: set[str],
    keys: dict[str, Source],
    truth: dict[str, Path],
    donors: dict[str, str],
    longest: int,
) -> dict[str, np.ndarray]:
    """The images of one picture by what they show."""
    files = {what: keys[what].outputs[picture] for what in contents - {TRUTH, CHECK}}
    files[TRUTH] = truth[picture]
    _check_truth(picture, files, keys)
    versions = pixels.made_alike(files, longest)
    if CHECK in contents:
        donor = pixels.read(truth[donors[picture]])
        versions[CHECK] = random_colors.with_colors_of(versions[TRUTH], donor)
    return {what: versions[what] for what in contents}


def _check_truth(picture: str, files: dict[str, Path], keys: dict[str, Source]) -> None:
    """The truth that came with a run's outputs is the study's: else pictures were mixed up."""
    for what, path in files.items():
        own = keys[what].truth.get(picture) if what != TRUTH else None
        if own in (None, files[TRUTH]):
            continue
        same = pixels.made_alike({"own": own, "study": files[TRUTH]}, longest=64)
        difference = np.abs(same["own"].astype(int) - same["study"]).mean()
        if difference > _SAME_TRUTH:
            raise UserError(
                f"{path}: its true image ({own}) is another picture than {files[TRUTH]}, though "
                f"both are named {picture}. Compare runs that were measured on the same images."
            )
