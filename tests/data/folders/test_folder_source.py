import hashlib
import os
import shutil
import unicodedata

import numpy as np
import pytest
from PIL import Image

from colorkeras.console.errors import UserError
from colorkeras.data.folders.folder_source import open_folder
from colorkeras.data.images.decode import fit, read_rgb
from colorkeras.data.splits import by_name, keep_smallest, name_hash

SIZE = {"height": 24, "width": 32}


def names(source):
    return {split: images.names for split, images in source.sets.items()}


def test_images_come_out_in_the_size_asked_for(tmp_path, save_photos):
    save_photos(tmp_path, 12, "{:03d}.jpg")
    source = open_folder(tmp_path, **SIZE)
    images = source.sets["train"]
    assert images.size == (24, 32)
    for position, name in enumerate(images.names):
        image = images.read(position)
        assert (image.shape, image.dtype) == ((24, 32, 3), np.uint8)
        assert np.abs(image.astype(int) - fit(read_rgb(tmp_path / name), 24, 32)).mean() < 3
    assert (source.name, source.notes) == (str(tmp_path), [])


def test_large_jpegs_are_decoded_at_reduced_scale(tmp_path, photo):
    for seed in range(3):
        Image.fromarray(photo(480, 640, seed)).save(tmp_path / f"{seed}.jpg")
    images = open_folder(tmp_path, **SIZE).sets["train"]
    scaled = read_rgb(tmp_path / images.names[0], at_least=(24, 32))
    assert scaled.shape == (60, 80, 3)
    assert np.array_equal(images.read(0), fit(scaled, 24, 32))


def test_the_resize_rule_is_passed_on(tmp_path, save_photos, photo):
    save_photos(tmp_path, 4)
    for rule in ("crop", "stretch"):
        images = open_folder(tmp_path, height=32, width=32, resize=rule).sets["train"]
        original = read_rgb(tmp_path / images.names[0])
        assert np.array_equal(images.read(0), fit(original, 32, 32, rule=rule))


def test_splits_are_disjoint_complete_and_stable(tmp_path, save_photos):
    saved = save_photos(tmp_path / "a", 40)
    first = open_folder(tmp_path / "a", **SIZE)
    assert sorted(sum(names(first).values(), ())) == saved
    assert all(names(first).values())
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    again = open_folder(tmp_path / "b", **SIZE)
    assert names(again) == names(first)
    assert again.manifest_hash == first.manifest_hash
    save_photos(tmp_path / "b", 10, "more{:d}.png")
    more = open_folder(tmp_path / "b", **SIZE)
    for split, before in names(first).items():
        assert set(before) <= set(names(more)[split])  # no image moves when others come


def test_shares_come_out_about_as_asked():
    many = [f"folder/{number}.jpg" for number in range(5000)]
    groups = by_name(many, (0.7, 0.2, 0.1))
    shares = [len(groups[split]) / 5000 for split in ("train", "val", "test")]
    assert np.allclose(shares, (0.7, 0.2, 0.1), atol=0.02)


def test_the_split_of_a_name_is_fixed_for_good():
    """Published numbers rest on it: these values must never change."""
    digest = hashlib.sha256(b"colorkeras-split:a.jpg").digest()
    fraction = int.from_bytes(digest[:6], "big") / 2**48
    below = by_name(["a.jpg"], (fraction + 1e-9, 0.0, 1 - fraction - 1e-9))
    above = by_name(["a.jpg"], (fraction - 1e-9, 0.0, 1 - fraction + 1e-9))
    assert (below["train"], above["test"]) == (["a.jpg"], ["a.jpg"])


@pytest.mark.parametrize("count", [3, 4, 5, 9])
def test_small_folders_get_one_image_in_every_split(count):
    for seed in range(20):
        groups = by_name([f"{seed}-{number}" for number in range(count)], (0.8, 0.1, 0.1))
        assert all(groups.values())
        assert sum(map(len, groups.values())) == count
    assert by_name([f"{number}" for number in range(9)], (0.9, 0.1, 0.0))["test"] == []


def test_an_empty_split_gets_the_image_nearest_to_its_range():
    many = [f"{number}" for number in range(30)]
    place = {name: name_hash("split", name) for name in many}
    low = max(place.values()) + 1e-6  # nothing lies in the range of test
    groups = by_name(many, (0.1, low - 0.1, 1 - low))
    assert groups["test"] == [max(many, key=place.get)]


