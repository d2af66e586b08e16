"""What a recorded command says to strangers."""

import pytest

from colorkeras.publishing.places import without_places


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python -m colorkeras.run photo --seed 1", "python -m colorkeras.run photo --seed 1"),
        ("run /home/me/photo --data ../../x/photos", "run photo --data photos"),
        (
            "run experiments/photo --out results/photo/a",
            "run experiments/photo --out results/photo/a",
        ),
        ("KERAS_BACKEND=jax run ~/photo", "KERAS_BACKEND=jax run photo"),
        ("""run --set 'data.source="/my data/x"'""", """run --set 'data.source="x"'"""),
        ("run --weights=/a/b.safetensors", "run --weights=b.safetensors"),
    ],
)
def test_paths_become_names(command, expected):
    assert without_places(command) == expected
