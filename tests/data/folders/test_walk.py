"""What a walk of folders finds, what it ignores, and what it says about the rest."""

import unicodedata
from collections import Counter

import pytest

from colorkeras.console.errors import UserError
from colorkeras.data.folders.walk import (
    ignored_in_path,
    ignored_note,
    walk_files,
    walk_images,
)

SYSTEM = [
    "@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg",
    "#recycle/a.jpg",
    "sub/$RECYCLE.BIN/S-1-5-21/$R1.jpg",
    "System Volume Information/a.jpg",
    "__MACOSX/a.jpg",
    ".AppleDouble/a.jpg",
    ".Trash-1000/files/a.jpg",
    "@Recycle/a.jpg",
    "FOUND.000/a.jpg",
]
JPEG, PNG, TIFF = (
    b"\xff\xd8\xff\xe0" + bytes(12),
    b"\x89PNG\r\n\x1a\n" + bytes(8),
    b"II*\0" + bytes(12),
)


def write(root, *names, data=b""):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)


def test_system_folders_are_ignored_and_counted(tmp_path):
    write(tmp_path, "a.jpg", "sub/b.jpg", "sub/._b.jpg", "Thumbs.db", ".DS_Store", *SYSTEM)
    walk = walk_images(tmp_path)
    assert walk.names == ["a.jpg", "sub/b.jpg"]
    assert walk.skipped() == []
    assert sum(walk.ignored.values()) == len(SYSTEM) + 1
    names = "#recycle, $RECYCLE.BIN, .AppleDouble, .Trash-1000, …"
    assert ignored_note(walk.ignored) == (
        f"files and folders ignored: 10 of other programs ({names})"
    )


def test_hidden_images_are_counted_and_other_hidden_files_are_not(tmp_path):
    write(tmp_path, "a.jpg", ".b.jpg", ".git/c.jpg", ".gitignore", "notes.txt")
    assert ignored_note(walk_images(tmp_path).ignored) == "files and folders ignored: 2 hidden"
    assert ignored_note(Counter()) == ""


def test_a_locale_in_which_names_are_other_texts_is_refused(tmp_path, monkeypatch):
    write(tmp_path, "plain.jpg")
    monkeypatch.setattr("sys.getfilesystemencoding", lambda: "ascii")
    assert walk_images(tmp_path).names == ["plain.jpg"]
    write(tmp_path, "k\u00e4.jpg")
    with pytest.raises(UserError, match=r"this locale \(ascii\).*set LC_ALL=C\.UTF-8"):
        walk_images(tmp_path)


def test_the_given_folder_is_read_whatever_its_name(tmp_path):
    write(tmp_path, "#recycle/a.jpg", "lost+found/b.jpg")
    assert walk_images(tmp_path / "#recycle").names == ["a.jpg"]
    assert walk_images(tmp_path).names == ["lost+found/b.jpg"]  # may be the only copy


def test_members_of_archives_follow_the_same_rules():
    counts = Counter()
    assert all(ignored_in_path(name, counts) for name in SYSTEM)
    assert sum(counts.values()) == len(SYSTEM)
    for name in ("a/b.jpg", "../up.jpg", "./a.jpg", "..."):
        assert not ignored_in_path(name, counts)


@pytest.mark.parametrize("name", ["a.jfif", "a.JPE", "a.pjpeg", "a.dib", "a.mpo", "a.apng"])
def test_other_extensions_of_the_formats_are_read(tmp_path, name):
    write(tmp_path, name)
    assert walk_images(tmp_path).names == [name]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.jp2", JPEG, "the name ends in .jp2, but it is a JPEG; rename it to end in .jpg"),
        ("a.nef", JPEG, "the name ends in .nef, but it is a JPEG; rename it to end in .jpg"),
        ("IMG_1", JPEG, "the name has no extension, but it is a JPEG; rename it to end in .jpg"),
        ("a.jpg_large", PNG, "the name ends in .jpg_large, but it is a PNG; rename it to end in"),
        ("a.heic", b"\0\0\0\x18ftypheic" + bytes(4), ".heic is not one of JPEG, PNG, WebP"),
        ("a.tga", b"", ".tga is not one of JPEG"),
        ("a.dng", TIFF, ".dng is a camera's raw data; develop it to TIFF or JPEG"),
        ("a.CR2", TIFF, ".cr2 is a camera's raw data"),
        ("a.mp4", b"\0\0\0\x18ftypmp42" + bytes(4), ".mp4 is a film; give its name to colorize"),
        ("photo", b"8BPS" + bytes(12), "PSD is not one of JPEG"),
    ],
)
def test_images_that_are_not_read_are_named_with_the_reason(tmp_path, name, data, reason):
    write(tmp_path, name, data=data)
    ((found, told),) = walk_images(tmp_path).not_read
    assert found == name
    assert told.startswith(f"format not supported: {reason}")


@pytest.mark.parametrize(
    ("name", "data"), [("README", b"BM25 is no bitmap"), ("a.csv", JPEG), ("noext", b"")]
)
def test_other_files_are_not_mentioned(tmp_path, name, data):
    write(tmp_path, name, data=data)
    walk = walk_images(tmp_path)
    assert (walk.names, walk.skipped()) == ([], [])


def test_links_to_folders_around_the_root_are_not_followed(tmp_path):
    write(tmp_path, "root/a.jpg", "beside/b.jpg")
    (tmp_path / "root" / "up").symlink_to(tmp_path)
    (tmp_path / "root" / "again").symlink_to(tmp_path / "root")
    assert walk_images(tmp_path / "root").names == ["a.jpg"]


def test_note_on_names_that_look_the_same(tmp_path):
    write(tmp_path, *(unicodedata.normalize(form, "Größe.jpg") for form in ("NFC", "NFD")))
    (note,) = walk_images(tmp_path).notes()
    assert note == (
        "names that differ only in their Unicode form: 'Gro\\u0308\xdfe.jpg', 'Gr\xf6\xdfe.jpg'"
    ).replace("\xdf", "\\xdf").replace("\xf6", "\\xf6")


def test_other_files_are_found_by_the_same_walk(tmp_path):
    write(tmp_path, "a.mp4", "sub/b.MKV", "c.jpg", "._a.mp4", "@eaDir/a.mp4/d.mp4")
    walk = walk_files(tmp_path, frozenset([".mp4", ".mkv"]))
    assert walk.names == ["a.mp4", "sub/b.MKV"]
    assert walk.ignored == {"._*": 1, "@eaDir": 1}
