"""A resolved configuration as plain data, and the differences between two of them."""

import dataclasses

from colorkeras.config.settings import Config


def config_to_dict(config: Config) -> dict:
    """Return the configuration as plain nested dictionaries: TOML and JSON types only."""
    tables = dataclasses.asdict(config)
    tables["optimizer"] = {
        name: {
            "name": table.name,
            **table.options,
            "learning_rate_factors": table.learning_rate_factors,
            "schedule": {"name": table.schedule.name, **table.schedule.options},
        }
        for name, table in config.optimizer.items()
    }
    return tables


def flattened(config: Config) -> dict[str, object]:
    """Return the configuration by dotted key, such as "data.height"; arrays as lists."""
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in _flatten(config_to_dict(config)).items()
    }


def config_differences(old: Config, new: Config) -> list[str]:
    """Return lines "key: old → new" for every key in which two configurations differ."""
    before, after = _flatten(config_to_dict(old)), _flatten(config_to_dict(new))
    return [
        f"{key}: {before.get(key, '(absent)')!r} → {after.get(key, '(absent)')!r}"
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def _flatten(table: dict, prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat.update(_flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat
