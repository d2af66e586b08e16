"""Runs that die when the update of a step begins, as if their process had been killed."""

import pytest

from colorkeras import run
from colorkeras.training.step_tensorflow import TensorFlowStep


class Killed(BaseException):
    """Stands for the end of the process."""


def at_step(number):
    """Return what makes a `MonkeyPatch` die in the update of step `number`, from 1."""

    def install(patch):
        update = TensorFlowStep.__call__

        def killing(self, images, step, stage):
            if step == number:
                raise Killed
            return update(self, images, step, stage)

        patch.setattr(TensorFlowStep, "__call__", killing)

    return install


def run_until(step, *argv):
    """Run with these arguments, and die at a step."""
    with pytest.MonkeyPatch.context() as patch:
        at_step(step)(patch)
        with pytest.raises(Killed):
            run.main([str(argument) for argument in argv])
