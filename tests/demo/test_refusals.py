"""What the page is told of errors: plain words, no paths, no traceback."""

import errno

import pytest

from colorkeras.console.errors import UserError
from colorkeras.data.images.formats import UnusableImage
from colorkeras.demo.refusals import Refused, refused
from colorkeras.films.facts import UnusableFilm


def full():
    try:
        raise OSError(errno.ENOSPC, "No space left on device", "/dev/shm/x/y")
    except OSError as error:
        raise UserError("/dev/shm/x/y: cannot be written") from error


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (Refused(404, "It is gone."), 404, "It is gone."),
        (UnusableImage("is \x1b[31m red"), 422, "cannot be colored: is \\x1b[31m red."),
        (UnusableFilm("has no frames"), 422, "This film cannot be colored: has no frames."),
        (MemoryError(), 507, "Memory does not suffice"),
        (OSError(errno.EIO, "Input/output error", "/x"), 507, "stored: Input/output error."),
        (UserError("a: is wrong."), 422, "a: is wrong"),
        (UnusableImage("x" * 1000), 422, "…"),
    ],
)
def test_reasons(error, status, reason):
    answer = refused(error)
    assert answer.status == status
    assert reason in answer.reason
    assert len(answer.reason) < 500


def test_a_full_disk_is_told_without_the_path():
    with pytest.raises(UserError) as error:
        full()
    answer = refused(error.value)
    assert (answer.status, answer.reason) == (507, "It cannot be stored: No space left on device.")


def test_a_defect_is_shown_on_the_terminal_alone(capsys):
    answer = refused(KeyError("secret"))
    assert (answer.status, "secret" in answer.reason) == (500, False)
    assert "KeyError: 'secret'" in capsys.readouterr().err
