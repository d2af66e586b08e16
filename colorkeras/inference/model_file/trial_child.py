"""The other process of `container.try_reading`: reads within limits of memory and time."""

import os
import resource
import sys

from colorkeras.console.errors import UserError
from colorkeras.inference.model_file.checks import read_everything
from colorkeras.inference.model_file.container import REFUSED

_SECONDS, _BYTES_PER_SECOND = 5, 50e6  # of processor; reading takes 0.2 s and 1 s per GB
_BASE_BYTES = 512 * 2**20  # for the libraries and an architecture of any size that is read


def read_limited(name: str, max_memory: float) -> None:
    """What the other process does: read within limits; say what was refused, exit code 2."""
    _limit(os.path.getsize(name))
    try:
        read_everything(name, max_memory)
    except UserError as error:
        sys.stdout.buffer.write(os.fsencode(str(error)))
        sys.exit(REFUSED)


def _limit(size: int) -> None:
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
