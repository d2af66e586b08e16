"""Names from archives: hostile ones are refused, and every one gets a safe, readable file name."""

import pytest

from data_prep.safe_names import folded, prepared_name, refusal


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../up.png", "leads out"),
        ("a/../../up.png", "leads out"),
        ("a\\..\\up.png", "leads out"),
        ("/etc/passwd.png", "absolute"),
        ("\\\\server\\share.png", "absolute"),
        ("C:\\windows.png", "absolute"),
        ("c:x.png", "absolute"),
        ("bell\a.png", "control character"),
        ("nul\0.png", "control character"),
        ("x" * 1025, "longer than 1024"),
    ],
)
def test_refused(name, reason):
    assert reason in refusal(name)


@pytest.mark.parametrize(
    "name",
    ["Humans/1 (12).jpg", "a..b/c.png", "=1+1.png", 'it\'s "quoted".png', "Žluťoučký/kůň.webp"],
)
def test_accepted(name):
    assert refusal(name) == ""
    path = prepared_name(name, ".png")
    assert path.isascii()
    folder, file = path.split("/")
    assert len(folder) == 2
    assert file.endswith(".png")
    assert not set(file) & set(" ='\"()")


def test_prepared_names():
    # SHA-256 of "Humans/1 (12).jpg", by sha256sum.
    assert prepared_name("Humans/1 (12).jpg", ".png").split("/")[1].startswith("1-12-")
    assert prepared_name("a/x.png", ".png") != prepared_name("b/x.png", ".png")
    assert len(prepared_name("y" * 1000 + ".png", ".png")) < 70
    assert prepared_name("日本.png", ".png").count("-") == 0  # nothing of the stem is left


def test_folding():
    assert folded("Café.PNG") == folded("Cafe\u0301.png")
    assert folded("a.png") != folded("b.png")
