"""Reading TOML strictly: a wrong key or type is answered with what was received and expected.

And writing one value of it.
"""

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path

from colorkeras.console.errors import UserError, reason_of, suggest

TOML_TYPES = {
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
        UserError: when it cannot be read or is no TOML.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {reason_of(error)}.") from error
    try:
        return parse_toml(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{file}: not valid TOML: {error}.") from error


def parse_toml(text: str) -> dict:
    """Read TOML.

    Raises:
        tomllib.TOMLDecodeError: for anything that it cannot be.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 1,000 brackets
        raise tomllib.TOMLDecodeError(str(error)) from error


def require(value, kind: type, where: str):
    """Return `value` when it is of type `kind` (an int passes for a float).

    Raises:
        UserError: naming `where`, what was received and what was expected.
    """
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise UserError(f"{where}: received {value!r}, expected {TOML_TYPES[kind]}.")
    if kind is str and not _is_unicode(value):
        raise UserError(
            f"{where}: received {value!r}, expected Unicode, as the file that records it is. Of a "
            "name with other bytes, rename what it names, or give a link to it."
        )
    return value


def _is_unicode(text):
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def choose(value, options: Iterable[str], where: str):
    """Return `value` when it is one of `options`.

    Raises:
        UserError: naming `where`, the options and the one that `value` may have meant.
    """
    options = list(options)
    if value not in options:
        expected = f"one of {', '.join(options)}" if options else "none, for there is none"
        raise UserError(
            f"{where}: received {value!r}, expected {expected}.{suggest(value, options)}"
        )
    return value


def guide(name, options: Iterable[str]) -> str:
    """Return " Did you mean …?", or where none of `options` resembles `name`, all of them."""
    options = list(options)
    return suggest(name, options) or f" Expected one of {', '.join(options)}."


def toml_text(value):
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


def check_below(name, value, limit):
    """Raise a UserError unless 0 < value < limit, which refuses NaN too."""
    if not 0 < value < limit:
        raise UserError(f"{name}: received {value}, expected more than 0 and less than {limit}.")
