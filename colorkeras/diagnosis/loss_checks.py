"""Checks of the losses: of their terms, and of the balance of a GAN."""

import math

from colorkeras.diagnosis.facts import (
    AGAINST,
    FAKE,
    REAL,
    Facts,
    value_of,
)
from colorkeras.diagnosis.finding import Finding, MissingError
from colorkeras.diagnosis.rate_checks import highest_rates, rates_text

FLAT = 0.02
RISEN = 2.0
DOMINANT = 0.99
CERTAIN = 0.05
LOG_2 = math.log(2)
NEAR_LOG_2 = 0.01
STILL_FALLING = 0.03


def not_finite(facts: Facts) -> Finding | None:
    """Whether a loss became NaN or infinite."""
    reason = str(facts.info.get("reason", ""))
    rates = ", ".join(f"{name} {rate:g}" for name, rate in highest_rates(facts).items())
    advice = (
        "Lower optimizer.<objective>.learning_rate"
        + (f" (now {rates})" if rates else "")
        + " by a factor of ten, or train with --set train.precision=float32."
    )
    if reason.startswith("DivergedError"):
        text = reason.removeprefix("DivergedError: ").partition(": training stopped")[0]
        return Finding(f"The training stopped because {text}.", "run.json, reason", advice)
    for row in facts.train_rows:
        for name, value in row.items():
            if isinstance(value, float) and not math.isfinite(value):
                sentence = f"{name} is {value} at step {row.get('step')}."
                return Finding(sentence, f"train.csv, {name}", advice)
    return None


def risen(facts: Facts) -> Finding | None:
    """Whether the loss rose again after it had fallen."""
    totals = [facts.total(row) for row in facts.epochs]
    lowest = min(totals)
    if not (lowest > 0 and totals[-1] > RISEN * lowest):
        return None
    epoch = facts.epochs[totals.index(lowest)].get("epoch")
    return Finding(
        f"The loss was {lowest:.4g} in epoch {epoch} and is {totals[-1]:.4g} in the last one: the "
        "training diverges.",
        _columns(facts.supervised),
        f"Lower the learning rate (now {rates_text(facts)}), or let it fall by a schedule.",
        {"lowest": lowest, "last": totals[-1]},
    )


def flat(facts: Facts) -> Finding | None:
    """Whether the loss did not change."""
    rows = facts.epochs if len(facts.epochs) >= 3 else list(facts.train_rows)
    if len(rows) < 3:
        raise MissingError("fewer than three rows of train.csv")
    totals = [facts.total(row) for row in rows]
    mean = sum(totals) / len(totals)
    if not max(totals) - min(totals) < FLAT * mean:
        return None
    return Finding(
        f"The loss stayed between {min(totals):.4g} and {max(totals):.4g} from step "
        f"{rows[0].get('step')} to {rows[-1].get('step')}: nothing was learned.",
        _columns(facts.supervised),
        f"Change the learning rate (now {rates_text(facts)}): lower if the colors are garish or "
        "one color, higher if they are grey. If no rate helps, lightness tells nothing of the "
        "colors of these images.",
        {"least": min(totals), "most": max(totals)},
    )


def dominated(facts: Facts) -> Finding | None:
    """Whether one term of the generator's loss leaves nothing to the others."""
    last = facts.epochs[-1]
    names = [x for x in facts.terms if x == AGAINST or x in _supervised_or_none(facts)]
    if len(names) < 2:
        raise MissingError("the model's loss has one term")
    values = {name: abs(value_of(last, name)) for name in names}
    total = sum(values.values())
    largest = max(values, key=lambda name: values[name])
    if not (total > 0 and values[largest] > DOMINANT * total):
        return None
    rest = ", ".join(f"{name} {value:.3g}" for name, value in values.items() if name != largest)
    effect = (
        "nothing ties the colors to the image"
        if largest == AGAINST
        else "the other terms change nothing"
    )
    return Finding(
        f"{largest} is {values[largest] / total:.1%} of the model's loss ({values[largest]:.3g}; "
        f"{rest}): {effect}.",
        _columns(names),
        "Change the weight of the terms in [objectives] so that the others reach 5% to 50%.",
        {"share": values[largest] / total},
    )


