"""Stored test images: found by name; what is missing, damaged or hostile is left out."""

from sample_runs import write_samples

from colorkeras.report.stored_images import read_image, stored_images


def test_names_and_paths(tmp_path):
    write_samples(tmp_path, ["b.png", "a.png"])
    found = stored_images(tmp_path)
    assert list(found) == ["b.png", "a.png"]
    image = found["a.png"]
    assert (image.grey.name, image.model.name) == ("001_grey.png", "001_model.png")
    assert read_image(image.truth).shape == (48, 64, 3)
    assert (read_image(image.truth) == 161).all()


def test_nothing_stored(tmp_path):
    assert stored_images(tmp_path) == {}
    assert read_image(tmp_path / "none.png") is None


def test_missing_and_damaged_files(tmp_path):
    write_samples(tmp_path, ["a.png", "b.png"])
    folder = tmp_path / "samples" / "test"
    (folder / "000_truth.png").unlink()
    whole = (folder / "001_model.png").read_bytes()
    (folder / "001_model.png").write_bytes(whole[:60])
    found = stored_images(tmp_path)
    assert list(found) == ["b.png"]
    assert read_image(found["b.png"].model) is None


def test_damaged_index(tmp_path):
    write_samples(tmp_path, ["a.png", "b.png"])
    index = tmp_path / "samples" / "test" / "index.csv"
    lines = "number,image\n../../000,x.png\n-1,y.png\n,z.png\n000,\n0,a.png\n001,b.p"
    index.write_text(lines, encoding="utf-8")
    assert list(stored_images(tmp_path)) == ["a.png"]
