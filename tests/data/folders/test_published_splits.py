"""Published divisions: read from folder names, and nothing else taken for one."""

import pytest

from colorkeras.data.folders.published_splits import fill_missing, recognize, unused_note


def divided(*folders):
    """The split of each folder's image, by the layout of all of them."""
    layout = recognize([f"{folder}/a.jpg" for folder in folders])
    return layout and [layout.split_of(f"{folder}/b.jpg") for folder in folders]


@pytest.mark.parametrize(
    ("folders", "splits"),
    [
        (["train", "val", "test"], ["train", "val", "test"]),
        (["train2017", "val2017", "test2017"], ["train", "val", "test"]),
        (["Training", "Validation", "Testing"], ["train", "val", "test"]),
        (["TRAIN", "TEST"], ["train", "test"]),
        (["train", "valid"], ["train", "val"]),
        (["train_256", "val_256"], ["train", "val"]),
        (["trainA", "trainB", "testA", "testB"], ["train", "train", "test", "test"]),
        (["train_set", "test_set"], ["train", "test"]),
        (["images/train", "images/val", "images/test"], ["train", "val", "test"]),
        (["D/CLS-LOC/train/n01", "D/CLS-LOC/val/n01"], ["train", "val"]),
        (["bottle/train/good", "bottle/test/bad"], ["train", "test"]),
        (["DIV2K_train_HR", "DIV2K_valid_HR"], ["train", "val"]),
        (["seg_train/seg_train/sea", "seg_test/seg_test/sea"], ["train", "test"]),
        (["train/test", "train/train", "test/train"], ["train", "train", "test"]),
        (["test"], ["test"]),
        (["images/test/a", "images/test/b"], ["test", "test"]),
        (["val2017"], ["val"]),
        (["trainset", "testset"], ["train", "test"]),
        (["traindata", "testdata"], ["train", "test"]),
        (["trainimages", "testimages"], ["train", "test"]),
        (["traina", "trainb", "testa", "testb"], ["train", "train", "test", "test"]),
        (["ｔｒａｉｎ", "ｔｅｓｔ"], ["train", "test"]),
        (["train", "dev"], ["train", "val"]),
        (["train", "dev", "test"], ["train", "val", "test"]),
        (["train", "holdout"], ["train", "test"]),
        (["train", "val", "test-dev", "test_challenge"], ["train", "val", "test", "test"]),
        (["VOCtrainval_06-Nov-2007/V/J", "VOCtest_06-Nov-2007/V/J"], ["train", "test"]),
        (["data_256/a/abbey", "val_256", "test_256"], ["train", "val", "test"]),
        (["DIV2K_train_HR", "DIV2K_valid_HR", "Flickr2K"], ["train", "val", None]),
        (["D/x/train_HR", "D/x/valid_HR", "D/Flickr2K"], ["train", "val", None]),
    ],
)
def test_published(folders, splits):
    assert divided(*folders) == splits


@pytest.mark.parametrize(
    "folders",
    [
        ["2019", "2020"],
        ["train"],  # all of it training images: any division is as good
        ["train", "boats"],
        ["test", "holiday"],
        ["trains", "tests"],
        ["Val d'Isère", "train station"],
        ["italy_train", "spain_test"],
        ["contest", "retrained"],
        ["dev"],  # words that are a split's only beside train
        ["testa", "collo"],
    ],
)
def test_plain(folders):
    assert divided(*folders) is None


def test_a_few_images_in_folders_named_so_are_no_layout():
    album = [f"2019/{n}.jpg" for n in range(20)]
    few = ["2020/model railway/train/1.jpg", "2020/model railway/test/1.jpg"]
    assert recognize([*album, *few]) is None
    assert recognize([*album[:2], *few]) is not None
    # At the top of the folder they are meant, as they always were.
    assert recognize([*album, "train/1.jpg", "test/1.jpg"]).outside == 20


def test_a_division_at_the_top_counts_however_small_it_is():
    parts = {"DIV2K_train_HR": 10, "DIV2K_valid_HR": 5, "Flickr2K": 20}
    for above in ("", "data/"):
        layout = recognize(
            [f"{above}{f}/{n}.png" for f, count in parts.items() for n in range(count)]
        )
        assert layout.published() == {"train", "val"}
        assert layout.outside == 20
    cities = {"train/aachen": 3, "val/bonn": 2, "test/berlin": 2, "train_extra/ulm": 20}
    names = [f"leftImg8bit/{f}/{n}.png" for f, count in cities.items() for n in range(count)]
    layout = recognize(names)
    assert layout.outside == 0
    assert layout.split_of("leftImg8bit/train_extra/ulm/0.png") == "train"


@pytest.mark.parametrize(
    ("folders", "told"),
    [
        (
            ["test", "holiday"],
            "test/ (1 images), since no folder with a similar name is for",
        ),
        (["test/x", "."], "test/ (1 images)"),
        (["cars/test", "cars/val", "boats"], "cars/test/, cars/val/ (2 images)"),
        (["italy_train", "spain_test"], "spain_test/ (1 images)"),
        (["a/train", "a/test", *"bcdefg"], "a/test/ (1 images), since below the top"),
    ],
)
def test_note_on_folders_that_are_not_used_as_splits(folders, told):
    names = [f"{folder}/a.jpg".removeprefix("./") for folder in folders]
    assert recognize(names) is None
    assert unused_note(names).startswith(f"named as test or val sets, but not used as such: {told}")


@pytest.mark.parametrize(
    "folders", [["2019"], ["train", "boats"], ["contest"], ["trains", "tests"]]
)
def test_no_note_on_other_folders(folders):
    assert unused_note(f"{folder}/a.jpg" for folder in folders) == ""


def test_the_note_names_folders_and_a_few_of_many():
    names = [f"{kind}/{split}/1.jpg" for kind in "abcdef" for split in ("train", "test")]
    assert recognize(names).note() == (
        "divided as published: train is a/train/, b/train/, c/train/, d/train/ and 2 more; test is "
        "a/test/, b/test/, c/test/, d/test/ and 2 more"
    )


def test_a_missing_split_is_taken_from_train_by_name():
    groups = {"train": [f"{n}" for n in range(1000)], "val": [], "test": ["t"]}
    filled = fill_missing(groups, {"train", "test"}, (0.8, 0.1, 0.1))
    assert filled["test"] == ["t"]
    assert 80 < len(filled["val"]) < 145  # a ninth, as 0.1 is to 0.8
    assert sorted(filled["train"] + filled["val"], key=int) == groups["train"]


@pytest.mark.parametrize("published", [{"train", "val", "test"}, {"val", "test"}])
def test_a_published_split_stays_as_it_is(published):
    groups = {"train": ["a", "b", "c"], "val": [], "test": ["t"]}
    assert fill_missing(groups, published, (0.8, 0.1, 0.1)) == groups
