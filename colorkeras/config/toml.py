"""Read TOML strictly, and write one value of it.

An error about a wrong key or type says what was received and what was expected.
"""

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar, cast

from colorkeras.console.errors import UserError, reason_of, suggest

T = TypeVar("T")
TOML_TYPES: dict[type, str] = {
    int: "an integer",
    float: "a number",
    bool: "true or false",
    str: "a string",
    list: "a list",
    dict: "a table",
}


def read_toml(file: Path) -> dict:
    """Read a TOML file.

    Raises:
        UserError: when it cannot be read or is not valid TOML.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")  # some editors write a byte order mark
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {reason_of(error)}.") from error
    try:
        return parse_toml(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{file}: not valid TOML: {error}.") from error


def parse_toml(text: str) -> dict:
    """Parse TOML.

    Raises:
        tomllib.TOMLDecodeError: for any text that is not valid TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 1,000 brackets
        raise tomllib.TOMLDecodeError(str(error)) from error


def require(value: object, kind: type[T], where: str) -> T:
    """Return `value` when it is of type `kind` (an int passes for a float).

    Raises:
        UserError: naming `where`, what was received and what was expected.
    """
    if kind is float and type(value) is int:
        try:
            return cast(T, float(value))
        except OverflowError as error:
            raise UserError(f"{where}: received a number of {len(str(value))} digits.") from error
    if type(value) is not kind:
        raise UserError(f"{where}: received {value!r}, expected {TOML_TYPES[kind]}.")
    if isinstance(value, str) and not _is_unicode(value):
        raise UserError(
            f"{where}: received {value!r}, expected valid Unicode, because a text file records it. "
            "Rename the file or folder that has this name, or give a link to it."
        )
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def guide(name: object, options: Iterable[str]) -> str:
    """Return " Did you mean …?"; where none of `options` resembles `name`, a list of them all."""
    options = list(options)
    return suggest(name, options) or f" Expected one of {', '.join(options)}."


def toml_text(value: object) -> str:
    """Write a value as TOML on one line."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # a JSON string is a TOML string
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(toml_text, value))}]"
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {toml_text(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return str(value)  # numbers; Python's inf and nan are TOML's


def check_below(name: str, value: float, limit: float) -> None:
    """Raise a UserError unless 0 < value < limit; NaN is refused too."""
    if not 0 < value < limit:
        raise UserError(f"{name}: received {value}, expected more than 0 and less than {limit}.")
