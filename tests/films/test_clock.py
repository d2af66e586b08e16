"""Times as people write them."""

import pytest

from colorkeras.console.errors import UserError
from colorkeras.films.clock import clock, span_of


def test_clock():
    assert [clock(t) for t in (0, 61.26, 3725.96, -1)] == [
        "0:00:00.0", "0:01:01.3", "1:02:06.0", "0:00:00.0",
    ]  # fmt: skip


def test_span():
    assert span_of("90-1:45.5", "--range") == (90.0, 105.5)
    assert span_of("0:59:00 - 1:00:00", "--range") == (3540.0, 3600.0)


@pytest.mark.parametrize("text", ["", "5", "-5", "5-", "a-b", "1:2:3:4-9", "5-5", "6-5", "nan-9"])
def test_mistakes(text):
    with pytest.raises(UserError, match=r"--range"):
        span_of(text, "--range")
