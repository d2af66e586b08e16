"""Checks of the training: loss terms, learning rates, the balance of a GAN."""

import math
from itertools import pairwise

from colorkeras.diagnosis.facts import (
    AGAINST,
    DISCRIMINATOR,
    FAKE,
    RATE,
    REAL,
    Facts,
    value_of,
)
from colorkeras.diagnosis.finding import Finding, MissingError
from colorkeras.report.stored_runs import Row

FLAT = 0.02
RISEN = 2.0
DOMINANT = 0.99
CERTAIN = 0.05
LOG_2 = math.log(2)
NEAR_LOG_2 = 0.01
# Of Adam and its like, which divide by the size of the gradient: a step moves a weight by about
# the rate (Kingma and Ba, 2015, section 2.1).
NORMALIZED = ("adam", "adamw", "rmsprop")
FAST_RATE = 0.01
SHORT_WAY = 0.01
FADED = 0.01
STILL_FALLING = 0.03


def not_finite(facts: Facts) -> Finding | None:
    """Whether a loss became NaN or infinite."""
    reason = str(facts.info.get("reason", ""))
    rates = ", ".join(f"{name} {rate:g}" for name, rate in _highest_rates(facts).items())
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
        f"Lower the learning rate (now {_rates_text(facts)}), or let it fall by a schedule.",
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
        f"Change the learning rate (now {_rates_text(facts)}): lower if the colors are garish or "
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


def rate_high(facts: Facts) -> Finding | None:
    """Whether a rate is so high that each step replaces the weights."""
    fast = {
        name: rate
        for name, rate in _highest_rates(facts).items()
        if facts.optimizer(name) in NORMALIZED and rate >= FAST_RATE
    }
    if not fast:
        return None
    name = max(fast, key=lambda objective: fast[objective])
    others = f" (also of {', '.join(sorted(fast.keys() - {name}))})" if len(fast) > 1 else ""
    return Finding(
        f"The learning rate of {name} was {fast[name]:g}{others}, and a step of "
        f"{facts.optimizer(name)} moves each weight by about that much, where the weights of a "
        "convolution begin at about 0.05.",
        f"config.toml, optimizer.{name}.learning_rate",
        "Start a new run with "
        + " ".join(f"--set optimizer.{each}.learning_rate=0.0002" for each in sorted(fast))
        + ".",
        {"learning_rate": fast[name]},
    )


def rate_small(facts: Facts) -> Finding | None:
    """Whether all steps together are too short to change the weights."""
    for name in _of_generator(facts):
        if facts.optimizer(name) not in NORMALIZED:
            continue
        way, steps = _way(facts, name)
        if way >= SHORT_WAY:
            return None
        rate = _highest_rates(facts)[name]
        return Finding(
            f"The learning rate of {name} is {rate:.2g}: with {steps:,} steps of "
            f"{facts.optimizer(name)} no weight can move by more than about {way:.2g}, where the "
            "weights of a convolution begin at about 0.05.",
            f"train.csv, {RATE}{name}",
            f"Raise it: --set optimizer.{name}.learning_rate=0.0002; or train for more epochs.",
            {"learning_rate": rate, "way": way},
        )
    raise MissingError("no optimizer whose step is known from its learning rate")


def rate_faded(facts: Facts) -> Finding | None:
    """Whether the schedule ended the training long before its last step."""
    for name in _of_generator(facts):
        rows = [row for row in facts.train_rows if row.get(RATE + name) is not None]
        rates = [value_of(row, RATE + name) for row in rows]
        peak = max(rates)
        after = rates.index(peak) + 1  # a warm-up before it is no fading
        faded = [
            value_of(row, "step")
            for row, rate in zip(rows[after:], rates[after:], strict=True)
            if rate < FADED * peak
        ]
        last = value_of(rows[-1], "step")
        if faded and last - faded[0] >= last / 2:
            return Finding(
                f"The learning rate of {name} fell below {FADED:.0%} of its highest value "
                f"({peak:.2g}) at step {faded[0]:.0f} of {last:.0f}: the steps after it changed "
                "next to nothing.",
                f"train.csv, {RATE}{name}",
                f"Let optimizer.{name}.schedule fall more slowly.",
                {"from_step": faded[0], "last_step": last},
            )
    return None


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


def _of_generator(facts: Facts) -> list[str]:
    return [name for name in facts.rated if name != DISCRIMINATOR]


def _highest_rates(facts: Facts) -> dict[str, float]:
    """The highest rate of each objective: that of config.toml, or a higher one of train.csv.

    A rate that falls from the first step on is never logged at its height.
    """
    tables = facts.config.get("optimizer")
    found = tables.items() if isinstance(tables, dict) else ()
    rates = {
        str(name): float(table["learning_rate"])
        for name, table in found
        if isinstance(table, dict) and isinstance(table.get("learning_rate"), int | float)
    }
    trained = set()
    for row in facts.train_rows:
        for name, value in row.items():
            if name.startswith(RATE) and isinstance(value, int | float):
                objective = name.removeprefix(RATE)
                trained.add(objective)
                rates[objective] = max(rates.get(objective, 0.0), float(value))
    return {name: rate for name, rate in rates.items() if not trained or name in trained}


def _rates_text(facts: Facts) -> str:
    rates = _highest_rates(facts)
    return ", ".join(f"{name} {rates[name]:g}" for name in facts.rated)


def _way(facts: Facts, objective: str) -> tuple[float, int]:
    """The sum of the rates over all steps, and their number.

    Of a training under way, over the steps that it will have if the rate stays what it is.
    """
    rows = [row for row in facts.train_rows if row.get(RATE + objective) is not None]
    steps = [0.0, *(value_of(row, "step") for row in rows)]
    way = sum(
        value_of(row, RATE + objective) * (after - before)
        for row, (before, after) in zip(rows, pairwise(steps), strict=True)
    )
    last = rows[-1]
    planned = _planned_steps(facts, last)
    return way + value_of(last, RATE + objective) * (planned - steps[-1]), round(planned)


def _planned_steps(facts: Facts, last: Row) -> float:
    train = facts.config.get("train")
    epochs = train.get("epochs") if isinstance(train, dict) else None
    done = value_of(last, "step")
    if facts.info.get("status") == "finished" or not isinstance(epochs, int):
        return done
    return max(done, done / value_of(last, "epoch") * epochs)


def _columns(names: list[str]) -> str:
    return f"train.csv, {' and '.join(names)}"
