"""Rows of the tables of measured speed, worked out by hand."""

from colorkeras.report.overview.bench_tables import (
    fast_layers_table,
    frameworks_float32_table,
    frameworks_table,
    loaders_table,
)
from colorkeras.report.overview.clone import Clone


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def write_measured(root, name, lines):
    file = root / "results" / "bench" / name
    file.parent.mkdir(parents=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


STEPS = [
    "experiment,height,width,batch,framework,images_per_second,ratio_to_pytorch,"
    "ratio_to_pytorch_best,share_of_limit",
    "cnn,96,128,8,tensorflow,50.35,1.386,1.102,0.856",
    "cnn,96,128,8,pytorch,36.33,1.000,0.8,0.61",
    "cnn,96,128,8,pytorch_best,45.7,1.25,1.000,0.77",
]


def test_training_steps_and_a_dash_where_none_was_measured(tmp_path):
    write_measured(tmp_path, "frameworks.csv", [*STEPS, "gan,64,64,4,jax,7,,,"])
    head, rule, *rows = frameworks_table(Clone(tmp_path)).splitlines()
    assert cells(head)[5:8] == ["PyTorch, best", "TensorFlow/plain", "TensorFlow/best"]
    assert cells(rule)[2:] == ["---:"] * 7  # no ratio of JAX was measured
    assert [cells(row) for row in rows] == [
        ["cnn", "8 of 96×128", "50.4", "-", "36.3", "45.7", "1.39", "1.10", "86 %"],
        ["gan", "4 of 64×64", "-", "7.0", "-", "-", "-", "-", "-"],
    ]


def test_training_steps_without_jax(tmp_path):
    write_measured(tmp_path, "frameworks-float32.csv", STEPS)
    _, _, row = frameworks_float32_table(Clone(tmp_path)).splitlines()
    assert cells(row) == ["cnn", "8 of 96×128", "50.4", "36.3", "45.7", "1.39", "1.10", "86 %"]


def test_loaders_beside_the_usual_one(tmp_path):
    lines = [
        "part,images_per_second,ratio,meaning",
        'source,280.35,,"scenes, no cache"',
        'usual,81.75,,"JPEG, one thread"',
        "loader,604.43,7.4 × usual,JPEG",
        "training,6.61,100 % of step,steps",
    ]
    write_measured(tmp_path, "loaders.csv", lines)
    rows = loaders_table(Clone(tmp_path)).splitlines()[2:]
    assert [cells(row) for row in rows] == [
        ["usual", "82", "-", "JPEG, one thread"],
        ["loader", "604", "7.4 × usual", "JPEG"],
    ]


def test_gain_of_the_fast_layers(tmp_path):
    lines = [
        "experiment,ratio,lowest,highest,cpu_ratio",
        "cunet,1.596,1.176,1.991,1.283",
        "gan,1.5,1,2,",
    ]
    write_measured(tmp_path, "fast_layers.csv", lines)
    rows = fast_layers_table(Clone(tmp_path)).splitlines()[2:]
    assert [cells(row) for row in rows] == [
        ["cunet", "1.60", "1.18", "1.99", "1.28"],
        ["gan", "1.50", "1.00", "2.00", "-"],
    ]
