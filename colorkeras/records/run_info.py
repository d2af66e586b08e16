"""Read `run.json` of an earlier run, and check what a resume relies on."""

import json
from pathlib import Path
from typing import Any

from colorkeras.console.errors import UserError, reason_of

RUN_FORMAT = 1
# What a resume relies on in run.json.
_REQUIRED = {"status": str, "configured_by": str, "overrides": list, "data": dict}
_KIND_NAMES = {str: "a string", list: "a list", dict: "a table"}


def read_run_info(folder: Path) -> dict[str, Any]:
    """Return the content of a run folder's `run.json`, checked.

    Raises:
        UserError: when `folder` is no run folder or its `run.json` is damaged.
    """
    file = folder / "run.json"
    info = _read(folder, file)
    if not isinstance(info, dict):
        raise UserError(f"{file}: cannot be read: not a JSON object.")
    if info.get("format") != RUN_FORMAT:
        raise UserError(f"{file}: format {info.get('format')!r}; this version reads {RUN_FORMAT}.")
    for key, kind in _REQUIRED.items():
        if not isinstance(info.get(key), kind):
            raise UserError(
                f"{file}: {key} is {info.get(key)!r}, expected {_KIND_NAMES[kind]}. The file was "
                "changed by hand: restore it or start a new run."
            )
    texts = [*info["overrides"], info.get("devices", ""), info["configured_by"]]
    if not all(isinstance(text, str) for text in texts) or not info["configured_by"]:
        raise UserError(
            f"{file}: overrides, devices or configured_by are not what a run writes. The file was "
            "changed by hand: restore it or start a new run."
        )
    return info


def _read(folder: Path, file: Path) -> object:
    if folder.is_file():
        raise UserError(
            f"{folder}: is a file; expected the folder of a run, such as "
            "results/<experiment>/<run>."
        )
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UserError(
            f"{folder}: no run to resume here: there is no run.json. "
            "Expected a folder that an earlier run wrote, such as results/<experiment>/<run>."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{file}: cannot be read: {reason_of(error)}.") from error
