"""What a value in untrusted JSON may be: a check, and words for what was expected.

`--max-memory` limits what a file may ask for: the size of the file, the weights, and the outputs of
the layers for one image that are in memory at the same time. The number of multiply-adds is limited
in proportion. The 0.9 GB that Python and TensorFlow need come on top.
"""

import argparse
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_NUMBER = 1e6
_SHOWN = 120
DEFAULT_MAX_MEMORY = 0.5  # GiB
_MOST = 4096.0


class RefusedError(ValueError):
    """Something in a file that is not allowed; the message names the part, but not the file."""


@dataclass(frozen=True)
class Rule:
    """A check of one plain value.

    Attributes:
        holds: value → bool; never raises, whatever JSON gave.
        expected: what was expected, for messages.
    """

    holds: Callable[[Any], Any]
    expected: str


def shown(value: Any) -> str:
    """An untrusted value in a message: control characters escaped, and of bounded length."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def is_whole(value: Any, least: int, most: int) -> bool:
    """Whether `value` is an int (no bool) from `least` to `most`."""
    return type(value) is int and least <= value <= most


def is_number(value: Any, most: float = MAX_NUMBER) -> bool:
    """Whether `value` is a finite number, at most `most` from 0."""
    return type(value) in (int, float) and abs(value) <= most


def whole(least: int, most: int) -> Rule:
    """A whole number in a range."""
    return Rule(lambda v: is_whole(v, least, most), f"a whole number from {least} to {most}")


def wholes(least: int, most: int, count: int | None = None) -> Rule:
    """A list of `count` whole numbers, or of 1 to 4."""
    sizes: Collection[int] = (count,) if count else range(1, 5)
    return Rule(
        lambda v: (
            isinstance(v, list) and len(v) in sizes and all(is_whole(x, least, most) for x in v)
        ),
        f"a list of {count or 'up to 4'} whole numbers from {least} to {most}",
    )


def two_of(rule: Rule, words: str = "") -> Rule:
    """A list of two values that each keep to a rule; `words` says so, where there are better."""
    return Rule(
        lambda v: isinstance(v, list) and len(v) == 2 and all(map(rule.holds, v)),
        words or f"two of {rule.expected}",
    )


def pairs(most: int) -> Rule:
    """[[top, bottom], [left, right]], each from 0 to `most`."""
    return two_of(wholes(0, most, 2), f"two pairs of whole numbers from 0 to {most}")


def one_of(*values: Any) -> Rule:
    """One of some texts, numbers, true, false or null; true is not 1."""
    return Rule(
        lambda v: any(type(v) is type(x) and v == x for x in values),
        f"one of {', '.join(map(repr, values))}",
    )


def either(*rules: Rule) -> Rule:
    """What one of some rules allows."""
    words = " or ".join(rule.expected for rule in rules)
    return Rule(lambda v: any(rule.holds(v) for rule in rules), words)


def built_in(module: str, names: Iterable[str]) -> Rule:
    """A serialized object of Keras with plain values: exact module, exact class, nothing else."""

    def holds(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and value.keys() == {"module", "class_name", "config", "registered_name"}
            and value["module"] == module
            and isinstance(value["class_name"], str)
            and value["class_name"] in names
            and value["registered_name"] is None
            and isinstance(value["config"], dict)
            and len(value["config"]) <= 8
            and all(map(_is_plain, value["config"].values()))
        )

    return Rule(holds, f"one of {', '.join(sorted(names))} of {module} with plain values")


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= 8 and all(is_number(x) for x in value)
    if isinstance(value, str):
        return len(value) <= 32 and value.isidentifier()
    # Seeds are the one large number that Keras writes.
    return value is None or isinstance(value, bool) or is_number(value, 2**64)


NULL = one_of(None)
BOOL = one_of(True, False)
FALSE = one_of(False)
NUMBER = Rule(is_number, f"a number, at most {MAX_NUMBER:g} from 0")
SHARE = Rule(lambda v: is_number(v) and 0 <= v <= 1, "a number from 0 to 1")
POSITIVE = Rule(lambda v: is_number(v) and v > 0, "a number above 0")
NAME = Rule(
    # TensorFlow takes a little more where it builds a graph; HDF5 reads "." as "here".
    lambda v: isinstance(v, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}", v),
    "a name of at most 200 ASCII letters, digits, _, . and -, the first a letter or digit",
)


def numbers(count: int, most: float = MAX_NUMBER) -> Rule:
    """A list of `count` numbers."""
    return Rule(
        lambda v: isinstance(v, list) and len(v) == count and all(is_number(x, most) for x in v),
        f"{count} numbers, at most {most:g} from 0",
    )


def check(
    values: Any,
    expected: Mapping[str, Rule],
    where: str,
    optional: Collection[str] = (),
    exact: bool = False,
) -> None:
    """Check a JSON object by its rules.

    Args:
        values: what was received.
        expected: dict of `Rule` by key.
        where: what it is, for messages.
        optional: keys that may be missing.
        exact: whether nothing else may be there, not even null or false.

    Raises:
        RefusedError: when it is not an object, or a key is missing or has another value. A key
            that is not expected may be there if it is null or false (an option of a later Keras
            that is not used), unless `exact`.
    """
    if not isinstance(values, dict):
        raise RefusedError(f"{where} is {shown(values)}; expected a table")
    for key, value in values.items():
        if key not in expected and (exact or (value is not None and value is not False)):
            raise RefusedError(
                f"{where} has {shown(key)} = {shown(value)}, which is not known here"
            )
    for key, rule in expected.items():
        if key not in values and (key in optional or rule.holds(None) or rule is FALSE):
            continue
        if key not in values:
            raise RefusedError(f"{where} lacks {key}; expected {rule.expected}")
        if not rule.holds(values[key]):
            raise RefusedError(f"{where}: {key} is {shown(values[key])}; expected {rule.expected}")


def add_max_memory(parser: argparse.ArgumentParser) -> None:
    """Give a command the option `--max-memory`, in GiB."""
    parser.add_argument(
        "--max-memory",
        type=_gib,
        default=DEFAULT_MAX_MEMORY,
        metavar="GIB",
        help="refuse a model that needs more memory, without what the libraries need "
        f"(default: {DEFAULT_MAX_MEMORY:g})",
    )


def _gib(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= _MOST:
        raise argparse.ArgumentTypeError(
            f"received {text!r}, expected more than 0 GiB and at most {_MOST:g}"
        )
    return value
