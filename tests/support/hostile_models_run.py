"""Run the real commands on every file of `hostile_models.py`: exit codes, words, time, memory."""

import argparse
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import hostile_models  # noqa: F401 - fills the corpus
import numpy as np
from hostile_containers import LATE
from hostile_files import CORPUS, make, write_base


def main():
    """Run `colorize` and `inspect` on every file; print the worst of all, and every fault.

    A fault is an exit code other than 2, a traceback, more than one line of error, a file that
    was written, more than 1.5 GB, or more than 20 seconds of processor.
    """
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path, help="empty folder for scratch files")
    parser.add_argument("--only", default="", help="names that begin with this")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    base = write_base(args.folder / "base.h5")
    photo = args.folder / "photo.png"
    write_photo(photo)
    worst, faults, count = [0.0, 0.0], 0, 0
    for name in CORPUS:
        if not name.startswith(args.only):
            continue
        count += 1
        for command in (["colorize", "model.h5", str(photo), "-o", "out"], ["inspect", "model.h5"]):
            work = args.folder / "work"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            make(work, base, name)
            found = run_command(work, command)
            worst = [max(pair) for pair in zip(worst, found[:2], strict=True)]
            expected_late = command[0] == "inspect" and name in LATE
            for fault in faults_of(work, *found, expected=0 if expected_late else 2):
                faults += 1
                print(f"{name}: {command[0]}: {fault}", flush=True)
    print(f"{count} files: {faults} faults; worst {worst[0]:.1f} s of processor, {worst[1]:.2f} GB")
    return int(faults > 0)


def write_photo(path):
    from PIL import Image

    Image.fromarray(np.tile(np.arange(96, dtype=np.uint8), (64, 1))).save(path)


def run_command(work, command):
    """Seconds of processor, GB at the peak, exit code and stderr, run without a home."""
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), "HOME": str(work / "home")}
    environment |= {"TMPDIR": str(work), "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment["MPLCONFIGDIR"] = str(work.parent / "fonts")
    with open(work.parent / "stderr", "w+b") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", f"colorkeras.{command[0]}", *command[1:]],
            cwd=work,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, 60)),
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        stderr.seek(0)
        text = stderr.read().decode("utf-8", "replace")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6, process.returncode, text


def faults_of(work, seconds, gigabytes, code, text, expected):
    """What was wrong with one command."""
    left = sorted(path.name for path in work.rglob("*") if path.is_file())
    lines = [line for line in text.splitlines() if "earlier version" not in line]
    checks = {
        f"exit code {code}": code != expected,
        f"left {left}": left != ["model.h5"],
        f"said {text[:300]!r}": "Traceback" in text or len(lines) > 1 or len(text) > 2000,
        f"{gigabytes:.2f} GB": gigabytes > 1.5,
        f"{seconds:.1f} s": seconds > 20,
    }
    return [fault for fault, is_one in checks.items() if is_one]


if __name__ == "__main__":
    sys.exit(main())
