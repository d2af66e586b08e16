"""Long names broken into lines."""

from colorkeras.console.wrapping import wrap_name


def test_names_are_broken_at_separators():
    assert wrap_name("cnn/quick-0", 11) == ["cnn/quick-0"]
    assert wrap_name("cnn/quick-run-0", 11) == ["cnn/", "quick-run-0"]
    assert wrap_name("global_and_local", 12) == ["global_and_", "local"]
    assert wrap_name("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrap_name("", 3) == [""]


def test_folders_share_a_line_where_they_may():
    assert wrap_name("a/b/photo-1", 7) == ["a/", "b/", "photo-1"]
    assert wrap_name("a/b/photo-1", 7, at_slash=False) == ["a/b/", "photo-1"]
    assert wrap_name("a/b/photo-1", 10, at_slash=False) == ["a/b/photo-", "1"]