def test_the_limit_is_exact_deterministic_and_not_alphabetical(tmp_path, save_photos):
    saved = save_photos(tmp_path, 40)
    used = [sum(names(open_folder(tmp_path, **SIZE, limit=n)).values(), ()) for n in (10, 10, 20)]
    assert len(used[0]) == 10
    assert used[0] == used[1]
    assert set(used[0]) < set(used[2])
    assert sorted(used[0]) != saved[:10]
    assert len(sum(names(open_folder(tmp_path, **SIZE, limit=1000)).values(), ())) == 40


def test_the_limit_leaves_the_shares_alone():
    many = [f"{number}.jpg" for number in range(5000)]
    groups = by_name(keep_smallest(many, 1000), (0.8, 0.1, 0.1))
    assert 740 < len(groups["train"]) < 860


def test_own_splits_are_used(tmp_path, save_photos):
    for split, count in (("train", 8), ("val", 2), ("test", 3), ("extra", 2)):
        save_photos(tmp_path / split, count)
    source = open_folder(tmp_path, **SIZE)
    assert {s: len(images) for s, images in source.sets.items()} == {
        "train": 8,
        "val": 2,
        "test": 3,
    }
    assert source.sets["val"].names == ("val/000.png", "val/001.png")
    assert source.notes == [
        "divided as published: train is train/; val is val/; test is test/",
        "2 images outside of these folders are left out, such as extra/000.png; to train on them, "
        "put them into a folder of train",
        "3 test images are also in train, 2 val images are also in train, 2 test images are also "
        "in val (byte for byte)",
    ]
    limited = open_folder(tmp_path, **SIZE, limit=6)
    assert [len(limited.sets[split]) for split in ("train", "val", "test")] == [4, 1, 1]
    least = open_folder(tmp_path, **SIZE, limit=3)
    assert [len(least.sets[split]) for split in ("train", "val", "test")] == [2, 1, 1]


@pytest.mark.parametrize(("missing", "published"), [("val", "test"), ("test", "val")])
def test_what_was_not_published_is_taken_from_train(tmp_path, save_photos, missing, published):
    save_photos(tmp_path / "train", 30)
    held_out = save_photos(tmp_path / published, 3, "held-out{:d}.png")
    source = open_folder(tmp_path, **SIZE)
    assert source.sets[published].names == tuple(f"{published}/{name}" for name in held_out)
    taken = source.sets[missing].names
    assert 0 < len(taken) < 15
    assert all(name.startswith("train/") for name in taken)
    assert len(source.sets["train"]) + len(taken) == 30
    assert source.default_split == published
    assert (
        source.notes[1]
        == f"no folder for {missing}: {len(taken)} of the train images are used for it"
    )


def test_a_folder_of_test_images_alone_is_not_trained_on(tmp_path, save_photos):
    save_photos(tmp_path / "test", 6)
    with pytest.raises(UserError, match=r"0 train, 0 val, 6 test images.*test itself"):
        open_folder(tmp_path, **SIZE)
    source = open_folder(tmp_path, **SIZE, for_training=False)
    assert (source.default_split, len(source.sets["test"]), len(source.whole)) == ("test", 6, 6)


def test_a_plain_folder_is_measured_whole(tmp_path, save_photos):
    saved = save_photos(tmp_path, 5)
    source = open_folder(tmp_path, **SIZE, for_training=False)
    assert source.default_split == "all"
    assert source.whole.names == tuple(saved)
    (tmp_path / "one").mkdir()
    save_photos(tmp_path / "one", 1)
    assert len(open_folder(tmp_path / "one", **SIZE, for_training=False).whole) == 1


def test_copies_share_a_split_and_the_others_stay_where_they_are(tmp_path, save_photos):
    saved = save_photos(tmp_path, 40)
    before = names(open_folder(tmp_path, **SIZE))
    for name in saved[:20]:
        shutil.copy(tmp_path / name, tmp_path / name.replace(".png", " (1).png"))
    source = open_folder(tmp_path, **SIZE)
    for split, members in names(source).items():
        assert {name.replace(" (1)", "") for name in members} == set(before[split])
    assert sum(map(len, source.sets.values())) == 60
    assert source.notes == ["20 images are byte for byte copies of others; copies are in one split"]


def test_the_unicode_form_of_names_does_not_matter(tmp_path, save_photos):
    for form in ("NFC", "NFD"):
        save_photos(tmp_path / form, 20, unicodedata.normalize(form, "Mü/Größe{:d}.png"))
    one, other = (open_folder(tmp_path / form, **SIZE) for form in ("NFC", "NFD"))
    assert one.manifest_hash == other.manifest_hash
    assert one.sets["test"].manifest_hash == other.sets["test"].manifest_hash
    assert one.whole.names != other.whole.names


