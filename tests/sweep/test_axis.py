"""`--sweep key=a,b,c`: which values a text means."""

import pytest

from colorkeras.config.toml import toml_text
from colorkeras.sweep.axis import parse_axis


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("train.batch_size=4,8", [4, 8]),
        ("a.b=1e-4, 2e-4", [1e-4, 2e-4]),
        ("a.b=adam,rmsprop", ["adam", "rmsprop"]),
        ("a.b=scenes:face, my photos", ["scenes:face", "my photos"]),
        ("a.b=true,false", [True, False]),
        ("a.b='x,y',\"z\"", ["x,y", "z"]),
        ("a.b=4,none", [4, "none"]),
        ("a.b=2#3", ["2#3"]),
        ('a.b=["x"],["x","y"]', [["x"], ["x", "y"]]),
        ('a.b={name="step",factor=0.5}', [{"name": "step", "factor": 0.5}]),
        ("a.b=x=1,y=2", ["x=1", "y=2"]),
    ],
)
def test_values(text, values):
    assert parse_axis(text).values == values


def test_joined_keys():
    axis = parse_axis("optimizer.d.name + optimizer.g.name=adam,sgd")
    assert axis.keys == ("optimizer.d.name", "optimizer.g.name")
    (first, _) = axis.choices()
    assert first.label == "optimizer.d.name+optimizer.g.name=adam"
    assert first.overrides == ('optimizer.d.name="adam"', 'optimizer.g.name="adam"')


@pytest.mark.parametrize(
    "value",
    [1, 1.0, 1e-7, 1e22, -2, True, "", "it's", 'say "a", \\ é', ["a", ["b"]], {"a b": [1.5]}],
)
def test_a_value_written_is_the_value_read(value):
    (read,) = parse_axis(f"a.b={toml_text(value)}").values
    assert read == value
    assert type(read) is type(value)
