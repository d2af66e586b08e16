"""Describe this installation, as text to paste into a bug report.

colorkeras doctor
"""

import argparse
import getpass
import json
import os
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from colorkeras import __version__
from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.console.inherited import KERAS_CACHE
from colorkeras.console.safe_text import printable

EXIT_PROBLEMS = 1
_OLDEST_PYTHON = (3, 11)
# The settings that change what a command does; the content of TF_CONFIG names machines.
_VARIABLES = (
    *("KERAS_BACKEND", "COLORKERAS_LAYERS", "COLORKERAS_CACHE", "XDG_CACHE_HOME"),
    *("CUDA_VISIBLE_DEVICES", "XLA_FLAGS", "TF_XLA_FLAGS", "OMP_NUM_THREADS"),
)
_NAMED_ONLY = ("TF_CONFIG",)
_EXTRAS_OF_DEVELOPERS = ("test", "docs")
_CPU_FLAGS = ("avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "sve", "bf16")


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.doctor"),
        description="Describe this installation: versions, devices, number format, memory, caches. "
        "Exit code 1 where it cannot work. Nothing is sent anywhere.",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return run_command(lambda: _doctor(build_parser().parse_args(argv)))


def _doctor(args: argparse.Namespace) -> int:
    report: dict[str, Any] = _without_user(examine())
    print(json.dumps(report, indent=2) if args.json else printable(as_text(report), keep="\n"))
    return EXIT_PROBLEMS if report["problems"] else 0


def examine() -> dict[str, Any]:
    """Describe the installation.

    Returns:
        JSON-able dict of tables, the first of which are known without any other package; its
        entry "problems" is a list of sentences, each of which says why a command would fail.
    """
    problems: list[str] = []
    report: dict[str, Any] = {"colorkeras": _program(), "environment": _environment()}
    if sys.version_info < _OLDEST_PYTHON:
        oldest = ".".join(map(str, _OLDEST_PYTHON))
        problems.append(f"Python {platform.python_version()} is too old: {oldest} is needed.")
    for title, part in (
        ("packages", _packages),
        ("machine", _machine),
        ("backend", _backend),
        ("caches", _caches),
    ):
        try:
            report[title] = part(problems)
        except UserError as error:
            problems.append(str(error))
        except Exception as error:  # a broken package can raise anything when it is imported
            problems.append(f"{title}: {type(error).__name__}: {error}")
    return {**report, "problems": problems}


def _program() -> dict[str, str]:
    return {
        "version": __version__,
        "place": str(Path(__file__).parent),
        "python": f"{platform.python_version()} ({sys.executable})",
        "system": platform.platform(),
    }


def _environment() -> dict[str, str]:
    found = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    return found | {name: "set (not shown)" for name in _NAMED_ONLY if name in os.environ}


def _packages(problems: list[str]) -> dict[str, str]:
    from colorkeras.records.environment import commit
    from colorkeras.records.installation import used_packages

    table = {"commit": commit()}
    for package in used_packages():
        if package.name in table or package.extra in _EXTRAS_OF_DEVELOPERS:
            continue
        table[package.name] = package.version or f"not installed (extra {package.extra!r})"
        if package.problem and not package.extra:
            problems.append(package.problem)
        elif package.problem:
            table[package.name] += f" (expected {package.expected})"
    return table


def _machine(_problems: list[str]) -> dict[str, Any]:
    from colorkeras.devices.precision import read_cpu_flags
    from colorkeras.records.environment import device, free_memory_mb

    machine = device()
    flags = read_cpu_flags()
    free = free_memory_mb()
    return {
        "cpu": machine["cpu"],
        "instructions": [flag for flag in _CPU_FLAGS if flag in flags],
        "cores": machine["cores"],
        "free_memory": "unknown" if free is None else f"{free / 2**10:.1f} GiB",
    }


def _backend(problems: list[str]) -> dict[str, Any]:
    from colorkeras.config.layers import chosen_layers
    from colorkeras.devices import backend
    from colorkeras.devices.choice import AUTO, read_devices

    try:
        read_devices(AUTO)  # TF_CONFIG
    except UserError as error:
        problems.append(str(error))
    found = backend.set_up("auto")
    table = {
        "name": backend.chosen_name(),
        "gpus": list(found.gpus),
        "precision_auto": found.precision,
    }
    try:
        table["layers"] = chosen_layers()
    except UserError as error:
        problems.append(str(error))
    return table


def _caches(_problems: list[str]) -> dict[str, str]:
    from colorkeras.data.folders.index_cache import cache_folder

    places = {"image_indexes": cache_folder(), "weights": Path(KERAS_CACHE, "models").expanduser()}
    return {name: f"{place} ({_size(place)})" for name, place in places.items()}


def _size(folder: Path) -> str:
    if not folder.is_dir():
        return "none yet"
    files = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return f"{sum(files) / 2**20:.1f} MiB in {len(files)} files"


def _without_user(value: Any) -> Any:
    """The value with the home folder and, in paths, the user's name as `~` in every text."""
    if isinstance(value, dict):
        return {name: _without_user(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_user(item) for item in value]
    if not isinstance(value, str):
        return value
    home = os.path.expanduser("~").rstrip("/")
    text = re.sub(rf"{re.escape(home)}(?![^/\s:;,)'\"])", "~", value) if home else value
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return text
    return re.sub(rf"(?<=/){re.escape(user)}(?![^/\s:;,)'\"])", "~", text)


def as_text(report: dict[str, Any]) -> str:
    """What `examine` returned as lines of text."""
    return "\n".join(_lines(report))


def _lines(report: dict[str, Any]) -> Iterator[str]:
    for title, table in report.items():
        if title == "problems":
            continue
        yield title
        for name, value in table.items():
            text = ", ".join(map(str, value)) or "none" if isinstance(value, list) else value
            yield f"  {name:<32} {text}"
    yield "problems" if report["problems"] else "no problems found"
    yield from (f"  {problem}" for problem in report["problems"])


if __name__ == "__main__":
    sys.exit(main())