def test_note_on_names_that_look_alike(tmp_path, save_photos):
    save_photos(tmp_path, 4)
    for form in ("NFC", "NFD"):
        shutil.copy(tmp_path / "003.png", tmp_path / unicodedata.normalize(form, "é.png"))
    source = open_folder(tmp_path, **SIZE)
    assert sum(map(len, source.sets.values())) == 6
    assert source.notes[0] == (
        "names that differ only in their Unicode form: 'e\\u0301.png', '\\xe9.png'"
    )


def test_grey_images_of_prepared_data_are_used(tmp_path, save_photos, photo):
    """A stricter rule of today must not change the manifest of what was prepared earlier."""
    for split in ("train", "val", "test"):
        save_photos(tmp_path / split, 2)
    Image.fromarray(photo()).convert("L").save(tmp_path / "test" / "grey.png")
    assert len(open_folder(tmp_path, **SIZE).sets["test"]) == 2
    (tmp_path / "dataset.json").write_text("{}")
    assert len(open_folder(tmp_path, **SIZE).sets["test"]) == 3


def test_the_manifest_covers_content_name_and_split(tmp_path, save_photos):
    save_photos(tmp_path, 12)
    source = open_folder(tmp_path, **SIZE)
    lines = "".join(
        f"{split} {hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()} {name}\n"
        for split in ("train", "val", "test")
        for name in source.sets[split].names
    )
    assert source.manifest_hash == hashlib.sha256(lines.encode()).hexdigest()
    assert open_folder(tmp_path, **SIZE, split=(0.5, 0.25, 0.25)).manifest_hash != (
        source.manifest_hash
    )
    assert len({images.manifest_hash for images in source.sets.values()}) == 3


def test_a_file_that_changes_or_goes_is_named(tmp_path, save_photos, photo):
    save_photos(tmp_path, 8)
    images = open_folder(tmp_path, **SIZE).sets["train"]
    Image.fromarray(photo(40, 40, seed=99)).save(tmp_path / images.names[0])
    with pytest.raises(UserError, match=f"{images.names[0]}.*bytes have changed.*run again"):
        images.read(0)
    (tmp_path / images.names[1]).unlink()
    with pytest.raises(UserError, match=f"{images.names[1]}.*No such file.*run again"):
        images.read(1)
    os.utime(tmp_path / images.names[2])  # touched, but the same
    assert images.read(2).shape == (24, 32, 3)


def test_too_few_images_give_counts_and_advice(tmp_path, save_photos):
    save_photos(tmp_path, 1)
    (tmp_path / "broken.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"images \(1 files were set aside\).*three images"):
        open_folder(tmp_path, **SIZE)
    save_photos(tmp_path / "val", 2)
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "broken.png").write_bytes(b"")
    with pytest.raises(UserError, match="0 train, 2 val, 0 test images"):
        open_folder(tmp_path, **SIZE)


@pytest.mark.parametrize("split", [(0.8, 0.1), (0.9, 0.2, -0.1), (0.5, 0.1, 0.1), (1, 1, 1)])
def test_shares_that_make_no_sense(tmp_path, split):
    with pytest.raises(UserError, match="summing to 1"):
        open_folder(tmp_path, **SIZE, split=split)


def test_a_limit_below_one(tmp_path):
    with pytest.raises(UserError, match="limit 0"):
        open_folder(tmp_path, **SIZE, limit=0)


def test_set_aside_files_are_reported(tmp_path, save_photos):
    save_photos(tmp_path, 5)
    (tmp_path / "broken.png").write_bytes(b"")
    assert open_folder(tmp_path, **SIZE).set_aside == [("broken.png", "unreadable: empty file")]


def test_note_on_a_test_folder_that_is_not_used_as_such(tmp_path, save_photos):
    save_photos(tmp_path / "test", 3)
    save_photos(tmp_path / "holiday", 5, "h{:d}.png")
    notes = open_folder(tmp_path, **SIZE).notes
    assert sum("not used as such: test/ (3 images)" in note for note in notes) == 1


def test_note_on_the_folder_of_a_run(tmp_path, save_photos):
    save_photos(tmp_path, 1)
    (tmp_path / "run.json").write_text("{}")
    source = open_folder(tmp_path, **SIZE, for_training=False)
    assert source.default_split == "all"
    assert source.notes == [
        "the folder of a run: its images are plots and samples that the run wrote"
    ]
