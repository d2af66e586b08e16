"""What a command takes from its start to its end, in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from colorkeras.bench.photos.turns import CPU_SECONDS, MEMORY, Measured
from colorkeras.console.errors import UserError

# A process begins with the peak memory of the one that starts it: here a small one.
_MEASURE = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
told = done.stderr.decode(errors="replace")[-2000:]
print(json.dumps([done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss, told]))
"""
_UNITS_IN_MIB = 2**20 if sys.platform == "darwin" else 2**10  # of ru_maxrss


def measured_process(arguments: Sequence[str]) -> Measured:
    """Run Python with some arguments.

    Returns:
        CPU seconds, user and system, of the process and its children; MiB at the peak of the
        largest of them.

    Raises:
        UserError: when it ends with another exit code than 0.
    """
    command = [sys.executable, "-c", _MEASURE, sys.executable, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    code, seconds, peak, told = json.loads(done.stdout)
    if code:
        raise UserError(f"python {' '.join(arguments)}: exit code {code}.\n{told.strip()}")
    return {CPU_SECONDS: seconds, MEMORY: peak / _UNITS_IN_MIB}


def measured_colorize(photo: Path, output: Path, model: str | None) -> Measured:
    """Run the command `colorize` on one photograph; see `measured_process`.

    Args:
        photo: of any format.
        output: the file of the result.
        model: as of `--model`; None for the default.
    """
    chosen = [] if model is None else ["--model", model]
    arguments = [str(photo), "-o", str(output), "--overwrite", *chosen]
    return measured_process(["-m", "colorkeras.colorize", *arguments])
