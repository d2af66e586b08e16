"""Processes killed at random moments; `tests/support/kill_runs.py` does it any number of times."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "support" / "kill_runs.py"


@pytest.mark.slow
@pytest.mark.parametrize("network", ["cnn", "gan", "reading"])
def test_four_kills(network):
    command = [sys.executable, str(SCRIPT), "--kills", "4", "--seed", "1", "--network", network]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{network}: 4 kills in ")
