"""Checks of the learning rates."""

from itertools import pairwise

from colorkeras.diagnosis.facts import DISCRIMINATOR, RATE, Facts, value_of
from colorkeras.diagnosis.finding import Finding, MissingError
from colorkeras.report.stored_runs import Row

# Of Adam and its like, which divide by the size of the gradient: a step moves a weight by about
# the rate (Kingma and Ba, 2015, section 2.1).
NORMALIZED = ("adam", "adamw", "rmsprop", "rmsprop_tf1", "rmsprop_keras2", "adam_pytorch")
# The steps of TensorFlow 1's RMSprop are smaller until its first mean square, 1, is forgotten.
FORGETTING = {"rmsprop_tf1": 100}
FAST_RATE = 0.01
USUAL_RATE = 0.0002
SHORT_WAY = 0.01
FADED = 0.01


def rate_high(facts: Facts) -> Finding | None:
    """Whether a rate is so high that each step replaces the weights."""
    if not any(facts.optimizer(name) in NORMALIZED for name in highest_rates(facts)):
        raise MissingError("no optimizer whose step is known from its learning rate")
    fast = {
        name: rate
        for name, rate in highest_rates(facts).items()
        if facts.optimizer(name) in NORMALIZED and rate >= FAST_RATE
        if _steps(facts) >= FORGETTING.get(facts.optimizer(name), 0)
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
        rate = highest_rates(facts)[name]
        return Finding(
            f"The learning rate of {name} is {rate:.2g}: with {steps:,} steps of "
            f"{facts.optimizer(name)} no weight can move by more than about {way:.2g}, where the "
            "weights of a convolution begin at about 0.05.",
            f"train.csv, {RATE}{name}",
            _longer(name, rate),
            {"learning_rate": rate, "way": way},
        )
    raise MissingError("no optimizer whose step is known from its learning rate")


def _longer(name: str, rate: float) -> str:
    if rate >= USUAL_RATE:
        return "Train for more epochs, or on more images: the rate is a usual one."
    return f"Raise it: --set optimizer.{name}.learning_rate={USUAL_RATE}; or train for more epochs."


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


def _steps(facts: Facts) -> float:
    """The number of the last step that is recorded."""
    return value_of(facts.train_rows[-1], "step") if facts.train_rows else 0.0


def _of_generator(facts: Facts) -> list[str]:
    return [name for name in facts.rated if name != DISCRIMINATOR]


def highest_rates(facts: Facts) -> dict[str, float]:
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


def rates_text(facts: Facts) -> str:
    """The highest rates of what the last stage trains, in words."""
    rates = highest_rates(facts)
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
