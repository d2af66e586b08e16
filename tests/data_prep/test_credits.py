"""Licence and attribution of images: COCO's annotations, and a CSV file beside a folder."""

import csv
import json
import zipfile

import pytest
from data_prep_archives import encoded, refusal, write_zip

from data_prep import coco, folder, verify
from data_prep.coco_annotations import LICENCES
from data_prep.dataset_files import read_dataset, read_manifest
from data_prep.download import Download


def annotations(numbers, year=2017, **changes):
    """An annotation file in COCO's form: image n has the licence `numbers[n]`."""
    images = [
        {
            "license": licence,
            "file_name": f"{number:012d}.jpg",
            "coco_url": f"http://images.cocodataset.org/train2017/{number:012d}.jpg",
            "flickr_url": f"http://farm1.staticflickr.com/1/{number}_a_z.jpg",
            "height": 48,
            "width": 64,
            "id": number,
        }
        for number, licence in enumerate(numbers)
    ]
    listed = [
        {"url": f"http://{address}/", "id": number, "name": "…"}
        for number, (_, address) in LICENCES.items()
    ]
    content = {"info": {"year": year}, "licenses": listed, "images": images, "annotations": []}
    return json.dumps({**content, **changes})


@pytest.fixture
def archive(tmp_path):
    """32 photographs."""
    members = {f"train2017/{n:012d}.jpg": encoded(n, "JPEG") for n in range(32)}
    return write_zip(tmp_path / "train2017.zip", members)


@pytest.fixture
def states(tmp_path):
    """30 of them have an entry, 15 an open licence: ids 1, 2, …, 8, 1, …"""
    path = tmp_path / "annotations_trainval2017.zip"
    members = {
        "annotations/captions_train2017.json": annotations([n % 8 + 1 for n in range(30)]),
        "annotations/instances_train2017.json": "not read",
    }
    return write_zip(path, members)


def prepared(module, source, out, *options):
    assert module.main([str(source), "-o", str(out), "--size", "32", *map(str, options)]) == 0
    assert verify.main([str(out)]) == 0
    return {row.source: row for row in read_manifest(out)}


def rejected(out):
    with open(out / "rejected.csv", encoding="utf-8", newline="") as file:
        return {row["name"]: row["reason"] for row in csv.DictReader(file)}


def test_coco_under_open_licences(tmp_path, archive, states):
    out = tmp_path / "out"
    found = prepared(coco, archive, out, "--licence", "open", "--annotations", states)
    assert {int(name[-8:-4]) for name in found} == {
        n for n in range(30) if n % 8 + 1 in (4, 5, 7, 8)
    }
    row = found["train2017/000000000003.jpg"]
    assert row.licence == "CC BY 2.0"
    assert row.attribution == (
        "http://farm1.staticflickr.com/1/3_a_z.jpg "
        "http://images.cocodataset.org/train2017/000000000003.jpg"
    )
    assert {row.licence for row in found.values()} == {
        *("CC BY 2.0", "CC BY-SA 2.0", "no known copyright restrictions", "US government work")
    }
    facts = read_dataset(out)
    assert facts["rejected"] == {"licence not open": 16, "no entry in the annotations": 2}
    assert rejected(out)["train2017/000000000001.jpg"] == "licence not open: CC BY-NC 2.0"
    assert facts["division"]["rule"].startswith("0.8/0.1/0.1")
    assert "open licences" in facts["licence"]["text"]
    assert facts["source"]["credits"]["licence"] == "open"


def test_coco_by_number_when_fewer_remain(tmp_path, archive, states, capsys):
    options = ["--licence", "open", "--annotations", states, "--size", "32", "--split"]
    found = refusal(coco.main, capsys, archive, "-o", tmp_path / "a", *options, "20/2/2")
    assert "14 usable images, 24 are wanted" in found
    prepared(coco, archive, tmp_path / "b", *options, "8/2/2")
    assert read_dataset(tmp_path / "b")["images"] == {"train": 8, "val": 2, "test": 2}


def test_coco_with_annotations_and_any_licence(tmp_path, archive):
    unpacked = tmp_path / "annotations"
    unpacked.mkdir()
    (unpacked / "instances_train2017.json").write_text(annotations([2] * 30))
    options = ["--annotations", unpacked, "--split", "0.6/0.2/0.2"]
    found = prepared(coco, archive, tmp_path / "out", *options)
    assert len(found) == 32
    assert [row.licence for row in found.values()].count("CC BY-NC 2.0") == 30
    assert found["train2017/000000000031.jpg"].licence == ""


def test_coco_without_annotations_has_no_such_columns(tmp_path, archive):
    out = tmp_path / "out"
    prepared(coco, archive, out, "--split", "0.6/0.2/0.2")
    assert (out / "manifest.csv").read_text().splitlines()[0].endswith(",dhash")


