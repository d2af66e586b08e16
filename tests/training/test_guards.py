"""What is told when a training ends from outside; signals are tested with whole runs."""

from types import SimpleNamespace

import pytest

from colorkeras.console.errors import UserError
from colorkeras.training.guards import explain_lost_worker

WORKER = SimpleNamespace(worker=1, workers=2)


class UnavailableError(Exception):
    """Named as TensorFlow's."""


@pytest.mark.parametrize("is_kept", [True, False])
def test_lost_worker(tmp_path, is_kept):
    folder = SimpleNamespace(checkpoint=tmp_path / "state.h5")
    if is_kept:
        folder.checkpoint.touch()
    with pytest.raises(UserError) as told, explain_lost_worker(WORKER, folder):
        raise UnavailableError
    message = str(told.value)
    assert message.startswith("worker 1 of 2 lost the others")
    assert ("with --resume" in message) == is_kept


def test_other_errors_are_left_alone(tmp_path):
    alone = SimpleNamespace(worker=0, workers=1)
    folder = SimpleNamespace(checkpoint=tmp_path)
    for replicas, error in ((WORKER, ZeroDivisionError), (alone, UnavailableError)):
        with pytest.raises(error), explain_lost_worker(replicas, folder):
            raise error
