"""Labels that people can read: short, unique, the same rule everywhere."""

from sample_runs import write_run

from colorkeras.report.comparison import compare_runs

CELL = "optimizer.discriminator.name+optimizer.generator.name={},seed={}"
CONFIG = """
[optimizer.discriminator]
name = "{optimizer}"
learning_rate = 0.01
[optimizer.generator]
name = "{optimizer}"
learning_rate = 0.01
[objectives]
l1_weight = {weight}
[train]
seed = {seed}
"""


def write(root, run, optimizer="adam", weight=0.0, seed=0, **options):
    folder = write_run(root, "church", run, seed=seed, **options)
    text = CONFIG.format(optimizer=optimizer, weight=weight, seed=seed)
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return folder


def labels(root):
    return {entry.run.folder.name: entry.label for entry in compare_runs(root).entries}


def test_cells_of_a_sweep(tmp_path):
    for optimizer in ("adagrad", "rmsprop"):
        for seed in range(2):
            write(tmp_path, CELL.format(optimizer, seed), optimizer, seed=seed)
    found = labels(tmp_path)
    assert found[CELL.format("adagrad", 0)] == "church · quick · both optimizers adagrad · seed 0"
    assert found[CELL.format("rmsprop", 1)] == "church · quick · both optimizers rmsprop · seed 1"


def test_a_chosen_name_is_kept_and_the_others_say_what_differs(tmp_path):
    write(tmp_path, "quick", "adam", weight=100.0)
    write(tmp_path, CELL.format("adam", 0), "adam")
    write(tmp_path, CELL.format("sgd", 0), "sgd")
    assert sorted(labels(tmp_path).values()) == [
        "church · quick",
        "church · quick · both optimizers adam, l1 weight 0",
        "church · quick · both optimizers sgd",
    ]


def test_one_setting_of_one_network(tmp_path):
    for number, rate in enumerate((0.01, 0.1)):
        folder = write(tmp_path, f"quick-2026030{number}-120000-seed0")
        text = (folder / "config.toml").read_text(encoding="utf-8")
        (folder / "config.toml").write_text(text.replace("0.01", str(rate), 1), encoding="utf-8")
    assert sorted(labels(tmp_path).values()) == [
        "church · quick · discriminator learning rate 0.01",
        "church · quick · discriminator learning rate 0.1",
    ]


def test_names_without_a_configuration_stay_unique(tmp_path):
    for place in ("x", "y"):
        for name in ("a", "b"):
            folder = write_run(tmp_path / place, "cnn", name, commit=place)
            (folder / "config.toml").unlink()
    found = [entry.label for entry in compare_runs(tmp_path).entries]
    assert len(set(found)) == 4
    assert all(label.startswith("cnn · quick · ") for label in found)


def test_evaluations_of_several_seeds_are_one_system(tmp_path):
    for seed in range(2):
        write(tmp_path, f"a-seed{seed}", seed=seed, protocol={"hash": "own"})
        model = {"run": f"a-seed{seed}", "step": 300}
        data = {"source": "other", "manifest": "f" * 64, "test": 128}
        model["data"] = {"source": "scenes:animation", "manifest": "e" * 64, "train": 1000}
        options = {"kind": "evaluation", "model": model, "data": data}
        write_run(tmp_path / "measured", "church", f"a-seed{seed}-test", seed=seed, **options)
    groups = {group.hash: group for group in compare_runs(tmp_path).groups}
    (system,) = groups["ab12"].configurations()
    assert [entry.label for entry in system] == [
        "church · quick · a-test · seed 0",
        "church · quick · a-test · seed 1",
    ]
    assert [entry.training.name for entry in system] == ["a-seed0", "a-seed1"]
