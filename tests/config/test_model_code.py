"""Runs of earlier versions go on where a shipped model.py changed in words only."""

import hashlib

import pytest

from colorkeras.config import model_code
from colorkeras.config.model_code import is_code_of, model_sha256
from colorkeras.config.shipped import shipped_names


def test_the_files_of_today_are_those_that_were_compared():
    """Whoever changes a shipped model.py removes its line, or adds what is still the same."""
    today = {model_sha256(name) for name in shipped_names()}
    assert set(model_code._SAME_AS_EARLIER) <= today


@pytest.mark.parametrize("name", shipped_names())
def test_only_the_file_of_today_and_its_earlier_form(name):
    now = model_sha256(name)
    assert is_code_of(now, name)
    assert all(is_code_of(then, name) for then in model_code._SAME_AS_EARLIER.get(now, ()))
    assert not is_code_of("0" * 64, name)
    assert not is_code_of(None, name)


def test_a_changed_file_has_no_earlier_form(tmp_path):
    earlier, *_ = next(iter(model_code._SAME_AS_EARLIER.values()))
    (tmp_path / "model.py").write_bytes(b"# changed")
    assert model_sha256(str(tmp_path)) == hashlib.sha256(b"# changed").hexdigest()
    assert not is_code_of(earlier, str(tmp_path))
