import csv
import hashlib
import os
import warnings

import numpy as np
import pytest
from PIL import Image

from colorkeras.console.errors import UserError
from colorkeras.data.folders import examine
from colorkeras.data.folders.index import scan_folder
from colorkeras.data.images.mark import OWN_RESULT, save_options
from colorkeras.data.set_aside import write_set_aside


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images").mkdir()
    return tmp_path / "images"


@pytest.fixture
def decoded(monkeypatch):
    """The names that scans look into, in no certain order."""
    names = []
    original = examine._check
    monkeypatch.setattr(
        examine, "_check", lambda data, *limits: names.append(len(data)) or original(data, *limits)
    )
    return names


def test_good_images_are_found_by_sorted_relative_name(folder, save_photos):
    save_photos(folder, 2, "b/{:d}.png")
    save_photos(folder, 1, 'a with space, "quote" é{:d}.JPG')
    save_photos(folder, 1, ".hidden/{:d}.png")
    save_photos(folder, 1, ".{:d}.png")
    (folder / "manifest.csv").write_text("file\n")
    index = scan_folder(folder)
    assert index.names == ('a with space, "quote" é0.JPG', "b/0.png", "b/1.png")
    assert index.set_aside == []
    for name, digest, size in zip(index.names, index.sha256s, index.sizes, strict=True):
        data = (folder / name).read_bytes()
        assert (digest, size) == (hashlib.sha256(data).hexdigest(), len(data))


