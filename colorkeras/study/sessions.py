"""Who rates what, and what was answered: the state behind the page, kept in two CSV files."""

import csv
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from colorkeras.console.errors import UserError
from colorkeras.records.csv_file import CsvFile
from colorkeras.study.answers import (
    HEADER,
    LONGEST_MS,
    MOST_DIGITS,
    Answer,
    check_of,
    last_check,
    num_timed,
    read_answers,
)
from colorkeras.study.design import PRACTICE
from colorkeras.study.forms import right_answer
from colorkeras.study.making import new_code
from colorkeras.study.study_folder import ANSWERS, CODES, RATERS, Study

_RATERS_HEADER = ("study", "rater", "session", "load", "started")
_ADVICE = "Move the file away to begin anew."


class Refused(Exception):  # noqa: N818 - it is an answer to a browser, not a defect
    """A request that cannot be met; `status` is that of HTTP."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass
class _Rater:
    session: int
    loads: int


class Sessions:
    """Hands out sessions and stores answers; safe for several threads.

    Args:
        study: the study.
        with_codes: whether only raters with a code of codes.txt are let in.

    Raises:
        UserError: when a file of earlier answers was edited or is of another study.
    """

    def __init__(self, study: Study, with_codes: bool = False) -> None:
        self._study, self._lock = study, threading.Lock()
        self._codes = _read_codes(study) if with_codes else None
        path = study.folder / ANSWERS
        self._answers = CsvFile(path, HEADER, _ADVICE)
        self._answers.cut(lambda row: True)  # only a last line that a crash cut short
        stored = read_answers([path], study)
        self._answered = {(answer.rater, answer.trial) for answer in stored}
        self._check = last_check(path, study)
        self._file = CsvFile(study.folder / RATERS, _RATERS_HEADER, _ADVICE)
        self._file.cut(lambda row: True)
        self._raters = _read_raters(study)
        for answer in stored:  # a lost raters.csv is no loss: answers name their session
            session = study.trial[answer.trial].session
            self._raters.setdefault(answer.rater, _Rater(session, answer.load))

    @property
    def needs_code(self) -> bool:
        """Whether the page asks for a code."""
        return self._codes is not None

    def totals(self) -> tuple[int, int]:
        """How many answers there are, and of how many raters."""
        with self._lock:
            return len(self._answered), len({rater for rater, _ in self._answered})

    def start(self, code: str) -> dict[str, Any]:
        """Begin or continue a session.

        Args:
            code: the rater's; empty or unknown for a new rater, who gets one.

        Returns:
            What the page needs; nothing that tells which image is which.

        Raises:
            Refused: when codes are needed and this is none.
        """
        with self._lock:
            code = code.strip().lower()
            if self._codes is not None and code not in self._codes:
                raise Refused(403, "This code is not known. Please check it.")
            if code not in self._raters:
                code = code if self._codes is not None else self._unused_code()
                self._raters[code] = _Rater(self._least_used_session(), 0)
            rater = self._raters[code]
            rater.loads += 1
            self._file.append(
                study=self._study.id,
                rater=code,
                session=rater.session,
                load=rater.loads,
                started=_now(),
            )
            return self._payload(code, rater)

    def answer(self, values: dict[str, Any]) -> dict[str, Any]:
        """Store an answer.

        Returns:
            `right`, for a practice trial: the right answer, or None where there is none.

        Raises:
            Refused: when it is no answer of this rater and study, or was given before (409).
        """
        with self._lock:
            answer = self._checked(values)
            key = (answer.rater, answer.trial)
            if key in self._answered:
                raise Refused(409, "This trial was answered before.")
            cells = {"study": self._study.id, **answer.cells()}
            check = check_of(self._check, cells)
            self._answers.append(**cells, check=check)
            self._check = check
            self._answered.add(key)
        trial = self._study.trial[answer.trial]
        if trial.kind != PRACTICE:
            return {}
        return {"right": right_answer(self._study.form, trial.shows)}

    def _payload(self, code: str, rater: _Rater) -> dict[str, Any]:
        study = self._study
        trials = study.session(rater.session)
        return {
            "study": study.id,
            "form": study.form.name,
            "seconds": study.settings.seconds,
            "rater": code,
            "load": rater.loads,
            "trials": [
                {
                    "id": trial.name,
                    "practice": trial.kind == PRACTICE,
                    "images": [study.token[trial.picture, what] for what in trial.shows],
                }
                for trial in trials
            ],
            "done": [trial.name for trial in trials if (code, trial.name) in self._answered],
        }

    def _checked(self, values: dict[str, Any]) -> Answer:
        code, trial, answer = (values.get(name) for name in ("rater", "trial", "answer"))
        rater = self._raters.get(code) if isinstance(code, str) else None
        if rater is None:
            raise Refused(403, "This rater is not known. Please load the page again.")
        known = self._study.trial.get(trial) if isinstance(trial, str) else None
        if known is None or known.session != rater.session:
            raise Refused(400, "This trial is not in this rater's session.")
        if not isinstance(answer, str) or answer not in self._study.form.answers():
            raise Refused(400, "This is no answer of this form.")
        shown = values.get("shown_ms")
        count = num_timed(self._study.form)
        times = [values.get("response_ms"), *(shown if isinstance(shown, list) else [None])]
        if len(times) != 1 + count or not all(map(_is_time, times)):
            raise Refused(400, "These are no times.")
        response, *rest = (round(time) for time in times if time is not None)
        own = (str(code), known.name, answer)
        return Answer(*own, response, tuple(rest), rater.loads, _now())

    def _unused_code(self) -> str:
        code = new_code()
        return code if code not in self._raters else self._unused_code()

    def _least_used_session(self) -> int:
        used = [0] * self._study.num_sessions
        for rater in self._raters.values():
            used[rater.session] += 1
        return used.index(min(used))


def _is_time(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 <= value <= LONGEST_MS  # type: ignore[operator]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _read_raters(study: Study) -> dict[str, _Rater]:
    """The raters of raters.csv; a row that no server of this study wrote is a mistake."""
    raters: dict[str, _Rater] = {}
    path = study.folder / RATERS
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            session, load = row["session"], row["load"]
            numbers = all(n.isdecimal() and len(n) < MOST_DIGITS for n in (session, load))
            is_ours = row["study"] == study.id and numbers
            if not is_ours or int(session) >= study.num_sessions:
                raise UserError(f"{path}: row {number} is of another study, or edited. {_ADVICE}")
            known = raters.setdefault(row["rater"], _Rater(int(session), 0))
            known.loads = max(known.loads, int(load))
    return raters


def _read_codes(study: Study) -> set[str]:
    path = study.folder / CODES
    try:
        codes = set(path.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read; expected one code per line.") from error
    if not codes:
        raise UserError(f"{path}: holds no codes; expected one per line.")
    return codes
