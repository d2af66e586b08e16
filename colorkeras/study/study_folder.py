"""The folder of a study: settings, images and trials, with a hash that tells edited ones.

    study.json    settings and names of the systems
    images.csv    what each image shows, and the SHA-256 of its file
    trials.csv    who sees what, in which order
    images/       the images, under names that tell nothing
    codes.txt     one code per session, for raters who are invited one by one

Answers are added by `serve`: answers.csv and raters.csv.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from colorkeras.console.errors import UserError, reason_of
from colorkeras.records.atomic import write_json, write_text
from colorkeras.records.checksum import sha256_of
from colorkeras.report.stored_runs import read_json
from colorkeras.study.design import Trial
from colorkeras.study.forms import FORMS, Form

FORMAT = 1
IMAGES = "images"
ANSWERS, RATERS, CODES = "answers.csv", "raters.csv", "codes.txt"
_STUDY, _IMAGES, _TRIALS = "study.json", "images.csv", "trials.csv"
_SEPARATOR = "|"
_ADVICE = "Restore the file as `study make` wrote it, or make the study again."


@dataclass(frozen=True)
class Settings:
    """What study.json holds besides the hash.

    Attributes:
        form: name of the form.
        systems: name of each system by its key.
        seconds: for how long an image of a timed form is shown.
        pass_checks: how many checks a rater must get right to be counted.
        checks: how many there are in a session.
        seed: from which the trials were drawn.
        made: how the study was made: command, version, date; not part of the hash.
    """

    form: str
    systems: dict[str, str]
    seconds: float
    pass_checks: int
    checks: int
    seed: int
    made: dict[str, Any]


@dataclass(frozen=True)
class StudyImage:
    """An image file: its neutral name, the picture, what it shows, and the hash of the file."""

    token: str
    picture: str
    shows: str
    sha256: str


@dataclass(frozen=True)
class Study:
    """A study as it was made.

    Attributes:
        folder: where it is.
        id: 12 digits of the hash over settings, images and trials.
        settings: from study.json.
        images: from images.csv.
        trials: from trials.csv.
    """

    folder: Path
    id: str
    settings: Settings
    images: list[StudyImage]
    trials: list[Trial]

    @property
    def form(self) -> Form:
        """The form."""
        return FORMS[self.settings.form]

    @cached_property
    def trial(self) -> dict[str, Trial]:
        """The trials by name."""
        return {trial.name: trial for trial in self.trials}

    @cached_property
    def token(self) -> dict[tuple[str, str], str]:
        """The neutral name of an image by picture and by what it shows."""
        return {(image.picture, image.shows): image.token for image in self.images}

    @property
    def num_sessions(self) -> int:
        """How many sessions there are."""
        return 1 + max(trial.session for trial in self.trials)

    def session(self, number: int) -> list[Trial]:
        """The trials of a session in their order."""
        return [trial for trial in self.trials if trial.session == number]


def write_study(
    folder: Path, settings: Settings, images: Sequence[StudyImage], trials: Sequence[Trial]
) -> str:
    """Write all but the images and codes; return the study's id."""
    image_table = _table(
        ("image", "picture", "shows", "sha256"),
        ((image.token, image.picture, image.shows, image.sha256) for image in images),
    )
    trial_table = _table(
        ("trial", "kind", "picture", "shows"),
        ((t.name, t.kind, t.picture, _SEPARATOR.join(t.shows)) for t in trials),
    )
    write_text(folder / _IMAGES, image_table)
    write_text(folder / _TRIALS, trial_table)
    values = asdict(settings)
    study_id = _hash(values, image_table, trial_table)
    write_json(folder / _STUDY, {"format": FORMAT, "id": study_id, **values})
    return study_id


def read_study(folder: Path) -> Study:
    """Read a study and check that it is as it was made.

    Raises:
        UserError: when the folder is no study, or one of its files was edited.
    """
    values = read_json(folder / _STUDY)
    if values is None:
        raise UserError(
            f"{folder}: has no readable {_STUDY}; expected a folder that `study make` wrote."
        )
    if values.pop("format", None) != FORMAT:
        raise UserError(f"{folder / _STUDY}: of another version; expected format {FORMAT}.")
    stated = values.pop("id", None)
    tables = [_read(folder / name) for name in (_IMAGES, _TRIALS)]
    if stated != _hash(values, *tables):
        raise UserError(
            f"{folder}: {_STUDY}, {_IMAGES} or {_TRIALS} was changed after the study was made. "
            f"{_ADVICE}"
        )
    images = [StudyImage(*row) for row in _rows(tables[0])]
    trials = [_trial(*row) for row in _rows(tables[1])]
    return Study(folder, stated, Settings(**values), images, trials)


def check_images(study: Study) -> None:
    """Check that the image files are those of the study.

    Raises:
        UserError: naming the first that is missing or was changed.
    """
    for image in study.images:
        path = study.folder / IMAGES / f"{image.token}.png"
        if sha256_of(path) != image.sha256:
            raise UserError(f"{path}: was changed after the study was made. {_ADVICE}")


def _hash(values: dict[str, Any], *tables: str) -> str:
    kept = {name: value for name, value in values.items() if name != "made"}
    text = "\n".join([json.dumps(kept, sort_keys=True), *tables])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read: {reason_of(error)}. {_ADVICE}") from error


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _rows(table: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table)))[1:]


def _trial(name: str, kind: str, picture: str, shows: str) -> Trial:
    session, position = map(int, name.split("-"))
    return Trial(session, position, kind, picture, tuple(shows.split(_SEPARATOR)))
