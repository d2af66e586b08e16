"""One `--sweep key=a,b,c`: its keys, its values, and their names in paths."""

import contextlib
import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from colorkeras.config.toml import parse_toml, toml_text
from colorkeras.console.errors import UserError

MAX_NAME = 100  # characters of a folder's name; file systems allow 255 bytes
_EXPECTED = "expected table.key=a,b,…, such as train.batch_size=4,8"


@dataclass(frozen=True)
class Choice:
    """One value of an axis, as a cell takes it.

    Attributes:
        label: `key=value`, of letters, digits and "_.+-=" only.
        exact: whether no other value of the key has this label.
        overrides: the `--set` strings, one for each key.
    """

    label: str
    exact: bool
    overrides: tuple[str, ...]


@dataclass(frozen=True)
class Axis:
    """One dimension of the grid: keys that take the same value together, and their values."""

    keys: tuple[str, ...]
    values: list

    def choices(self) -> list[Choice]:
        """One `Choice` for each value."""
        key = re.sub(r"[^\w.+-]", "_", "+".join(self.keys), flags=re.ASCII)
        key = "seed" if key == "train.seed" else key
        return [self._choice(key, value) for value in self.values]

    def _choice(self, key: str, value: Any) -> Choice:
        items = value if isinstance(value, list) else [value]
        texts = [item if isinstance(item, str) else toml_text(item) for item in items]
        words = [re.sub(r"[^\w.-]", "_", text, flags=re.ASCII) for text in texts]
        return Choice(
            label=f"{key}={'+'.join(words)}",
            exact=words == texts and all(texts),
            overrides=tuple(f"{each}={toml_text(value)}" for each in self.keys),
        )


def parse_axis(text: str) -> Axis:
    """Read `key=a,b,c`, or `key+key=a,b,c` for keys that take the same value together.

    The values are those of the TOML array `[a,b,c]`. Where that is not valid TOML, they are split
    at commas, and a word that is not a TOML value is a string.

    Raises:
        UserError: when there is no key, no value, or a value twice.
    """
    key, separator, values = text.partition("=")
    keys = tuple(part.strip() for part in key.split("+"))
    if not separator or not all("." in part for part in keys):
        raise UserError(f"--sweep {text}: {_EXPECTED}.")
    parsed = _parse_values(text, values)
    if not parsed:
        raise UserError(f"--sweep {text}: received no value; {_EXPECTED}.")
    written = [toml_text(value) for value in parsed]
    for value in written:
        if written.count(value) > 1:
            raise UserError(f"--sweep {text}: {value} is given twice; keep one.")
    return Axis(keys, parsed)


def cell_name(choices: Sequence[Choice]) -> str:
    """Name a cell by its choices: `key=value,…`, the seed last.

    The name is safe for a folder and does not depend on the other cells. Where it would be too
    long or not unique, it has a hash before the seed.
    """
    name = ",".join(choice.label for choice in choices)
    if all(choice.exact for choice in choices) and len(name) <= MAX_NAME:
        return name
    *body, seed = choices
    exact = json.dumps([choice.overrides for choice in body])
    tail = f"-{hashlib.sha256(exact.encode()).hexdigest()[:8]},{seed.label}"
    return ",".join(choice.label for choice in body)[: max(0, MAX_NAME - len(tail))] + tail


def _parse_values(text: str, values: str) -> list:
    with contextlib.suppress(tomllib.TOMLDecodeError):
        return _parse_array(text, values)
    return [_parse_word(text, word.strip()) for word in values.split(",")]


def _parse_array(text: str, values: str) -> list:
    tables = parse_toml(f"values = [{values}]")
    if len(tables) > 1:
        raise UserError(f"--sweep {text!r}: holds more than one key; repeat --sweep instead.")
    values_of: list = tables["values"]
    return values_of


def _parse_word(text: str, word: str) -> Any:
    with contextlib.suppress(tomllib.TOMLDecodeError, ValueError):
        (value,) = _parse_array(text, word)
        return value
    if not re.fullmatch(r"[^][{}'\"]+", word):
        raise UserError(
            f"--sweep {text}: {word!r} is neither a plain word nor a TOML value. "
            "Quote lists, and strings with quotes or commas, for the shell: "
            """--sweep 'train.stages=["adversarial"],["pretrain","adversarial"]'."""
        )
    return word
