"""The forms of a study: what a rater sees and answers, and how long a session is.

docs/study.md says what of the published protocols is kept and what differs.
"""

from dataclasses import dataclass

TRUTH, CHECK = "truth", "check"  # what an image shows, where it is no system's output
NONE_POOR = "none"  # the answer to five images of which none looks poor


@dataclass(frozen=True)
class Form:
    """One form.

    Attributes:
        name: as `--form` takes it.
        source: the publication.
        trials, practice, checks: of a session, unless asked otherwise.
        num_images: images of one trial.
        is_timed: whether each image is shown for a stated time only.
        outcome: what is counted of a system.
    """

    name: str
    source: str
    trials: int
    practice: int
    checks: int
    num_images: int
    is_timed: bool
    outcome: str

    @property
    def num_outputs(self) -> int:
        """How many outputs of systems one trial needs."""
        return max(1, self.num_images - 1)

    def answers(self) -> frozenset[str]:
        """All possible answers, as they stand in the file of answers."""
        if self.name == "timed-pair":
            return frozenset({"left", "right"})
        if self.name == "real-or-not":
            return frozenset({"real", "fake"})
        chosen = range(1, 2**self.num_images)
        marks = ("+".join(_marked(number, self.num_images)) for number in chosen)
        return frozenset({NONE_POOR, *marks})


def _marked(number: int, count: int) -> list[str]:
    return [str(place + 1) for place in range(count) if number >> place & 1]


FORMS = {
    form.name: form
    for form in (
        Form(
            name="timed-pair",
            source="Zhang, Isola and Efros, Colorful Image Colorization, ECCV 2016",
            trials=40,
            practice=10,
            checks=6,
            num_images=2,
            is_timed=True,
            outcome="pairs in which the true image was taken for the one with fake colors",
        ),
        Form(
            name="five-image",
            source="Cao, Zhou, Zhang and Yu, Unsupervised Diverse Colorization, ECML PKDD 2017",
            trials=20,
            practice=2,
            checks=5,
            num_images=5,
            is_timed=False,
            outcome="images that were not marked as looking poor",
        ),
        Form(
            name="real-or-not",
            source="Deliar, John and Xinzhou, Image Colorization (course report)",
            trials=40,
            practice=4,
            checks=6,
            num_images=1,
            is_timed=False,
            outcome="images that were taken for real",
        ),
    )
}


def outcomes(form: Form, shows: tuple[str, ...], answer: str) -> list[tuple[str, bool]]:
    """What an answer says of each image that counts.

    Args:
        form: the form.
        shows: what each place of the trial shows: a system, `TRUTH` or `CHECK`.
        answer: one of `form.answers()`.

    Returns:
        (what was shown, whether it passed as real or good). Of a pair only the system's output
        counts: that the truth was not fooled says the same again.
    """
    if form.name == "timed-pair":
        called_fake = ("left", "right").index(answer)
        return [(what, place != called_fake) for place, what in enumerate(shows) if what != TRUTH]
    if form.name == "real-or-not":
        return [(shows[0], answer == "real")]
    poor = set(answer.split("+"))
    return [(what, str(place) not in poor) for place, what in enumerate(shows, 1)]


def passes_check(form: Form, shows: tuple[str, ...], answer: str) -> bool:
    """Whether the image with colors of another one was told: as fake, or as poor.

    Marking all five images as poor tells nothing.
    """
    found = dict(outcomes(form, shows, answer))
    return not found[CHECK] and (form.num_images < 3 or any(found.values()))


def right_answer(form: Form, shows: tuple[str, ...]) -> str | None:
    """What a practice trial tells the rater; None where there is no right answer."""
    if form.name == "timed-pair":
        return ("left", "right")[1 - shows.index(TRUTH)]
    if form.name == "real-or-not":
        return "real" if shows[0] == TRUTH else "fake"
    return None
