"""Read a stranger's HDF5 file in another process first, which may be ended.

HDF5 is a library in C. A file can make it loop for ever, with Ctrl-C unheard, take all memory, or
crash. That ends a small process without Keras; only what has been read there is read here.
"""

import json
import os
import resource
import subprocess
import sys

from colorkeras.console.errors import UserError

_SECONDS, _BYTES_PER_SECOND = 5, 50e6  # of processor; reading takes 0.2 s and 1 s per GB
_BASE_BYTES = 512 * 2**20  # for the libraries and an architecture of any size that is read
_REFUSED = 2
# Our own sys.path: how this process finds colorkeras does not matter to the other.
_PROGRAM = (
    "import json, sys; path, name, bound = json.loads(sys.argv[1]); sys.path[:] = path; "
    "from colorkeras.inference.model_file.trial import read_limited; read_limited(name, bound)"
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
    if tried.returncode == _REFUSED and tried.stdout:
        raise UserError(os.fsdecode(tried.stdout))
    if tried.returncode:
        raise UserError(
            f"{path}: damaged: reading it crashes, does not end, or takes far more memory than the "
            "file is large. Copy it again from where it came."
        )


def read_limited(name, max_memory):
    """What the other process does: read within limits; say what was refused, exit code 2."""
    from colorkeras.inference.model_file.checks import read_everything

    _limit(os.path.getsize(name))
    try:
        read_everything(name, max_memory)
    except UserError as error:
        sys.stdout.buffer.write(os.fsencode(str(error)))
        sys.exit(_REFUSED)


def _limit(size):
    limits = {
        resource.RLIMIT_CPU: int(_SECONDS + size / _BYTES_PER_SECOND),
        resource.RLIMIT_DATA: _BASE_BYTES + size,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(kind, (most, hard))
