"""Which stored runs count: all that meet the conditions."""

import pytest
from sample_claims import selector
from sample_runs import write_run

from colorkeras.claims.selection import changed_settings, meets, read_selector
from colorkeras.console.errors import UserError
from colorkeras.report.stored_runs import load_run


def stored(root, name="a", **more):
    return load_run(write_run(root, "cnn", name, **more))


def photographs(source, **more):
    return {"data": {"source": source, "train": 10}, **more}


def test_experiment_preset_and_kind(tmp_path):
    run = stored(tmp_path)
    assert meets(run, selector())
    assert not meets(run, selector(experiment="other"))
    assert not meets(run, selector(preset="small"))
    assert not meets(stored(tmp_path, "b", kind="evaluation"), selector())


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("scenes:animation", {"rendered"}),
        ("data/faces", {"photographs", "faces"}),
        ("/somewhere/faces/", {"photographs", "faces"}),
        (None, set()),
    ],
)
def test_kinds_of_data(tmp_path, source, kinds):
    run = stored(tmp_path, **photographs(source))
    for kind in ("rendered", "photographs", "faces", "churches64"):
        assert meets(run, selector(data=kind)) == (kind in kinds)


def test_every_change_counts_but_seed_place_and_evaluation(tmp_path):
    neutral = ["train.seed=2", 'data.source="x"', "train.evaluate_every_epochs=9"]
    assert meets(stored(tmp_path, "a", overrides=neutral), selector())
    head = stored(tmp_path, "b", overrides=["model.head=relu", "model.head=tanh", *neutral])
    assert meets(head, selector(model__head="tanh"))  # the last change counts
    assert not meets(head, selector())
    assert not meets(head, selector(model__head="relu"))
    number = stored(tmp_path, "c", overrides=["objectives.l1_weight=0"])
    assert meets(number, selector(objectives__l1_weight=0.0))
    assert not meets(number, selector(objectives__l1_weight=False))
    assert not meets(number, selector(objectives__l1_weight=0.0, model__head="tanh"))


def test_what_is_shown(tmp_path):
    assert str(selector(model__head="tanh")) == "cnn · quick · rendered · model.head=tanh"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"data": "rendered"}, "here: no preset; expected the preset that the runs were made with"),
        ({"preset": "small"}, 'here: no data; expected "rendered", "photographs", or the name'),
        ({"preset": "small", "data": "data/faces"}, "here.data: received 'data/faces', expected"),
        ({"preset": "small", "data": ""}, "here.data: received ''"),
        ({"preset": 3, "data": "x"}, "here.preset: received 3, expected a string"),
        ({"prest": "small"}, "here: unknown key prest. Did you mean preset?"),
        ({"preset": "s", "data": "x", "set": {"train.seed": 1}}, "here.set: received 'train.seed'"),
        ({"preset": "s", "data": "x", "set": {"epochs": 1}}, "here.set: received 'epochs'"),
        ("cnn/quick*", "here: received 'cnn/quick*', expected a table"),
    ],
)
def test_refused(table, message):
    with pytest.raises(UserError) as error:
        read_selector(table, "cnn", "here")
    assert message in str(error.value)


def test_settings_that_an_older_preset_had(tmp_path):
    folder = write_run(tmp_path, "cnn", "a")
    text = "[train]\nseed = 2\nepochs = 3\ngone = 1\n[data]\nheight = 96\n[model]\nhead = 'tanh'\n"
    (folder / "config.toml").write_text(text, encoding="utf-8")
    run = load_run(folder)
    same = {"train.seed": 0, "train.epochs": 3, "train.new": 1, "data.height": 96}
    assert changed_settings(run, same) == ""
    assert changed_settings(run, {**same, "data.height": 64}) == (
        "an older preset: data.height was 96, is 64"
    )
    other = {"data.height": 64, "train.epochs": 1, "model.head": "relu", "train.gone": 2}
    assert changed_settings(run, other) == (
        "an older preset: data.height was 96, is 64, model.head was 'tanh', is 'relu', "
        "train.epochs was 3, is 1 and 1 more"
    )
