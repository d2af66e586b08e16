"""A tiny experiment and the plan of a sweep over it."""

import pytest
from tiny_experiment import write_experiment

from colorkeras.sweep.plan import plan_sweep


@pytest.fixture
def experiment(tmp_path):
    return write_experiment(tmp_path / "tiny")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "sweep"


@pytest.fixture
def plan(experiment, out):
    """Plan a sweep of the tiny experiment."""

    def planned(*sweep, overrides=(), num_seeds=None, preset=None, folder=out):
        return plan_sweep(experiment, preset, list(overrides), list(sweep), num_seeds, folder)

    return planned
