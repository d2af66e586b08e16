"""Long names broken into lines."""

from colorkeras.console.wrapping import wrap_name


def test_names_are_broken_at_separators():
    assert wrap_name("cnn/quick-0", 11) == ["cnn/quick-0"]
    assert wrap_name("cnn/quick-run-0", 11) == ["cnn/", "quick-run-0"]
    assert wrap_name("global_and_local", 12) == ["global_and_", "local"]
    assert wrap_name("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrap_name("", 3) == [""]