def test_what_is_set_aside_and_why(folder, photo, save_photos):
    save_photos(folder, 3, "good{:d}.jpg")
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "whole.jpg")
    data = (folder / "whole.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(data[: len(data) // 2])
    (folder / "empty.png").write_bytes(b"")
    Image.fromarray(photo(20, 30)).save(folder / "small.png")
    Image.new("1", (20_000, 20_000)).save(folder / "bomb.png")
    Image.fromarray(photo()).convert("L").save(folder / "grey.webp")
    Image.fromarray(photo()).save(folder / "image.avif")
    (folder / "link.png").symlink_to("nowhere")
    (folder / "loop.png").symlink_to("loop.png")
    reasons = dict(scan_folder(folder).set_aside)
    assert reasons.pop("cut.jpg").startswith("unreadable: truncated")
    assert reasons.pop("grey.webp").startswith("grey: ")
    assert reasons.pop("loop.png").startswith("unreadable: Too many levels")
    assert reasons == {
        "bomb.png": "too large: 20000x20000, more than 100000000 pixels",
        "empty.png": "unreadable: empty file",
        "link.png": "unreadable: No such file or directory",
        "image.avif": "format not supported: .avif is not one of JPEG, PNG, WebP, BMP, GIF, TIFF",
        "small.png": "too small: 30x20, shorter side below 32",
    }


def test_limits_are_arguments(folder, photo):
    Image.fromarray(photo(20, 30)).save(folder / "small.png")
    Image.fromarray(photo(50, 50)).save(folder / "large.png")
    assert scan_folder(folder, min_side=20).names == ("large.png", "small.png")
    assert scan_folder(folder, min_side=20, max_pixels=600).names == ("small.png",)


def test_a_very_large_file_is_not_read(folder, save_photos, monkeypatch):
    save_photos(folder, 1)
    with open(folder / "huge.tif", "wb") as file:
        file.truncate(examine.MAX_BYTES + 1)  # sparse
    assert scan_folder(folder).set_aside == [("huge.tif", "too large: 512 MiB, more than 512 MiB")]


def test_linked_folders_are_followed_once(folder, tmp_path, save_photos):
    save_photos(folder, 1)
    save_photos(tmp_path / "elsewhere", 1)
    (folder / "loop").symlink_to(folder)
    (folder / "other").symlink_to(tmp_path / "elsewhere")
    (folder / "link.png").symlink_to(tmp_path / "elsewhere" / "000.png")
    assert scan_folder(folder).names == ("000.png", "link.png", "other/000.png")


def test_pipes_do_not_hang(folder, save_photos):
    save_photos(folder, 1)
    os.mkfifo(folder / "pipe.png")
    assert scan_folder(folder).names == ("000.png",)


def test_the_second_scan_reads_and_writes_nothing(folder, save_photos, monkeypatch):
    save_photos(folder, 3)
    (folder / "empty.png").write_bytes(b"")
    first = scan_folder(folder)
    monkeypatch.setattr(
        "colorkeras.data.folders.index.examine", lambda *_: pytest.fail("read again")
    )
    monkeypatch.setattr(
        "colorkeras.data.folders.index.save_entries", lambda *_: pytest.fail("written")
    )
    second = scan_folder(folder)
    assert second.names == first.names
    assert second.set_aside == first.set_aside
    assert second.manifest_hash == first.manifest_hash
    assert np.array_equal(second.mtimes_ns, first.mtimes_ns)


def test_only_changed_and_new_files_are_read_again(folder, photo, save_photos, decoded):
    save_photos(folder, 4)
    first = scan_folder(folder)
    assert len(decoded) == 4
    decoded.clear()
    Image.fromarray(photo(60, 60, seed=9)).save(folder / "001.png")
    Image.fromarray(photo(60, 60, seed=10)).save(folder / "new.png")
    (folder / "002.png").unlink()
    second = scan_folder(folder)
    assert len(decoded) == 2
    assert second.names == ("000.png", "001.png", "003.png", "new.png")
    assert second.sha256s[0] == first.sha256s[0]
    assert second.sha256s[1] != first.sha256s[1]
    assert second.manifest_hash != first.manifest_hash


def test_other_settings_do_not_share_results(folder, photo):
    Image.fromarray(photo(20, 30)).save(folder / "small.png")
    assert scan_folder(folder, min_side=16).names == ("small.png",)
    with pytest.raises(UserError, match="too small"):
        scan_folder(folder, min_side=32)


def test_an_interrupted_scan_continues(folder, save_photos, decoded):
    save_photos(folder, 6)

    def interrupt(done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan_folder(folder, progress=interrupt)
    decoded.clear()
    assert len(scan_folder(folder).names) == 6
    assert len(decoded) == 3


def test_progress_counts_to_the_total(folder, save_photos):
    save_photos(folder, 5)
    calls = []
    scan_folder(folder, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(done, 5) for done in range(1, 6)]


def test_the_manifest_hash_does_not_depend_on_the_place(tmp_path, save_photos):
    for place in ("here", "there"):
        save_photos(tmp_path / place, 3)
    here, there = (scan_folder(tmp_path / place) for place in ("here", "there"))
    assert here.manifest_hash == there.manifest_hash
    lines = (f"{d} {n}\n" for d, n in zip(here.sha256s, here.names, strict=True))
    assert here.manifest_hash == hashlib.sha256("".join(lines).encode()).hexdigest()
    os.rename(tmp_path / "there" / "000.png", tmp_path / "there" / "renamed.png")
    assert scan_folder(tmp_path / "there").manifest_hash != here.manifest_hash


def test_strange_names_survive_the_cache_and_the_csv(folder, tmp_path, save_photos):
    names = ["=1+1.png", 'a,"b".png', "line\nbreak.png", "émü.png", os.fsdecode(b"\xff\xfe.png")]
    for name in names:
        (folder / name).write_bytes(b"")
    save_photos(folder, 2, 'ok\n,"{:d}".png')
    first, second = scan_folder(folder), scan_folder(folder)
    assert sorted(name for name, _ in first.set_aside) == sorted(names)
    assert (second.names, second.set_aside) == (first.names, first.set_aside)
    write_set_aside(first, tmp_path / "out" / "set_aside.csv")
    with open(tmp_path / "out" / "set_aside.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["name", "reason"]
    assert ["'=1+1.png", "unreadable: empty file"] in rows
    assert ["line\\nbreak.png", "unreadable: empty file"] in rows
    assert ["\\xff\\xfe.png", "unreadable: empty file"] in rows
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["set_aside.csv"]


@pytest.mark.parametrize(
    "damage", [b"", b"{}\n", b'{"format": 1}\n["x", 1]\n', b"\xff\x00", b'{"format": 1}\n[[[[']
)
def test_a_damaged_cache_costs_a_scan_and_a_warning(folder, cache, save_photos, damage):
    save_photos(folder, 2)
    first = scan_folder(folder)
    (file,) = (cache / "index").iterdir()
    file.write_bytes(damage)
    with pytest.warns(UserWarning, match="scan cache ignored"):
        assert scan_folder(folder).manifest_hash == first.manifest_hash
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scan_folder(folder)  # mended


def test_an_unwritable_cache_is_no_error(folder, tmp_path, save_photos, monkeypatch):
    save_photos(folder, 2)
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COLORKERAS_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.warns(UserWarning, match="set COLORKERAS_CACHE") as caught:
        assert len(scan_folder(folder).names) == 2
    assert len(caught) == 1


def test_the_cache_is_found_by_the_usual_variables(folder, tmp_path, save_photos, monkeypatch):
    save_photos(folder, 1)
    monkeypatch.delenv("COLORKERAS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    scan_folder(folder)
    assert len(list((tmp_path / "xdg" / "colorkeras" / "index").iterdir())) == 1
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    scan_folder(folder)
    assert len(list((tmp_path / "home" / ".cache" / "colorkeras" / "index").iterdir())) == 1


def test_the_folder_is_never_written_to(folder, save_photos):
    save_photos(folder, 2)
    before = sorted((path.name, path.stat().st_mtime_ns) for path in [folder, *folder.iterdir()])
    scan_folder(folder)
    assert before == sorted((p.name, p.stat().st_mtime_ns) for p in [folder, *folder.iterdir()])


@pytest.mark.parametrize("address", ["http://host/images", "https://x.org/a.zip", "s3://bucket/a"])
def test_addresses_are_refused(address):
    with pytest.raises(UserError, match="Only local folders"):
        scan_folder(address)


def test_errors_say_what_is_wrong_with_the_folder(folder, tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        scan_folder(tmp_path / "none")
    with pytest.raises(UserError, match="empty"):
        scan_folder("")
    with pytest.raises(UserError, match="no image files"):
        scan_folder(folder)
    (tmp_path / "file.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"file\.png: a file\. Expected a folder"):
        scan_folder(tmp_path / "file.png")


def test_nothing_usable_gives_counts_and_examples(folder, photo):
    for number in range(4):
        (folder / f"empty{number}.png").write_bytes(b"")
    Image.fromarray(photo(10, 10)).save(folder / "tiny.png")
    with pytest.raises(UserError) as caught:
        scan_folder(folder)
    message = str(caught.value)
    assert "none of 5 image files is usable: 4 unreadable, 1 too small" in message
    assert message.count("empty file") == 3


def test_a_folder_that_cannot_be_listed_is_skipped_with_a_note(folder, save_photos, monkeypatch):
    save_photos(folder, 1)
    save_photos(folder, 1, "closed/{:d}.png")
    close(monkeypatch, "closed")
    index = scan_folder(folder)
    assert index.names == ("000.png",)
    assert index.set_aside == [("closed/", "folder cannot be listed: Permission denied")]
    assert index.notes == ["folders that cannot be listed are skipped: closed/"]


def test_a_root_that_cannot_be_listed_is_an_error(folder, save_photos, monkeypatch):
    save_photos(folder, 1)
    close(monkeypatch, folder.name)
    with pytest.raises(UserError, match=r"images: cannot be listed \(Permission denied\)"):
        scan_folder(folder)


def close(monkeypatch, name):
    """Make a folder one that cannot be listed, for root too, whom permissions do not stop."""
    original = os.scandir

    def scandir(path):
        if str(path).rstrip("/").endswith(name):
            raise PermissionError(13, "Permission denied")
        return original(path)

    monkeypatch.setattr(os, "scandir", scandir)


def test_results_of_the_suite_are_not_used(folder, photo, save_photos):
    save_photos(folder, 2)
    facts = {"experiment": "tiny", "run": "first"}
    for suffix in (".png", ".jpg"):
        Image.fromarray(photo()).save(folder / f"made{suffix}", **save_options(suffix, facts))
    assert scan_folder(folder).set_aside == [(f"made{s}", OWN_RESULT) for s in (".jpg", ".png")]


def test_a_file_that_cannot_be_opened_is_tried_again(folder, save_photos, monkeypatch):
    save_photos(folder, 2)

    def closed(*_, **__):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(examine, "open", closed, raising=False)
        with pytest.raises(UserError, match="2 unreadable"):
            scan_folder(folder)
    assert len(scan_folder(folder).names) == 2
