"""Systems: seeds together, evaluations with the run that trained the model, labels, costs."""

import pytest
from sample_runs import write_run, write_samples

from colorkeras.report.comparison import compare_runs
from colorkeras.report.systems import systems_of


def systems(root):
    comparison = compare_runs(root)
    (group,) = comparison.groups
    return systems_of(group)


def write_evaluation(root, run, of, seed, **more):
    model = {"run": of, "step": 300, "data": {"source": "scenes:animation", "manifest": "e" * 64}}
    folder = write_run(root, "cnn", run, seed=seed, kind="evaluation", model=model, **more)
    (folder / "config.toml").unlink()
    return folder


def test_seeds_are_one_system(tmp_path):
    for seed in (2, 0, 1):
        write_run(tmp_path, "cnn", f"a-seed{seed}", seed=seed)
    write_run(tmp_path, "gan", "b")
    cnn, gan = systems(tmp_path)
    assert [member.entry.run.get("seed") for member in cnn.members] == [0, 1, 2]
    assert (cnn.title, gan.title) == ("cnn · quick · a (3 seeds)", "gan · quick · b")
    assert cnn.values("psnr") == [22.25] * 3


def test_costs(tmp_path):
    write_run(tmp_path, parameters={"g": 10, "d": 5}, seconds={"total": 7200.0, "train": 1800.0})
    (system,) = systems(tmp_path)
    (member,) = system.members
    assert member.parameters == 15
    assert member.training_hours == 0.5
    assert member.images_seen == 2400  # the last row of train.csv


def test_costs_that_are_not_recorded(tmp_path):
    folder = write_run(tmp_path, parameters={"g": "many"}, seconds={"total": "nan"})
    (folder / "train.csv").unlink()
    (member,) = systems(tmp_path)[0].members
    assert (member.parameters, member.training_hours, member.images_seen) == (None, None, None)


def test_evaluation_on_the_same_images_lends_its_images_to_the_run(tmp_path):
    write_samples(write_run(tmp_path, "cnn", "a"), ["x.png"])
    write_samples(write_evaluation(tmp_path, "a-images", "a", 0), ["x.png", "y.png"])
    (system,) = systems(tmp_path)
    assert [member.entry.run.name for member in system.members] == ["a"]
    assert list(system.shown.images) == ["x.png", "y.png"]


def test_evaluations_on_other_images_are_systems_with_the_seeds_and_costs_of_the_runs(tmp_path):
    other = {"hash": "cd34"}
    for seed in (0, 1):
        write_run(
            tmp_path, "cnn", f"a-seed{seed}", seed=seed, seconds={"train": 200.5, "total": 300.0}
        )
        write_evaluation(tmp_path, f"a-seed{seed}-e", f"a-seed{seed}", seed, protocol=other)
    comparison = compare_runs(tmp_path)
    for group in comparison.groups:
        (system,) = systems_of(group)
        assert len(system.members) == 2
        assert system.members[1].training_hours == pytest.approx(200.5 / 3600)


def test_evaluation_of_an_unknown_model_stands_alone(tmp_path):
    write_run(tmp_path, "cnn", "a", seed=0)
    write_evaluation(tmp_path, "e", "a", 5)
    assert [system.label for system in systems(tmp_path)] == ["cnn · quick · a", "cnn · quick · e"]
