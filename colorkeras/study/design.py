"""Which rater sees what: sessions of trials, balanced over systems and drawn from a seed.

No session shows a picture twice, because who has seen the true colors knows them. Over the
sessions every picture is shown with every output in turn, so that systems are compared on the same
pictures and by the same raters.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from colorkeras.console.errors import UserError
from colorkeras.study.forms import CHECK, TRUTH, Form

PRACTICE, TEST = "practice", "test"
_LEAST_TRIALS = 4
_LEAST_CHECKS = 3


@dataclass(frozen=True)
class Trial:
    """One trial.

    Attributes:
        session: its number, from 0.
        position: its place in the session, from 0.
        kind: `PRACTICE`, `TEST` or `CHECK`.
        picture: name of the picture.
        shows: what each place shows: an output's key, `TRUTH` or `CHECK`.
    """

    session: int
    position: int
    kind: str
    picture: str
    shows: tuple[str, ...]

    @property
    def name(self) -> str:
        """A name that tells a rater nothing."""
        return f"{self.session:03d}-{self.position:03d}"


@dataclass(frozen=True)
class Lengths:
    """How many trials of each kind a session has."""

    trials: int
    practice: int
    checks: int

    @property
    def pictures(self) -> int:
        """How many pictures a session shows."""
        return self.trials + self.practice + self.checks


def fitting_lengths(
    form: Form, pictures: int, trials: int | None, practice: int | None, checks: int | None
) -> Lengths:
    """The lengths asked for or the form's own; shorter where there are too few pictures.

    Args:
        form: the form.
        pictures: how many there are.
        trials, practice, checks: as asked for; None for the form's own.

    Raises:
        UserError: when what was asked for needs more pictures than there are.
    """
    usual = Lengths(form.trials, form.practice, form.checks)
    if pictures < usual.pictures:
        usual = Lengths(
            form.trials,
            min(form.practice, pictures // 8),
            min(form.checks, max(_LEAST_CHECKS, pictures // 8)),
        )
    practice = usual.practice if practice is None else practice
    checks = usual.checks if checks is None else checks
    left = pictures - practice - checks
    chosen = Lengths(min(usual.trials, left) if trials is None else trials, practice, checks)
    least = _LEAST_TRIALS if trials is None else 1
    if chosen.trials < least or chosen.pictures > pictures:
        needed = max(least, chosen.trials) + practice + checks
        raise UserError(
            f"{pictures} pictures are too few: {practice} practice trials, {checks} checks and "
            f"{max(least, chosen.trials)} trials need {needed}, each with a picture of its own. "
            "Give more images (evaluate --images N), or lower --trials, --practice or --checks."
        )
    return chosen


def sessions(
    form: Form,
    outputs: Sequence[str],
    pictures: Sequence[str],
    check_pictures: Sequence[str],
    lengths: Lengths,
    num_sessions: int,
    seed: int,
) -> list[Trial]:
    """All trials of all sessions.

    Args:
        form: the form.
        outputs: keys of the outputs, at least `form.num_outputs`.
        pictures: names of the pictures for practice and test.
        check_pictures: names of those for attention checks, others than `pictures`.
        lengths: of a session.
        num_sessions: how many sessions there shall be.
        seed: equal seeds give equal trials.

    Returns:
        The trials by session and position: first the practice, then test and checks mixed.
    """
    order = random.Random(f"{seed} pictures")
    shuffled = order.sample(list(pictures), len(pictures))
    practice, test = shuffled[: lengths.practice], shuffled[lengths.practice :]
    arms = _arms(form, outputs)
    # No more pictures than the sessions can show with every arm: systems are compared on the same
    # ones.
    test = test[: max(lengths.trials, num_sessions * lengths.trials // len(arms))]
    trials: list[Trial] = []
    for session in range(num_sessions):
        chance = random.Random(f"{seed} session {session}")
        exercise = [(PRACTICE, name, arms[i % len(arms)]) for i, name in enumerate(practice)]
        chance.shuffle(exercise)
        real = [(TEST, *shown) for shown in _window(test, arms, session, lengths.trials)]
        real += [
            (CHECK, name, _check_arm(form, outputs, i)) for i, name in enumerate(check_pictures)
        ]
        chance.shuffle(real)
        placed = [*_placed(form, exercise, chance), *_placed(form, real, chance)]
        trials += [Trial(session, i, *shown) for i, shown in enumerate(placed)]
    return trials


def _arms(form: Form, outputs: Sequence[str]) -> list[tuple[str, ...]]:
    """What a trial can show besides its place: each in turn for each picture."""
    if form.name == "timed-pair":
        return [(TRUTH, output) for output in outputs]
    if form.name == "real-or-not":  # half of the images are true
        return [arm for output in outputs for arm in ((output,), (TRUTH,))]
    count = len(outputs)
    turns = range(1 if count == form.num_outputs else count)
    windows = ([outputs[(turn + i) % count] for i in range(form.num_outputs)] for turn in turns)
    return [(TRUTH, *window) for window in windows]


def _check_arm(form: Form, outputs: Sequence[str], number: int) -> tuple[str, ...]:
    if form.num_images == 1:
        return (CHECK,)
    others = [outputs[(number + i) % len(outputs)] for i in range(form.num_outputs - 1)]
    return (TRUTH, CHECK, *others)


def _window(
    pictures: Sequence[str], arms: Sequence[tuple[str, ...]], session: int, count: int
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The next `count` pictures of an endless round; each round moves on by one arm."""
    for place in range(session * count, (session + 1) * count):
        turn, index = divmod(place, len(pictures))
        yield pictures[index], arms[(index + turn) % len(arms)]


def _placed(
    form: Form, shown: Sequence[tuple[str, str, tuple[str, ...]]], chance: random.Random
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The same trials with their images in places; the truth is as often left as right."""
    count = form.num_images
    begin = chance.randrange(count)  # so that no place gets what a division leaves over
    turns = [(begin + i) % count for i in range(len(shown))]
    chance.shuffle(turns)
    for (kind, picture, (first, *others)), turn in zip(shown, turns, strict=True):
        chance.shuffle(others)
        others.insert(turn, first)
        yield kind, picture, tuple(others)
