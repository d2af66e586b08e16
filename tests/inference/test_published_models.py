"""Published models: found by name, refused where they were changed, never mixed up with images."""

import json
from pathlib import Path

import h5py
import pytest
from PIL import Image
from published import use_folder, write_published

from colorkeras.console.errors import UserError
from colorkeras.inference import published_models
from colorkeras.inference.published_models import (
    choose_model,
    domain_note,
    is_model,
    published_model,
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two published models, in a working folder without files."""
    model = tmp_path / "source.h5"
    h5py.File(model, "w").close()
    folder = tmp_path / "published"
    write_published(folder, "early", model)
    write_published(folder, "photo", model, default=True)
    use_folder(monkeypatch, folder)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return folder


def test_the_package_has_one_default_and_no_changed_file():
    """True also while none is published."""
    models = published_models.published_models()
    assert [model.is_default for model in models] == [True, False, False, False][: len(models)]
    assert all(model.checked_file().stat().st_size == model.record["bytes"] for model in models)
    assert all(model.card.startswith(f"# {model.name}") for model in models)
    others = {path.suffix for path in published_models.FOLDER.glob("*")} - {".h5", ".json", ".md"}
    assert others <= {".txt"}  # licences of others


def test_names_and_default(folder):
    assert published_model("early").file == folder / "early.h5"
    assert published_model().name == "photo"
    assert choose_model(None).file == choose_model("photo").file == folder / "photo.h5"
    assert choose_model("photo").label.startswith("photo, published, SHA-256 ")


def test_a_file_of_that_name_is_meant_but_no_folder(folder):
    Path("photo").mkdir()
    assert choose_model("photo").file == folder / "photo.h5"
    Path("photo").rmdir()
    h5py.File("photo", "w").close()
    assert str(choose_model("photo").file) == "photo"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("phto", r"phto: no such file. Did you mean photo\? Expected the model.h5 of a finished"),
        ("PHOTO", r"PHOTO: no such file. Did you mean photo\?"),
        ("quite_other", "quite_other: no such file. .* or a published model: early, photo"),
        ("other.h5", "other.h5: no such file. Expected the model.h5 of a finished run"),
        ("deep/photo", r"deep/photo: no such file. Did you mean photo\?"),
        ("a" * 300, "aaa: File name too long"),
        ("", "an empty name was given"),
    ],
)
def test_unknown(folder, name, expected):
    with pytest.raises(UserError, match=expected):
        choose_model(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [(None, "no model is published with this version"), ("photo", "no such file.*none is publis")],
)
def test_none_published(folder, monkeypatch, tmp_path, name, expected):
    use_folder(monkeypatch, tmp_path / "nothing")
    with pytest.raises(UserError, match=f"{expected}.*EXPERIMENT trains one"):
        choose_model(name)


def test_changed_file_is_refused(folder):
    with (folder / "photo.h5").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(UserError, match=r"photo.h5: has SHA-256 .*, and was published with"):
        choose_model(None)
    (folder / "photo.h5").unlink()
    with pytest.raises(UserError, match=r"photo.h5: cannot be read: .*Install colorkeras again"):
        choose_model("photo")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "no record of format 1"),
        ('{"format": 1}', "lacks title, "),
        ({"sha256": 5}, "has sha256 = 5"),
        ({"bytes": "many"}, "has bytes = 'many'"),
        ({"default": "no"}, "has default = 'no'"),
        ({"domain": None}, "has domain = None"),
        ({"metrics": [1]}, "has 1 where a table belongs"),
        ({"metrics": [{"data": "a", "images": 1, "values": {"psnr": {}}}]}, "lacks model"),
    ],
)
def test_damaged_record(folder, text, expected):
    file = folder / "photo.json"
    if isinstance(text, dict):
        text = json.dumps({**json.loads(file.read_text()), **text})
    file.write_text(text)
    with pytest.raises(UserError, match=f"photo.json: .*{expected}"):
        choose_model(None)


def test_a_model_is_told_from_an_image(folder, tmp_path):
    Image.new("L", (4, 4)).save("a.png")
    Image.new("L", (4, 4)).save("old.h5", format="png")
    h5py.File("weights", "w").close()
    Path("scans.h5").mkdir()
    models = ("model.h5", "gone.HDF5", "old.h5", "weights", "photo", "early")
    images = ("a.png", "gone.png", ".", "scans.h5", "phto", "./photo", "")
    assert [name for name in (*models, *images) if is_model(name)] == list(models)
    Path("photo").mkdir()  # a folder of photographs
    assert not is_model("photo")


def test_domain(folder):
    note = domain_note({"source": "scenes:face"})
    assert note.startswith("this model was trained on rendered scenes only: photographs are out")
    assert "Use the published model photo, or train on your own: " in note
    assert domain_note({"source": "photos"}) == domain_note({"source": 3}) == domain_note([]) == ""


def test_a_published_model_of_scenes_is_not_recommended(folder):
    for name in ("photo", "early"):
        write_published(
            folder, name, folder.parent / "source.h5", data={"source": "scenes:mixture"}
        )
    assert "Use one that was trained on photographs" in domain_note({"source": "scenes:face"})


def test_a_damaged_record_does_not_stop_work_with_another_model(folder):
    (folder / "photo.json").write_text("{")
    assert "one that was trained on photographs" in domain_note({"source": "scenes:mixture"})


def test_a_record_of_an_impossible_name(folder):
    (folder / "photo.json").rename(folder / "Odd Name.json")
    with pytest.raises(UserError, match=r"Odd Name\.json: is a record of a name that no"):
        choose_model(None)
