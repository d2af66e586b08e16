"""Reading TOML strictly."""

import pytest

from colorkeras.config.toml import read_toml, require
from colorkeras.console.errors import UserError, choose, suggest


def test_require_returns_the_value_or_says_what_was_expected():
    assert require(3, int, "a") == 3
    assert type(require(3, float, "a")) is float
    for value, kind, expected in ((True, int, "an integer"), ("x", list, "a list")):
        with pytest.raises(UserError, match=f"^file: a: received {value!r}, expected {expected}"):
            require(value, kind, "file: a")


def test_choose_names_the_options_and_a_near_one():
    assert choose("psnr", ("psnr", "ssim"), "metric") == "psnr"
    with pytest.raises(UserError) as error:
        choose("pnsr", ("psnr", "ssim"), "metric")
    expected = "metric: received 'pnsr', expected one of psnr, ssim. Did you mean psnr?"
    assert str(error.value) == expected
    with pytest.raises(UserError, match="expected nothing, as there is none"):
        choose("a", {}, "run")


def test_suggest_is_empty_without_a_close_match():
    assert suggest("margni", ["margin"]) == " Did you mean margin?"
    assert suggest("margin", ["x"]) == ""


def test_read_toml_names_the_file(tmp_path):
    file = tmp_path / "a.toml"
    file.write_text("a = 1", encoding="utf-8")
    assert read_toml(file) == {"a": 1}
    file.write_text("a = ", encoding="utf-8")
    with pytest.raises(UserError, match=r"a\.toml: not valid TOML"):
        read_toml(file)
    with pytest.raises(UserError, match=r"b\.toml: cannot be read"):
        read_toml(tmp_path / "b.toml")
    file.write_bytes(b"\xff")
    with pytest.raises(UserError, match=r"a\.toml: cannot be read"):
        read_toml(file)
