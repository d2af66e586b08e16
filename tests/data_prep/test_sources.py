"""Folders and archives as sources: what is listed, what is refused and why, what is read."""

import stat
import zipfile

import pytest
from data_prep_archives import encoded, write_zip

from colorkeras.console.errors import UserError
from colorkeras.data.images.formats import UnusableImage
from data_prep.folder_images import FolderImages
from data_prep.sources import open_source
from data_prep.zip_images import ZipArchives


def read(source, name):
    (item,) = [item for item in source.items() if item.name == name]
    return source.reader()(item.name, item.where)


def listed(source):
    return {item.name: item.refused for item in source.items()}


def test_zip_lists_images_and_reads_them(tmp_path):
    members = {"d/b.png": encoded(1), "a.jpg": encoded(2, "JPEG"), "notes.txt": b"-", "d/": b""}
    source = open_source(str(write_zip(tmp_path / "x.zip", members)))
    assert listed(source) == {"d/b.png": "", "a.jpg": ""}
    assert read(source, "a.jpg") == members["a.jpg"]


def test_folder_of_archives_names_them(tmp_path):
    for name in ("two.zip", "one.zip"):
        write_zip(tmp_path / name, {"1.png": encoded(1)})
    source = open_source(str(tmp_path))
    assert list(listed(source)) == ["one.zip/1.png", "two.zip/1.png"]
    assert read(source, "two.zip/1.png") == encoded(1)
    assert [path.name for path in source.files()] == ["one.zip", "two.zip"]


def test_archives_beside_images_are_refused(tmp_path):
    """Either would be left out without a word."""
    write_zip(tmp_path / "one.zip", {"1.png": encoded(1)})
    (tmp_path / "2.png").write_bytes(encoded(2))
    with pytest.raises(UserError, match=r"zip archives \(one.zip, …\) and image files \(2.png"):
        open_source(str(tmp_path))


def test_hostile_members_are_refused_one_by_one(tmp_path):
    path = write_zip(
        tmp_path / "x.zip",
        {"good.png": encoded(1), "../up.png": encoded(1), "/abs.png": encoded(1), "GOOD.png": b"1"},
    )
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("bomb.png", bytes(8 << 20))
    found = listed(open_source(str(path)))
    assert found.pop("good.png") == ""
    assert {name: reason.split(":")[0] for name, reason in found.items()} == {
        "../up.png": "unsafe name",
        "/abs.png": "unsafe name",
        "GOOD.png (member 3)": "same name as another member, except for case",
        "link.png": "not a regular file (a link or a device)",
        "bomb.png": "compressed more than 200-fold",
    }


def test_damaged_member_and_truncated_archive(tmp_path):
    path = write_zip(tmp_path / "x.zip", {"a.png": encoded(1)})
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF  # inside the member: its checksum fails
    path.write_bytes(data)
    with pytest.raises(UnusableImage, match="damaged in the archive"):
        read(open_source(str(path)), "a.png")
    path.write_bytes(data[:-30])
    with pytest.raises(UserError, match=r"x\.zip: not a complete zip archive"):
        list(open_source(str(path)).items())


def test_folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.png").write_bytes(encoded(3))
    source = open_source(str(tmp_path))
    assert isinstance(source, FolderImages)
    assert listed(source) == {"sub/a.png": ""}
    assert read(source, "sub/a.png") == encoded(3)
    with pytest.raises(UnusableImage):
        source.reader()("sub/gone.png", "")


@pytest.mark.parametrize("given", ["", "nowhere", "file.txt"])
def test_what_is_no_source(given, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("-")
    with pytest.raises(UserError):
        open_source(given)


def test_same_member_names_in_two_archives_are_no_collision(tmp_path):
    paths = tuple(write_zip(tmp_path / n, {"1.png": encoded(1)}) for n in ("a.zip", "b.zip"))
    assert set(listed(ZipArchives(paths)).values()) == {""}


def test_a_folder_that_cannot_be_listed_is_named(tmp_path, monkeypatch):
    def closed(*_):  # the tests may run as root, whom permissions do not stop
        raise PermissionError(13, "Permission denied", str(tmp_path / "data.mdb"))

    monkeypatch.setattr(type(tmp_path), "iterdir", closed)
    with pytest.raises(UserError, match=f"^{tmp_path}: cannot be listed"):
        open_source(str(tmp_path))
