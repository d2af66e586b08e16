"""Processes killed at random moments; `tests/kill_runs.py` does it as often as one likes."""

import pytest
from kill_runs import NETWORKS, kill_runs


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_four_kills(tmp_path, name):
    assert kill_runs(name, 4, seed=1, root=tmp_path) >= 1
