"""Each report's data set, from a miniature of its real on-disk form."""

import hashlib

import pytest
from data_prep_archives import encoded, refusal, write_zip

from data_prep import coco, digiface, human_faces, lsun
from data_prep.dataset_files import read_dataset, read_manifest
from data_prep.download import Download


def refused(capsys, module, *argv):
    return refusal(module.main, capsys, *argv)


def sources(out, split=None):
    return {row.source for row in read_manifest(out) if split in (None, row.split)}


def coco_zip(path, count=40):
    """Names as COCO has them, below a folder of the archive's name."""
    members = {f"{path.stem}/{n:012d}.jpg": encoded(n, "JPEG") for n in range(count)}
    return write_zip(path, members)


def test_coco_draws_by_seed(tmp_path):
    archive = coco_zip(tmp_path / "train2017.zip")
    outs = {}
    for name, seed in (("a", 123), ("b", 123), ("c", 5)):
        outs[name] = tmp_path / name
        options = ["--split", "20/6/6", "--seed", str(seed)]
        assert coco.main([str(archive), "-o", str(outs[name]), *options]) == 0
    facts = read_dataset(outs["a"])
    assert facts["images"] == {"train": 20, "val": 6, "test": 6}
    assert facts["manifest"] == read_dataset(outs["b"])["manifest"]
    assert sources(outs["a"]) != sources(outs["c"])
    assert "train2017/" in next(iter(sources(outs["a"])))
    assert facts["recipe"]["height"] == facts["recipe"]["width"] == 256


def test_coco_by_default_is_the_reports(tmp_path):
    assert coco.SPEC.division.counts[:2] == (8000, 2000)
    assert coco.SPEC.division.seed == 123


def test_coco_of_both_archives(tmp_path):
    folder = tmp_path / "archives"
    folder.mkdir()
    coco_zip(folder / "train2017.zip", 12)
    write_zip(
        folder / "val2017.zip", {f"val2017/{n:012d}.jpg": encoded(n, "JPEG") for n in range(50, 60)}
    )
    out = tmp_path / "out"
    assert coco.main([str(folder), "-o", str(out), "--split", "0.6/0.2/0.2"]) == 0
    assert {name.split("/")[0] for name in sources(out)} == {"train2017.zip", "val2017.zip"}
    assert [a["name"] for a in read_dataset(out)["source"]["archives"]] == [
        "train2017.zip",
        "val2017.zip",
    ]


def digiface_zips(folder):
    """Two of the eight archives: SUBJECT/K.png of 112 pixels."""
    folder.mkdir()
    for name, subjects, images in (
        ("subjects_0-1999_72_imgs", range(8), 4),
        ("subjects_100000-133332_5_imgs", range(100_000, 100_008), 3),
    ):
        members = {
            f"{subject}/{k}.png": encoded(1000 * subject + k, height=112, width=112)
            for subject in subjects
            for k in range(images)
        }
        write_zip(folder / f"{name}.zip", members)
    return folder


def test_digiface_keeps_subjects_together(tmp_path):
    out = tmp_path / "out"
    options = ["-o", str(out), "--accept-licence", "--split", "0.5/0.25/0.25"]
    assert digiface.main([str(digiface_zips(tmp_path / "zips")), *options]) == 0
    subjects = {}
    for row in read_manifest(out):
        subjects.setdefault(row.source.rpartition("/")[0], set()).add(row.split)
        assert (row.width, row.height) == (112, 112)
    assert len(subjects) == 16
    assert all(len(splits) == 1 for splits in subjects.values())
    assert {split for splits in subjects.values() for split in splits} == {"train", "val", "test"}
    facts = read_dataset(out)
    assert facts["recipe"]["height"] == 112
    assert "non-commercial research" in facts["licence"]["text"]


def test_digiface_asks_for_its_licence(tmp_path, capsys):
    message = refused(capsys, digiface, digiface_zips(tmp_path / "zips"), "-o", tmp_path / "out")
    assert "non-commercial research only" in message
    assert "--accept-licence" in message
    assert not (tmp_path / "out").exists()
    # Asked before the first byte is fetched, too.
    options = ["-o", tmp_path / "out", "--download", "5_imgs"]
    assert "--accept-licence" in refused(capsys, digiface, tmp_path / "new", *options)
    assert not (tmp_path / "new").exists()


def faces_zip(path, count=330):
    """Names with spaces and brackets, of mixed formats and sizes, as Kaggle's archive has them."""
    kinds = ("JPEG", "PNG")
    members = {
        f"Humans/1 ({n}).{'jpg' if n % 2 else 'png'}": encoded(
            n, kinds[n % 2 == 0], height=40 + n % 7, width=50 - n % 5
        )
        for n in range(1, count + 1)
    }
    return write_zip(path, members)


def test_human_faces_subsets_are_nested_and_tested_alike(tmp_path):
    archive, outs = faces_zip(tmp_path / "archive.zip"), {}
    for subset in (20, 100):
        outs[subset] = tmp_path / str(subset)
        options = ["--subset", str(subset), "--size", "32"]
        assert human_faces.main([str(archive), "-o", str(outs[subset]), *options]) == 0
        assert read_dataset(outs[subset])["images"]["train"] == subset
    assert sources(outs[20], "train") < sources(outs[100], "train")
    for split in ("val", "test"):
        assert sources(outs[20], split) == sources(outs[100], split)
        assert len(sources(outs[20], split)) == human_faces.HELD_OUT
    assert read_dataset(outs[20])["recipe"]["resize"] == "stretch"


def test_human_faces_options(tmp_path, capsys):
    archive = faces_zip(tmp_path / "archive.zip", 30)
    out = tmp_path / "out"
    options = ["-o", out, "--subset", "20", "--split", "0.8/0.1/0.1"]
    assert "--subset and --split: give one" in refused(capsys, human_faces, archive, *options)
    message = refused(capsys, human_faces, archive, "-o", out, "--subset", "20")
    assert "30 usable images" in message
    assert "220 are wanted" in message


def test_download_then_prepare(tmp_path, monkeypatch):
    """The command's own way, with an archive that is there already."""
    folder = tmp_path / "archives"
    folder.mkdir()
    archive = coco_zip(folder / "val2017.zip")
    part = Download("https://example.org/val2017.zip", archive.stat().st_size)
    monkeypatch.setitem(coco.SPEC.downloads, "val2017", (part,))
    out = tmp_path / "out"
    options = ["-o", str(out), "--download", "val2017", "--split", "0.6/0.2/0.2"]
    assert coco.main([str(folder), *options]) == 0
    (found,) = read_dataset(out)["source"]["archives"]
    assert found["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()


def test_download_into_a_file(tmp_path, capsys):
    path = tmp_path / "x"
    path.write_text("")
    message = refused(capsys, coco, path, "-o", tmp_path / "out", "--download", "val2017")
    assert "give the folder to download into" in message


@pytest.mark.parametrize("module", [coco, digiface, human_faces, lsun])
def test_help_says_where_the_data_is(module, capsys):
    with pytest.raises(SystemExit):
        module.main(["-h"])
    text = " ".join(capsys.readouterr().out.split())
    assert "SOURCE is" in text
    assert ("--download" in text) == (module is not human_faces)
    if module is human_faces:
        assert "requires a login" in text
