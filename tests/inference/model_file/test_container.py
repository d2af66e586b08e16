"""Reading in another process: whatever happens to it is one sentence here."""

import os

import h5py
import pytest

from colorkeras.console.errors import UserError
from colorkeras.inference.model_file import container
from colorkeras.inference.model_file.container import try_reading


@pytest.fixture
def path(tmp_path):
    """A file whose name is no UTF-8, with an attribute that is not known."""
    path = tmp_path / os.fsdecode(b"model\xff.h5")
    with h5py.File(path, "w") as file:
        file.attrs["colorkeras"] = file.attrs["surprise"] = "{}"
    return path


def refused(path):
    with pytest.raises(UserError) as caught:
        try_reading(path, 10**6)
    return str(caught.value)


def test_its_words_come_through(path):
    assert refused(path).startswith(f"{path}: holds 'surprise'; expected nothing but")


@pytest.mark.parametrize(
    "program",
    [
        "import os; os.abort()",
        "raise MemoryError",
        "import resource as r; r.setrlimit(r.RLIMIT_CPU, (1, 1))\nwhile True: pass",
    ],
)
def test_its_end_is_a_refusal(path, monkeypatch, program):
    monkeypatch.setattr(container, "_PROGRAM", program)
    assert refused(path).startswith(f"{path}: damaged: reading it crashes, does not end, or")


def test_its_memory_and_time_are_limited(path, monkeypatch):
    """400 MB fit beside a small file, 600 MB do not."""
    limited = (
        "from colorkeras.inference.model_file import trial_child; "
        "trial_child._limit(0); import resource as r; "
    )
    start = "import json, sys; sys.path[:] = json.loads(sys.argv[1])[0]; " + limited
    monkeypatch.setattr(container, "_PROGRAM", start + "bytearray(4 * 10**8)")
    try_reading(path, 10**6)
    monkeypatch.setattr(container, "_PROGRAM", start + "bytearray(6 * 10**8)")
    assert "far more memory" in refused(path)
    times = "; assert 1 <= r.getrlimit(r.RLIMIT_CPU)[0] <= 10"
    monkeypatch.setattr(container, "_PROGRAM", start.rstrip("; ") + times)
    try_reading(path, 10**6)
