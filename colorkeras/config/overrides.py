"""Changes of a configuration before it is checked: presets and `--set table.key=value`."""

import copy
import tomllib
from typing import Any

from colorkeras.config.settings import TABLES
from colorkeras.config.toml import guide, parse_toml
from colorkeras.console.errors import UserError

_KEPT = ("learning_rate", "learning_rate_factors", "schedule")  # whatever the optimizer


def apply_override(tables: dict, override: str) -> None:
    """Set one value in the tables of a configuration.

    Args:
        tables: as read from TOML; changed in place.
        override: "table.key=value"; the value is TOML, or else a string without quotes.

    Raises:
        UserError: when the override has no key or value, or names an unknown table.
    """
    key, value = parse_override(override)
    path = key.split(".")
    if path[0] not in TABLES:
        raise UserError(f"--set {override}: unknown table {path[0]}.{guide(path[0], TABLES)}")
    for name in reversed(path):
        value = {name: value}
    merge(tables, value)


def parse_override(override: str) -> tuple[str, Any]:
    """The key of an override, such as "train.epochs", and its value.

    Raises:
        UserError: when the override has no key or value.
    """
    key, separator, text = override.partition("=")
    key = key.strip()
    if not separator or "." not in key or not all(key.split(".")):
        raise UserError(f"--set {override}: expected table.key=value, e.g. train.epochs=5.")
    try:
        parsed = parse_toml(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return key, text.strip()  # an unquoted word is a string
    value = parsed.pop("value")
    if parsed:
        raise UserError(f"--set {override!r}: holds several values; give --set once for each.")
    return key, value


def merge(base: dict, changes: dict) -> None:
    """Merge nested tables into `base`, in place.

    A table with another `name` (another optimizer, say) replaces the old one: only its learning
    rate, with the factors on it, and its schedule are kept.
    """
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            old = base[key]
            if key != "experiment" and value.get("name", old.get("name")) != old.get("name"):
                kept = {k: v for k, v in old.items() if k in _KEPT}
                base[key] = {**kept, **copy.deepcopy(value)}
            else:
                merge(old, value)
        else:
            base[key] = copy.deepcopy(value)
