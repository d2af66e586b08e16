"""Where a run happened: versions, device, commit, memory. Facts for run.json, nothing else."""

import contextlib
import datetime
import os
import platform
import resource
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from colorkeras import __version__
from colorkeras.console.safe_text import csv_cell
from colorkeras.devices import backend

# Variables that change what a command does, and what they are where they are not set.
_SETTINGS = {backend.VARIABLE: "tensorflow", "COLORKERAS_LAYERS": "auto"}
_PACKAGES = ("keras", "numpy", "opencv-python-headless", "pillow")
_OF_BACKEND = {"tensorflow": ("tensorflow",), "jax": ("jax", "jaxlib")}


def versions():
    """Return the versions of Python and of the packages that decide a result."""
    found = {"python": platform.python_version(), "colorkeras": __version__}
    for package in (*_OF_BACKEND[backend.chosen_name()], *_PACKAGES):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def commit():
    """Return this code's git commit, with "+changes" if files differ; "unknown" outside git."""
    folder = Path(__file__).parent
    try:
        # Fails where this package lies in somebody else's repository, such as in a .venv there.
        _git(folder, "ls-files", "--error-unmatch", Path(__file__).name)
        head = _git(folder, "rev-parse", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return head + ("+changes" if changed else "")


def device(gpus=()):
    """Return a description of the machine: CPU model and cores, GPUs by name."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": _cpu_name(),
        "cores": available_cores(),
        "gpus": list(gpus),
    }


def command_line(module, arguments):
    """Return the command that started this process, to be typed again."""
    settings = ""
    for variable, usual in _SETTINGS.items():
        if (chosen := os.environ.get(variable) or usual) != usual:
            settings += f"{variable}={shlex.quote(chosen)} "
    return settings + shlex.join(["python", "-m", module, *arguments])


def origin(module, arguments, gpus=()):
    """Return the command, the commit and the machine of a measurement, as cells of its CSV file."""
    machine = device(gpus)
    with_gpus = ", ".join(machine["gpus"]) or "no GPU"
    described = f"{machine['cpu']}, {machine['cores']} cores, {with_gpus}"
    return csv_cell(command_line(module, arguments)), commit(), csv_cell(described)


ORIGIN = ("command", "commit", "machine")  # the columns of `origin`


def now():
    """Return the present time in UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def peak_memory_mb():
    """Return the largest resident memory of this process so far, in MiB."""
    with contextlib.suppress(OSError, StopIteration):  # Linux only
        # What getrusage tells there is, for a new program, at least its parent's memory.
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
        return round(peak / 2**10)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))


def free_memory_mb(gpus=()):
    """Return the memory that is free on each device, in MiB; None where nothing says so.

    Args:
        gpus: names of the GPUs that are used; without any, the machine's own memory counts.
    """
    if not gpus:
        return _free_of_machine()
    if backend.chosen_name() != "jax":
        return None  # TensorFlow tells what it uses, not what there is
    import jax

    stats = [device.memory_stats() or {} for device in jax.devices()]
    free = [found.get("bytes_limit", 0) - found.get("bytes_in_use", 0) for found in stats]
    return min(free) // 2**20 if all(free) else None


# Limit and use of the group of processes that a container or a scheduler puts this one in.
_GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)


def _free_of_machine():
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


def _git(folder, *arguments):
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10
    )
    done.check_returncode()
    return done.stdout.strip()


def available_cores():
    """Return how many CPU cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _cpu_name():
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"
