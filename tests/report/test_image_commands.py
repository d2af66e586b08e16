"""The command that stores missing images: of the same model where that is there."""

import pytest
from sample_runs import write_run

from colorkeras.report.comparison import compare_runs
from colorkeras.report.image_commands import image_command
from colorkeras.report.systems import systems_of


@pytest.fixture
def command(tmp_path):
    def of(config="", model=True, **more):
        folder = write_run(tmp_path, "cnn", "a", **more)
        (folder / "config.toml").write_text(config, encoding="utf-8")
        if model:
            (folder / "model.h5").touch()
        comparison = compare_runs(tmp_path)
        (system,) = systems_of(comparison.groups[0])
        return image_command(system.members[0]).replace(str(folder), "RUN")

    return of


SCENES = '[data]\nsource = "scenes:animation"\n'


def test_evaluate_the_model_that_is_there(command):
    assert command(SCENES) == (
        "python -m colorkeras.evaluate RUN/model.h5 --data scenes:animation --split test "
        "--images all -o RUN-images"
    )


REPEATED = "python -m colorkeras.run RUN/config.toml --out RUN-images --set train.sample_images=40"


def test_without_a_model_the_run_is_repeated(command):
    assert command(SCENES, model=False) == REPEATED


@pytest.mark.parametrize("line", ["limit = 5", "seed = 7", "test_images = 9"])
def test_images_that_evaluate_would_not_find(command, line):
    assert command(f"{SCENES}{line}\n") == REPEATED


def test_damaged_configuration(command):
    assert command("[data") == REPEATED


def test_evaluation_is_repeated_as_recorded(command):
    old = "python -m colorkeras.evaluate m.h5 --data 'my photos' -o old --images 3"
    assert command(kind="evaluation", command=old) == (
        "python -m colorkeras.evaluate m.h5 --data 'my photos' --images all -o RUN-images"
    )


def test_evaluation_without_a_usable_command(command):
    assert command(kind="evaluation", command="python 'x").startswith(
        "python -m colorkeras.evaluate MODEL --data SOURCE --images all"
    )
