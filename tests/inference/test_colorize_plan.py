"""Which image becomes which file, decided without a model."""

import os

import pytest
from PIL import Image
from tiny_experiment import make_image

from colorkeras.console.errors import UserError
from colorkeras.data.images.mark import save_options
from colorkeras.inference.colorize_plan import Job, plan_jobs


def write(path, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(make_image()).save(path, **options)
    return path


def write_result(path):
    return write(path, **save_options(path.suffix, {"experiment": "tiny"}))


def results(plan):
    return [job.output.name for job in plan.jobs]


def test_folder_keeps_relative_paths(tmp_path):
    for name in ("b.png", "deep/er/a.jpg", "deep/c.tif", ".hidden.png", "@eaDir/b.png/x.jpg"):
        write(tmp_path / "in" / name)
    (tmp_path / "in" / "notes.txt").write_text("")
    plan = plan_jobs([str(tmp_path / "in")], tmp_path / "out")
    assert plan.problems == []
    assert plan.jobs == [
        Job(tmp_path / "in" / "b.png", tmp_path / "out" / "b.png", "png"),
        Job(tmp_path / "in" / "deep/c.tif", tmp_path / "out" / "deep/c.tif", "tiff"),
        Job(tmp_path / "in" / "deep/er/a.jpg", tmp_path / "out" / "deep/er/a.png", "png"),
    ]
    assert plan.notes() == ["files and folders ignored: 1 of other programs (@eaDir), 1 hidden"]


def test_a_name_does_not_depend_on_what_else_is_given(tmp_path):
    photos = [write(tmp_path / "1" / name) for name in ("a.jpg", "a.png", "b.jpg")]
    assert results(plan_jobs(photos, tmp_path / "out")) == ["a.jpg.png", "a.png.png", "b.png"]
    for photo, name in zip(photos, ["a.jpg.png", "a.png.png", "b.png"], strict=True):
        assert results(plan_jobs([photo], tmp_path / "out")) == [name]
    write_result(tmp_path / "1" / "b.png")  # a result is no other image
    assert results(plan_jobs([photos[2]], tmp_path / "out")) == ["b.png"]


def test_equal_names_of_several_folders_are_a_problem(tmp_path):
    """A number would depend on what else is given."""
    photos = [write(tmp_path / folder / name) for folder, name in [("2", "a.jpg"), ("3", "A.jpg")]]
    photos += [write(tmp_path / "2" / ".." / "2" / "a.jpg")]  # given twice
    plan = plan_jobs(photos, tmp_path / "out")
    assert results(plan) == ["a.png"]
    ((path, reason),) = plan.problems
    assert path == photos[1]
    assert reason == (
        f"its result would be {tmp_path / 'out' / 'A.png'}, as that of {photos[0]}; give a folder "
        "that holds both, or another -o"
    )


def test_a_pattern_keeps_the_folders_after_its_fixed_part(tmp_path):
    for name in ("1/a.jpg", "2/a.jpg", "2/notes.txt", "2/deep/b.tif", "2/c.cr2"):
        write(tmp_path / name) if name[-3:] in ("jpg",) else (tmp_path / name).parent.mkdir(
            parents=True, exist_ok=True
        )
    write(tmp_path / "2" / "deep" / "b.tif")
    (tmp_path / "2" / "notes.txt").write_text("")
    (tmp_path / "2" / "c.cr2").write_text("")
    plan = plan_jobs([f"{tmp_path}/[12]/**/*"], tmp_path / "out")
    found = [job.output.relative_to(tmp_path / "out").as_posix() for job in plan.jobs]
    assert found == ["1/a.png", "2/a.png", "2/deep/b.tif"]
    assert [path.name for path, _ in plan.problems] == ["c.cr2"]
    none = plan_jobs([f"{tmp_path}/*.bmp"], tmp_path / "out")
    assert none.problems == [(tmp_path / "*.bmp", "no image matches this pattern")]


@pytest.mark.parametrize(
    ("name", "options", "form", "expected"),
    [
        ("a.tif", {}, None, "a.tif"),
        ("a.TIFF", {}, None, "a.TIFF"),
        ("a.png", {}, None, "a.png"),
        ("a.webp", {"lossless": True}, None, "a.webp"),
        ("a.webp", {"lossless": False}, None, "a.png"),
        ("a.bmp", {}, None, "a.png"),
        ("a.gif", {}, None, "a.png"),
        ("a.jpeg", {}, None, "a.png"),
        ("a.jpeg", {}, "jpg", "a.jpeg"),
        ("a.tif", {}, "png", "a.png"),
        ("a.png", {}, "tiff", "a.tif"),
    ],
)
def test_a_result_has_the_format_of_its_image_where_that_is_without_loss(
    tmp_path, name, options, form, expected
):
    photo = write(tmp_path / name, **options)
    assert results(plan_jobs([photo], tmp_path / "out", form)) == [expected]


def test_pages_need_a_format_that_holds_them(tmp_path):
    page = Image.fromarray(make_image())
    page.save(tmp_path / "a.tif", save_all=True, append_images=[page, page])
    plan = plan_jobs([tmp_path / "a.tif"], tmp_path / "out", "png")
    assert plan.problems == [(tmp_path / "a.tif", "has 3 pages, a PNG holds one; use tiff")]
    assert results(plan_jobs([tmp_path / "a.tif"], tmp_path / "out")) == ["a.tif"]


def test_unicode_forms_are_one_name(tmp_path):
    photos = [write(tmp_path / "1" / "e\u0301.jpg"), write(tmp_path / "2" / "\xe9.jpg")]
    plan = plan_jobs(photos, tmp_path / "out")
    assert results(plan) == ["e\u0301.png"]
    assert [path for path, _ in plan.problems] == [photos[1]]


def test_results_in_the_folder_are_not_read_again(tmp_path):
    write(tmp_path / "in" / "a.png")
    write(tmp_path / "in" / "out" / "old.png")
    write(tmp_path / "in" / "outer" / "b.png")  # begins alike, is another folder
    plan = plan_jobs([tmp_path / "in"], tmp_path / "in" / "out")
    assert [job.photo.name for job in plan.jobs] == ["a.png", "b.png"]


def test_own_results_are_ignored_and_counted(tmp_path):
    write(tmp_path / "a.png")
    for name in ("b.png", "c.jpg"):
        write_result(tmp_path / name)
    plan = plan_jobs([tmp_path], tmp_path / "out")
    assert results(plan) == ["a.png"]
    assert plan.notes() == ["ignored, results of colorkeras: 2"]


def test_what_is_not_read_is_told(tmp_path, monkeypatch):
    write(tmp_path / "a.jfif", format="JPEG")
    write(tmp_path / "b.jp2", format="JPEG")
    write(tmp_path / "closed" / "c.png")
    scandir = os.scandir

    def closed(path):  # the tests may run as root, whom permissions do not stop
        if str(path).rstrip("/").endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    plan = plan_jobs([tmp_path], tmp_path / "out")
    assert results(plan) == ["a.png"]
    told = {path.name: reason for path, reason in plan.problems}
    assert told.keys() == {"b.jp2", "closed"}
    assert told["closed"] == "folder cannot be listed: Permission denied"


def test_out_is_the_folder_to_read(tmp_path):
    write(tmp_path / "in" / "a.png")
    with pytest.raises(UserError, match="is also the folder for the results"):
        plan_jobs([tmp_path / "in"], tmp_path / "in" / ".." / "in")


def test_out_is_a_file_that_is_no_image(tmp_path):
    (tmp_path / "notes").write_text("")
    with pytest.raises(UserError, match="notes: is a file; expected a folder"):
        plan_jobs([write(tmp_path / "a.png")], tmp_path / "notes")


@pytest.mark.parametrize("name", ["r.jpg", "r.JPEG", "r.png", "r.tiff", "r.webp"])
def test_one_image_may_go_into_one_file(tmp_path, name):
    photo = write(tmp_path / "a.png")
    (job,) = plan_jobs([photo], tmp_path / name).jobs
    assert (job.photo, job.output) == (photo, tmp_path / name)
    (tmp_path / name).mkdir()
    assert plan_jobs([photo], tmp_path / name).jobs == [
        Job(photo, tmp_path / name / "a.png", "png")
    ]


@pytest.mark.parametrize(
    ("photos", "out", "form", "message"),
    [
        (["a.png", "a.png"], "r.jpg", None, "names one file, 2 paths were given"),
        (["."], "r.jpg", None, "names one file, a folder was given"),
        (["a.png"], "r.bmp", None, "a result is PNG, JPEG, TIFF or WebP; expected a folder"),
        (["a.png"], "r.jpg", "png", "a result is --format png; .* ends in .png"),
    ],
)
def test_one_file_for_what_is_not_one_result(tmp_path, photos, out, form, message):
    write(tmp_path / "a.png")
    with pytest.raises(UserError, match=message):
        plan_jobs([tmp_path / photo for photo in photos], tmp_path / out, form)


def test_nothing_there(tmp_path):
    (tmp_path / "empty").mkdir()
    plan = plan_jobs([tmp_path / "none.png", tmp_path / "empty"], tmp_path / "out")
    assert plan.jobs == []
    assert plan.problems == [
        (tmp_path / "none.png", "no such file or folder"),
        (tmp_path / "empty", "no images in this folder"),
    ]
