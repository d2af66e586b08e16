"""The file of answers: one row per answer, each bound to the row before it.

`check` is a hash over the row and the check of the row before, from the study's id on. So a row
that was edited, removed or put in by hand is noticed. It is no seal: who runs this code can write
such a file.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from colorkeras.console.errors import UserError, reason_of
from colorkeras.console.safe_text import shortened
from colorkeras.records.csv_file import cells_of
from colorkeras.study.forms import Form
from colorkeras.study.study_folder import Study

HEADER = (
    *("study", "rater", "trial", "answer"),
    *("response_ms", "shown_ms", "load", "received", "check"),
)
MOST_DIGITS = 10  # of a number that a server wrote
LONGEST_MS = 86_400_000  # a day; who answers later has left the study
_SHOWN = 60  # characters of a cell that an error repeats
_MOST_FAULTS = 8


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        rater: the rater's code.
        trial: the trial's name.
        answer: one of the form's answers.
        response_ms: from the question to the answer, in milliseconds.
        shown_ms: for how long each image of a timed trial was shown, as the browser measured it.
        load: how often the rater had loaded the page by then.
        received: when the server received it, ISO 8601.
    """

    rater: str
    trial: str
    answer: str
    response_ms: int
    shown_ms: tuple[int, ...]
    load: int
    received: str

    def cells(self) -> dict[str, str]:
        """The row but for the study and the check."""
        return {
            "rater": self.rater,
            "trial": self.trial,
            "answer": self.answer,
            "response_ms": str(self.response_ms),
            "shown_ms": "+".join(map(str, self.shown_ms)),
            "load": str(self.load),
            "received": self.received,
        }


def check_of(previous: str, cells: Mapping[str, str]) -> str:
    """The check of a row, from that of the row before and the row's other cells."""
    text = "\n".join([previous, *(cells[name] for name in HEADER[:-1])])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def read_answers(paths: Sequence[Path], study: Study) -> list[Answer]:
    """Read files of answers; a last line that is cut short, as by a crash, is left out.

    Raises:
        UserError: naming the rows that no server of this study wrote, or all that is wrong with
            the file.
    """
    answers: dict[tuple[str, str], Answer] = {}
    sessions: dict[str, tuple[int, Path]] = {}
    for path in paths:
        faults: list[str] = []
        for number, answer in _rows(path, study, faults):
            session = study.trial[answer.trial].session
            first, place = sessions.setdefault(answer.rater, (session, path))
            if first != session:
                faults.append(
                    f"row {number}: rater {answer.rater} answers a trial of session {session}, "
                    f"but began session {first}" + (f" in {place}" if place != path else "")
                )
            elif (answer.rater, answer.trial) in answers:
                faults.append(
                    f"row {number}: rater {answer.rater} answers trial {answer.trial} a second time"
                )
            else:
                answers[answer.rater, answer.trial] = answer
        if faults:
            raise UserError(_told(path, faults))
    return list(answers.values())


def last_check(path: Path, study: Study) -> str:
    """The check of the last whole row; of a file without rows, or no file, the study's id."""
    if not path.exists():
        return study.id
    lines = _lines(path)
    return lines[-1].rsplit(",", 1)[-1] if len(lines) > 1 else study.id


def _lines(path: Path) -> list[str]:
    """The whole lines of a file."""
    if not path.exists():
        raise UserError(f"{path}: no such file; answers come from raters: study serve --help")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read: {reason_of(error)}.") from error
    return text[: text.rfind("\n") + 1].splitlines()


def _rows(path: Path, study: Study, faults: list[str]) -> list[tuple[int, Answer]]:
    """The rows that are right by themselves, with their line numbers; faults are added."""
    lines = _lines(path)
    if not lines or tuple(lines[0].split(",")) != HEADER:
        found = shortened(lines[0], _SHOWN) if lines else "nothing"
        raise UserError(f"{path}: expected the columns {', '.join(HEADER)}; found {found}.")
    rows, previous, chained = [], study.id, True
    for number, line in enumerate(lines[1:], 2):
        cells = cells_of(line)
        if len(cells) != len(HEADER):
            faults.append(f"row {number}: has {len(cells)} cells, expected {len(HEADER)}")
            chained = False
            continue
        row = dict(zip(HEADER, cells, strict=True))
        wrong = _faults(row, study)
        if chained and not wrong and row["check"] != check_of(previous, row):
            wrong = ["is not as the server wrote it, or the row before it was removed or put in"]
            chained = False  # told once: every later row would fail with it
        faults += [f"row {number}: {fault}" for fault in wrong]
        previous = row["check"]
        if not wrong:
            rows.append((number, _answer(row)))
    return rows


def _faults(row: dict[str, str], study: Study) -> list[str]:
    """What is wrong with a row by itself."""
    if row["study"] != study.id:
        return [f"is of study {row['study']!r}; this one is {study.id}"]
    if row["trial"] not in study.trial:
        return [f"trial {row['trial']!r} is not in this study"]
    found = []
    if not row["rater"]:
        found.append("has no rater")
    if row["answer"] not in study.form.answers():
        found.append(f"answer {row['answer']!r} is none of this form's")
    if _milliseconds(row["response_ms"]) is None:
        found.append(f"response_ms {row['response_ms']!r} is no time from 0 to {LONGEST_MS}")
    shown = row["shown_ms"].split("+") if row["shown_ms"] else []
    if len(shown) != num_timed(study.form) or None in map(_milliseconds, shown):
        found.append(f"shown_ms {row['shown_ms']!r} is not {num_timed(study.form)} times")
    if not row["load"].isdecimal() or not 1 <= len(row["load"].lstrip("0")) < MOST_DIGITS:
        found.append(f"load {row['load']!r} is no number from 1")
    if not _is_time(row["received"]):
        found.append(f"received {row['received']!r} is no date and time")
    return found


def num_timed(form: Form) -> int:
    """How many times of display an answer has."""
    return form.num_images if form.is_timed else 0


def _milliseconds(text: str) -> int | None:
    value = int(text) if text.isdecimal() and len(text) < 10 else math.inf
    return int(value) if value <= LONGEST_MS else None


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _answer(row: dict[str, str]) -> Answer:
    shown = tuple(int(part) for part in row["shown_ms"].split("+") if part)
    return Answer(
        row["rater"],
        row["trial"],
        row["answer"],
        int(row["response_ms"]),
        shown,
        int(row["load"]),
        row["received"],
    )


def _told(path: Path, faults: list[str]) -> str:
    shown = "\n".join(f"  {fault}" for fault in faults[:_MOST_FAULTS])
    more = len(faults) - _MOST_FAULTS
    return (
        f"{path}: was changed after the server wrote it, or is of another study:\n{shown}"
        + (f"\n  and {more} more" if more > 0 else "")
        + "\nRestore the file: answers that were edited are not analyzed."
    )
