"""What a process takes that is started to be measured."""

import pytest

from colorkeras.bench.photos.fresh import measured_process
from colorkeras.bench.photos.turns import CPU_SECONDS, MEMORY
from colorkeras.console.errors import UserError

HELD = 300  # MiB


def test_memory_and_time_are_those_of_the_process():
    """Not those of this one, which holds more, and not of a process before it."""
    held = b"x" * (HELD << 20)
    working = "import time\nwhile time.process_time() < 0.5: pass"
    large = measured_process(["-c", f"x = b'x' * ({HELD} << 20)\n{working}"])
    small = measured_process(["-c", ""])
    assert len(held) == HELD << 20
    assert HELD < large[MEMORY] < HELD + 100
    assert small[MEMORY] < 100
    assert small[CPU_SECONDS] < 0.5 <= large[CPU_SECONDS] < 5


def test_a_process_that_fails():
    with pytest.raises(UserError, match="exit code 3") as error:
        measured_process(["-c", "import sys; print('no such model', file=sys.stderr); sys.exit(3)"])
    assert str(error.value).endswith("\nno such model")
