"""The environment of a run, for run.json: versions, device, commit, memory."""

import contextlib
import datetime
import os
import platform
import resource
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from colorkeras import __version__
from colorkeras.config.settings import AUTO_LAYERS, LAYERS_VARIABLE
from colorkeras.console.cli import program_name
from colorkeras.console.safe_text import csv_cell
from colorkeras.devices import backend

# Environment variables that change what a command does, and their defaults.
_SETTINGS = {backend.VARIABLE: "tensorflow", LAYERS_VARIABLE: AUTO_LAYERS}
_PACKAGES = ("keras", "numpy", "opencv-python-headless", "pillow")
_OF_BACKEND = {"tensorflow": ("tensorflow",), "jax": ("jax", "jaxlib")}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that affect a result."""
    found = {"python": platform.python_version(), "colorkeras": __version__}
    for package in (*_OF_BACKEND[backend.chosen_name()], *_PACKAGES):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def commit() -> str:
    """Return this code's git commit; "unknown" outside git.

    It ends in "+changes" if files differ, other than those of `results/`, which a command may be
    writing while it measures.
    """
    folder = Path(__file__).parent
    try:
        # Fails where this package lies in another repository, such as in its .venv.
        git(folder, "ls-files", "--error-unmatch", Path(__file__).name)
        head = git(folder, "rev-parse", "HEAD")
        others = (":(top)", ":(top,exclude)results")
        changed = git(folder, "status", "--porcelain", "--untracked-files=no", "--", *others)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return head + ("+changes" if changed else "")


def device(gpus: Iterable[str] = ()) -> dict[str, Any]:
    """Return a description of the machine: CPU model and cores, GPUs by name."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": _cpu_name(),
        "cores": available_cores(),
        "gpus": list(gpus),
    }


def command_line(module: str, arguments: Iterable[str]) -> str:
    """Return the command that started this process for a record, quoted for a shell."""
    return _settings() + shlex.join(["python", "-m", module, *arguments])


def next_command(module: str, arguments: Iterable[str]) -> str:
    """Return a command to go on with, quoted, as the user called this one; see `program_name`."""
    return f"{_settings()}{program_name(module)} {shlex.join(arguments)}"


def _settings() -> str:
    """The variables that change what a command does, to be written before it."""
    text = ""
    for variable, default in _SETTINGS.items():
        if (chosen := os.environ.get(variable) or default) != default:
            text += f"{variable}={shlex.quote(chosen)} "
    return text


def origin(module: str, arguments: Iterable[str], gpus: Iterable[str] = ()) -> tuple[str, str, str]:
    """Return the command, the commit and the machine of a measurement, as cells of its CSV file."""
    machine = device(gpus)
    with_gpus = ", ".join(machine["gpus"]) or "no GPU"
    described = f"{machine['cpu']}, {machine['cores']} cores, {with_gpus}"
    return csv_cell(command_line(module, arguments)), commit(), csv_cell(described)


ORIGIN = ("command", "commit", "machine")  # the columns of `origin`


def now() -> str:
    """Return the current time in UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def peak_memory_mb() -> int:
    """Return the largest resident memory of this process so far, in MiB."""
    with contextlib.suppress(OSError, StopIteration):  # Linux only
        # There getrusage gives a new program at least the memory of its parent.
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
        return round(peak / 2**10)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))


def free_memory_mb(gpus: Sequence[str] = ()) -> int | None:
    """Return the memory that is free on each device, in MiB; None where it is not known.

    Args:
        gpus: names of the GPUs that are used; without any, the memory of the machine counts.
    """
    if not gpus:
        return _free_of_machine()
    if backend.chosen_name() != "jax":
        return None  # TensorFlow reports what it uses, not what is free
    import jax

    stats = [device.memory_stats() or {} for device in jax.devices()]
    free = [found.get("bytes_limit", 0) - found.get("bytes_in_use", 0) for found in stats]
    return min(free) // 2**20 if all(free) else None


# Memory limit and use of the control group in which a container or scheduler runs this process.
_GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)


def _free_of_machine() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration, ValueError):
        return None
    found = [kilobytes // 2**10]
    for limit, used in _GROUPS:
        # No limit, or another version of the system.
        with contextlib.suppress(OSError, ValueError):
            found.append((int(Path(limit).read_text()) - int(Path(used).read_text())) // 2**20)
    return min(found)


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder; return what it prints.

    Raises:
        OSError: when there is no git.
        subprocess.SubprocessError: when it fails, or takes longer than ten seconds.
    """
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10
    )
    done.check_returncode()
    return done.stdout.strip()


def available_cores() -> int:
    """Return how many CPU cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"
