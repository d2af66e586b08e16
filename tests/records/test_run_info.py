"""Reading `run.json` back, also where it is damaged."""

import json

import pytest

from colorkeras.console.errors import UserError
from colorkeras.records.run_info import read_run_info

INFO = {"format": 1, "configured_by": "varga", "status": "running", "overrides": [], "data": {}}


def message_of(folder):
    with pytest.raises(UserError) as caught:
        read_run_info(folder)
    return str(caught.value)


def test_saved_by_an_editor_with_a_byte_order_mark(tmp_path):
    (tmp_path / "run.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(INFO, indent=2).encode())
    assert read_run_info(tmp_path) == INFO


def test_nothing_to_resume(tmp_path):
    message = message_of(tmp_path / "nowhere")
    assert message.startswith(f"{tmp_path / 'nowhere'}: no run to resume here")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read"),
        (b'{"format": 1, "run"', "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"[]", "cannot be read: not a JSON object"),
        (b'{"format": 2}', "format 2; this version reads 1."),
        (b"{}", "format None; this version reads 1."),
        (b"[" * 100_000, "cannot be read"),
    ],
)
def test_damaged_run_json(tmp_path, content, words):
    (tmp_path / "run.json").write_bytes(content)
    message = message_of(tmp_path)
    assert message.startswith(f"{tmp_path / 'run.json'}: ")
    assert words in message
