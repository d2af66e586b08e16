"""Read a stranger's HDF5 file in another process first, which may be ended.

HDF5 is a library in C. A file can make it loop for ever, with Ctrl-C unheard, take all memory, or
crash. That ends a small process without Keras; only what has been read there is read here.
"""

import json
import os
import subprocess
import sys

from colorkeras.console.errors import UserError

REFUSED = 2  # exit code of the other process
# Our own sys.path: how this process finds colorkeras does not matter to the other.
_PROGRAM = (
    "import json, sys; path, name, bound = json.loads(sys.argv[1]); sys.path[:] = path; "
    "from colorkeras.inference.model_file.trial_child import read_limited; "
    "read_limited(name, bound)"
)


def try_reading(path, max_memory):
    """Read all of a file's structure, texts and weights in a process of its own.

    Args:
        path: a regular file.
        max_memory: bound on its size, in bytes.

    Raises:
        UserError: what the reading raised there; or when it did not end, or not well.
    """
    arguments = json.dumps([sys.path, os.fspath(path), max_memory])
    tried = subprocess.run(
        [sys.executable, "-P", "-c", _PROGRAM, arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        check=False,
    )
    if tried.returncode == REFUSED and tried.stdout:
        raise UserError(os.fsdecode(tried.stdout))
    if tried.returncode:
        raise UserError(
            f"{path}: damaged: reading it crashes, does not end, or takes far more memory than the "
            "file is large. Copy it again from where it came."
        )
