"""LSUN's LMDB, as file, folder and zip, whole and damaged, from key to data set."""

import hashlib
import struct
import zipfile

import lmdb
import numpy as np
import pytest
from data_prep_archives import encoded, pixels, refusal
from PIL import Image

from colorkeras.console.errors import UserError
from colorkeras.data.images.formats import UnusableImage
from data_prep import lsun
from data_prep.dataset_files import read_dataset, read_manifest
from data_prep.lmdb_images import LmdbImages, check_header, key_of, name_of
from data_prep.sources import open_source

CATEGORY = "church_outdoor_train_lmdb"


def write_lmdb(folder, count=30):
    """A miniature as LSUN publishes it: keys are SHA-1, values WebP files."""
    folder.mkdir(parents=True)
    # A map barely larger than its content, so that a cut file misses pages in use.
    with (
        lmdb.open(str(folder), map_size=1 << 24) as environment,
        environment.begin(write=True) as values,
    ):
        for number in range(count):
            key = hashlib.sha1(str(number).encode()).hexdigest().encode()
            values.put(key, encoded(number, "WEBP"))
    return folder / "data.mdb"


def zipped(path, folder):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in ("data.mdb", "lock.mdb"):
            archive.write(folder / file, f"{folder.name}/{file}")
    return path


def refused(capsys, *argv):
    return refusal(lsun.main, capsys, *argv)


def test_keys_become_names_and_back():
    assert name_of(b"0aF") == "0aF"
    for key in (b"0aF", b"../x", b"\xff\x00", b"hex-00", b"hex-zz", b"a" * 300):
        assert key_of(name_of(key)) == key
    assert name_of(b"../x") == "hex-2e2e2f78"


def test_reads_what_was_written(tmp_path):
    source = open_source(str(write_lmdb(tmp_path / CATEGORY)))
    names = [item.name for item in source.items()]
    assert len(names) == 30
    assert names == sorted(names)
    read = source.reader()
    assert read(hashlib.sha1(b"7").hexdigest()) == encoded(7, "WEBP")
    with pytest.raises(UnusableImage, match="no longer"):
        read("none")


def test_more_keys_than_a_portion(tmp_path, monkeypatch):
    """Pages of keys are asked of a child, each after the last one."""
    monkeypatch.setattr("data_prep.lmdb_images._keys_after", _two_at_a_time)
    path = write_lmdb(tmp_path / CATEGORY, 5)
    assert len({item.name for item in LmdbImages(path).items()}) == 5


def _two_at_a_time(path, last):
    keys = sorted(hashlib.sha1(str(n).encode()).hexdigest().encode() for n in range(5))
    return [key for key in keys if last is None or key > last][:2]


@pytest.mark.parametrize("form", ["zip", "folder", "file"])
def test_data_set(tmp_path, form):
    file = write_lmdb(tmp_path / "in" / CATEGORY)
    given = {
        "zip": lambda: zipped(tmp_path / f"{CATEGORY}.zip", file.parent),
        "folder": lambda: file.parent,
        "file": lambda: file,
    }[form]()
    before = {p: p.read_bytes() for p in file.parent.iterdir()}
    out = tmp_path / "out"
    assert lsun.main([str(given), "-o", str(out), "--split", "0.6/0.2/0.2"]) == 0
    facts = read_dataset(out)
    assert sum(facts["images"].values()) == 30
    assert facts["source"]["kind"] == "lmdb"
    (archive,) = facts["source"]["archives"]
    assert (
        archive["sha256"]
        == hashlib.sha256((file if form != "zip" else given).read_bytes()).hexdigest()
    )
    row = next(row for row in read_manifest(out) if row.source == hashlib.sha1(b"3").hexdigest())
    image = np.asarray(Image.open(out / row.path))
    assert image.shape == (64, 64, 3)
    # Of 48×64 pixels the central square, enlarged; WebP changes it a little.
    assert abs(image.mean() - pixels(3)[:, 8:56].mean()) < 3
    assert {p: p.read_bytes() for p in file.parent.iterdir()} == before
    assert not (out / ".work").exists()


def test_truncated_file_is_refused_before_it_is_mapped(tmp_path, capsys):
    file = write_lmdb(tmp_path / CATEGORY)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    message = refused(capsys, file, "-o", tmp_path / "out")
    assert "the download was interrupted" in message
    assert str(file) in message
    file.write_bytes(b"no database at all" * 1000)
    assert "not an LMDB" in refused(capsys, file, "-o", tmp_path / "out")
    file.write_bytes(b"")
    with pytest.raises(UserError, match="not an LMDB"):
        check_header(file)


def test_damaged_pages_do_not_end_this_process(tmp_path, capsys):
    """The page that the header calls the root is overwritten: the library may even crash."""
    file = write_lmdb(tmp_path / CATEGORY)
    data = bytearray(file.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    file.write_bytes(data)
    assert "a damaged LMDB" in refused(capsys, file, "-o", tmp_path / "out")


def test_lmdb_of_other_things_than_images(tmp_path, capsys):
    folder = tmp_path / "db"
    with (
        lmdb.open(str(folder), map_size=1 << 20) as environment,
        environment.begin(write=True) as values,
    ):
        for number in range(5):
            values.put(struct.pack(">I", number), b"not an image")
    message = refused(capsys, folder, "-o", tmp_path / "out")
    assert "0 train, 0 val, 0 test usable images" in message
    assert "not one of JPEG" in (tmp_path / "out" / "rejected.csv").read_text()


def test_hostile_archive_of_an_lmdb(tmp_path, capsys):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/data.mdb", bytes(300 << 20))
    assert "decompression bomb" in refused(capsys, bomb, "-o", tmp_path / "out")
    cut = zipped(tmp_path / "cut.zip", write_lmdb(tmp_path / CATEGORY).parent)
    data = bytearray(cut.read_bytes())
    data[200] ^= 0xFF
    cut.write_bytes(data)
    assert "is damaged" in refused(capsys, cut, "-o", tmp_path / "out2")
    assert not (tmp_path / "out2").exists()


def test_truncated_lmdb_in_a_zip_then_a_complete_one(tmp_path, capsys):
    file = write_lmdb(tmp_path / CATEGORY)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    archive = zipped(tmp_path / "x.zip", file.parent)
    message = refused(capsys, archive, "-o", tmp_path / "out")
    assert f"{archive}: {CATEGORY}/data.mdb in it is not a complete LMDB" in message
    file.write_bytes(whole)
    zipped(archive, file.parent)
    assert lsun.main([str(archive), "-o", str(tmp_path / "out"), "--split", "0.6/0.2/0.2"]) == 0


def test_without_the_library(tmp_path, capsys, monkeypatch):
    file = write_lmdb(tmp_path / CATEGORY)
    monkeypatch.setitem(__import__("sys").modules, "lmdb", None)
    assert "pip install" in refused(capsys, file, "-o", tmp_path / "out")