def test_coco_downloads_its_annotations(tmp_path, archive, states, monkeypatch):
    """They are not beside the archives of images, and not fetched again."""
    (tmp_path / "in" / "annotations").mkdir(parents=True)
    archive.rename(tmp_path / "in" / archive.name)
    size = states.stat().st_size
    states.rename(tmp_path / "in" / "annotations" / states.name)
    monkeypatch.setattr(coco, "ANNOTATIONS", Download(coco.ANNOTATIONS.url, size))
    images = (tmp_path / "in" / archive.name).stat().st_size
    url = coco.SPEC.downloads["train2017"][0].url
    monkeypatch.setitem(coco.SPEC.downloads, "train2017", (Download(url, images),))
    options = ["--licence", "open", "--download", "train2017"]
    assert len(prepared(coco, tmp_path / "in", tmp_path / "out", *options)) == 14


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (annotations([4] * 30, year=2014), "of the year 2014. Give those of 2017"),
        (annotations([4] * 30)[:-100], "damaged, or not a file of COCO's annotations"),
        (annotations([4], images=[{"id": 1}]), "damaged, or not a file of COCO's annotations"),
        ("[]", "damaged, or not a file"),
        (annotations([4], licenses=[{"id": 4, "url": "x"}]), "its licence 4 is 'x', expected CC"),
        (annotations([]), "all were refused: 32 × no entry in the annotations"),
    ],
)
def test_annotations_that_do_not_fit(tmp_path, archive, capsys, content, words):
    file = tmp_path / "captions_train2017.json"
    file.write_text(content)
    argv = [archive, "-o", tmp_path / "out", "--licence", "open", "--annotations", file]
    assert words in refusal(coco.main, capsys, *argv)
    assert not (tmp_path / "out").exists()


def test_annotations_that_are_missing(tmp_path, archive, capsys):
    argv = [archive, "-o", tmp_path / "out", "--licence", "open"]
    assert "needs --annotations PATH" in refusal(coco.main, capsys, *argv)
    missing = refusal(coco.main, capsys, *argv, "--annotations", tmp_path / "no.json")
    assert "no.json: cannot be read (No such file" in missing
    other = write_zip(tmp_path / "image_info.zip", {"annotations/image_info_test2017.json": "{}"})
    assert "holds no captions_train2017.json" in refusal(
        coco.main, capsys, *argv, "--annotations", other
    )
    cut = tmp_path / "cut.zip"
    cut.write_bytes(b"PK\3\4 and no more")
    assert "cut.zip" in refusal(coco.main, capsys, *argv, "--annotations", cut)
    damaged = write_zip(tmp_path / "d.zip", {"captions_val2017.json": annotations([4])})
    with zipfile.ZipFile(damaged) as content:
        at = content.infolist()[0].header_offset + 60
    data = bytearray(damaged.read_bytes())
    data[at + 40] ^= 255
    damaged.write_bytes(data)
    assert "cannot be read (" in refusal(coco.main, capsys, *argv, "--annotations", damaged)


class TestFolder:
    @pytest.fixture
    def photos(self, tmp_path):
        path = tmp_path / "in"
        path.mkdir()
        for number in range(12):
            (path / f"{number:02d}.png").write_bytes(encoded(number))
        return path

    def test_licences_from_a_csv_file(self, tmp_path, photos, capfd):
        table = tmp_path / "licences.csv"
        lines = ["attribution,source,file,licence"]
        lines += [f'"A. Person, {number}",x,{number:02d}.png,CC BY 4.0' for number in range(10)]
        table.write_text("\n".join([*lines, "=1+1,x,10.png,CC0", ",,99.png,CC0"]) + "\n")
        found = prepared(folder, photos, tmp_path / "out", "--licences", table)
        assert found["03.png"][-2:] == ("CC BY 4.0", "A. Person, 3")
        assert found["10.png"][-2:] == ("CC0", "=1+1")
        assert found["11.png"][-2:] == ("", "")
        assert (
            "1 images are not in it, their licence stays blank; 1 of its rows name no image"
            in capfd.readouterr().err
        )
        assert "'=1+1" in (tmp_path / "out" / "manifest.csv").read_text()

    def test_a_preparation_goes_on_with_the_same_licences(self, tmp_path, photos, capsys):
        table, out = tmp_path / "licences.csv", tmp_path / "out"
        table.write_text("file,licence,attribution\n01.png,CC0,\n")
        argv = [photos, "-o", out, "--size", "32", "--licences", table]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("data_prep.preparation.divide", interrupted)
            assert folder.main([str(argument) for argument in argv]) == 130
        table.write_text("file,licence,attribution\n01.png,CC BY,\n")
        assert "begun here with another source" in refusal(folder.main, capsys, *argv)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("file,licence\n", "no column attribution. Its columns are file, licence"),
            ("licence,attribution\n", "no column path (or file, or name)"),
            ("file,licence,attribution\nx.png,CC0,\n", "names none of the 12 images"),
        ],
    )
    def test_tables_that_do_not_fit(self, tmp_path, photos, capsys, text, words):
        (tmp_path / "l.csv").write_text(text)
        argv = [photos, "-o", tmp_path / "out", "--licences", tmp_path / "l.csv"]
        assert words in refusal(folder.main, capsys, *argv)
        assert not (tmp_path / "out").exists()


def interrupted(*arguments):
    raise KeyboardInterrupt
