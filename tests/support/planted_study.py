"""A small study of known images, and raters who answer it with known rates."""

import contextlib
import io

import numpy as np
from PIL import Image

from colorkeras.study.forms import CHECK, TRUTH
from colorkeras.study.make import main
from colorkeras.study.sessions import Sessions
from colorkeras.study.study_folder import read_study


def write_images(folder, systems, pictures, side=24):
    """Folders `truth` and one per system, with pictures of two colors."""
    chance = np.random.default_rng(0)
    for number in range(pictures):
        truth = np.empty((side, side, 3), np.uint8)
        truth[: side // 2], truth[side // 2 :] = chance.integers(0, 256, (2, 3))
        for system in ("truth", *systems):
            place = folder / system
            place.mkdir(exist_ok=True)
            noise = 0 if system == "truth" else chance.integers(0, 20, truth.shape)
            image = np.clip(truth.astype(int) + noise, 0, 255).astype(np.uint8)
            Image.fromarray(image).save(place / f"{number:02d}.png")


def make_study(folder, *options, systems=("good", "bad"), pictures=40):
    """A study in `folder/study`, made by the command."""
    write_images(folder, systems, pictures)
    places = [str(folder / system) for system in systems]
    argv = [*places, "--truth", str(folder / "truth"), "-o", str(folder / "study"), "--seed", "5"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        assert main([*argv, *options]) == 0
    return read_study(folder / "study")


def answer_of(study, trial, rates, chance):
    """What a rater says who takes an image for real, or good, with the rate of what it shows.

    Args:
        study: the study.
        trial: the trial.
        rates: by system's key, `TRUTH` and `CHECK`.
        chance: a NumPy generator.
    """
    passed = [chance.random() < rates[shown.partition(".")[0]] for shown in trial.shows]
    if study.form.name == "timed-pair":
        place = 1 - trial.shows.index(TRUTH)  # of the colorized image
        return ("left", "right")[1 - place if passed[place] else place]
    if study.form.name == "real-or-not":
        return "real" if passed[0] else "fake"
    return "+".join(str(i) for i, good in enumerate(passed, 1) if not good) or "none"


def answer_all(study, rates, count, seed=0, spread=0.0):
    """Answers of `count` raters, through the server's own store.

    Args:
        study: the study.
        rates: by system's key; those of `TRUTH` and `CHECK` have defaults.
        count: of raters.
        seed: of the generator.
        spread: standard deviation over raters of what is added to the rates' log odds.

    Returns:
        The raters' codes.
    """
    chance = np.random.default_rng(seed)
    sessions = Sessions(study)
    codes = []
    for _ in range(count):
        begun = sessions.start("")
        codes.append(begun["rater"])
        own = {TRUTH: 0.9, **{key: _shifted(rate, chance, spread) for key, rate in rates.items()}}
        own = {CHECK: 0.0, **own}
        for number in begun["trials"]:
            trial = study.trial[number["id"]]
            sessions.answer(
                {
                    "rater": begun["rater"],
                    "trial": trial.name,
                    "answer": answer_of(study, trial, own, chance),
                    "response_ms": 500,
                    "shown_ms": [1000.0] * (2 if study.form.is_timed else 0),
                }
            )
    return codes


def _shifted(rate, chance, spread):
    if not spread or not 0 < rate < 1:
        return rate
    return 1 / (1 + np.exp(-(np.log(rate / (1 - rate)) + spread * chance.standard_normal())))