def discriminator_won(facts: Facts) -> Finding | None:
    """Whether the discriminator tells all images apart."""
    fake, real = facts.series(FAKE)[-2:], facts.series(REAL)[-2:]
    if len(fake) < 2:
        raise MissingError("fewer than two epochs")
    if not max(*fake, *real) < CERTAIN:
        return None
    return Finding(
        f"The discriminator always wins: its losses are {fake[-1]:.2g} (generated) and "
        f"{real[-1]:.2g} (true images) in the last epoch, where guessing gives {LOG_2:.2f}; the "
        "generator hardly learns from it.",
        _columns([FAKE, REAL]),
        "Lower optimizer.discriminator.learning_rate, or raise the generator's; and weight L1 "
        "higher (objectives.l1_weight).",
        {"fake": fake[-1], "real": real[-1]},
    )


def discriminator_guesses(facts: Facts) -> Finding | None:
    """Whether the discriminator tells nothing apart, in every epoch."""
    fake, real = facts.series(FAKE), facts.series(REAL)
    if len(fake) < 2:
        raise MissingError("fewer than two epochs")
    if max(abs(value - LOG_2) for value in (*fake, *real)) > NEAR_LOG_2:
        return None
    return Finding(
        f"The discriminator only guesses: its losses stayed within {NEAR_LOG_2} of "
        f"log 2 = {LOG_2:.3f} in all {len(fake)} epochs.",
        _columns([FAKE, REAL]),
        "Raise optimizer.discriminator.learning_rate; the adversarial loss teaches nothing now.",
        {"fake": fake[-1], "real": real[-1]},
    )


def still_falling(facts: Facts) -> Finding | None:
    """Whether the training ended too early."""
    totals = [facts.total(row) for row in facts.epochs]
    if len(totals) < 2:
        raise MissingError("fewer than two epochs")
    before, last = totals[-2:]
    if not (before > 0 and last < (1 - STILL_FALLING) * before):
        return None
    return Finding(
        f"The loss was still falling: {before:.4g}, then {last:.4g} in the last epoch.",
        _columns(facts.supervised),
        f"Train longer than {len(totals)} epochs: --set train.epochs=N.",
        {"before": before, "last": last},
    )


def unsupervised(facts: Facts) -> Finding | None:
    """Whether the generator of a GAN is never compared with the originals."""
    terms = facts.terms
    if AGAINST not in terms or _supervised_or_none(facts):
        return None
    return Finding(
        f"{AGAINST} is the only loss of the model: no term compares its colors with those of the "
        "image.",
        f"train.csv, {AGAINST}",
        "Add the mean absolute error: --set objectives.l1_weight=100 where the experiment has it.",
    )


def averages(facts: Facts) -> Finding | None:
    """Whether nothing but a mean error is minimised, whose best answer to doubt is grey."""
    names = {"loss_mse": "squared", "loss_l2": "squared", "loss_mae": "absolute"}
    terms = facts.terms
    if len(terms) != 1 or terms[0] not in names:
        return None
    center = "mean" if names[terms[0]] == "squared" else "median"
    return Finding(
        f"The only loss is the {names[terms[0]]} error, and what it rewards where several colors "
        f"are possible is their {center}, which is nearly grey (Zhang, Isola, Efros, 2016).",
        f"train.csv, {terms[0]}",
        "Expect pale colors; a loss over color classes (zhang_cic, photo) or a GAN (pix2pix) gives "
        "stronger ones.",
    )


def _supervised_or_none(facts: Facts) -> list[str]:
    try:
        return facts.supervised
    except MissingError:
        return []


def _columns(names: list[str]) -> str:
    return f"train.csv, {' and '.join(names)}"
