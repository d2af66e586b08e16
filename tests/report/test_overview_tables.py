"""Rows of the generated tables, worked out by hand."""

from pathlib import Path

from sample_runs import GREY, MODEL, write_run

from colorkeras.report.overview_tables import (
    fast_layers_table,
    frameworks_float32_table,
    frameworks_table,
    loaders_table,
    photographs_table,
    small_run_cells,
    source_of,
    system_cells,
    systems_table,
)

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
PHOTOGRAPHS = {
    "preset": "small",
    "data": {"source": "data/faces/", "manifest": "a5c0627c9357", "train": 1824, "test": 86},
    "test": {"grey": GREY, "model": MODEL, "mean_chroma": {"psnr": 21.125, "ciede2000": 12.0}},
}


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def write_measured(root, name, lines):
    file = root / "results" / "bench" / name
    file.parent.mkdir(parents=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_system():
    assert system_cells(EXPERIMENTS / "church_cgan") == [
        "[church_cgan](experiments/church_cgan/README.md)",
        "`yuv_sigmoid`, 64×64",
        "1,002,742 + 4,832,897",  # the generator first
    ]


def test_a_system_without_a_small_run():
    assert small_run_cells(None) == ["no run stored", "-", "-"]


def test_the_small_run_stands_in_its_system_row(tmp_path):
    (tmp_path / "experiments").symlink_to(EXPERIMENTS)
    write_run(tmp_path / "results", "cunet", "faces-small", **PHOTOGRAPHS)
    write_run(tmp_path / "results", "cunet", "long", **{**PHOTOGRAPHS, "preset": "paper"})
    write_run(tmp_path / "results", "pix2pix", "small")  # rendered scenes
    rows = {
        cells(line)[0].partition("]")[0][1:]: cells(line)[3:-1]
        for line in systems_table(tmp_path).splitlines()[2:]
    }
    assert rows["cunet"] == [
        *["faces: 1,824, `a5c0627c`", "8.12 (12.50, 12.00)", "22.25 (20.50, 21.12)"]
    ]
    assert rows["pix2pix"] == small_run_cells(None)
    assert source_of(EXPERIMENTS / "cunet").startswith("Wang, Chen and Tian, Symmetry 2022")


def test_photographs_are_the_finished_trainings_that_are_no_scenes(tmp_path):
    write_run(tmp_path / "results", "cnn", "photos", **PHOTOGRAPHS)
    write_run(tmp_path / "results", "cnn", "scenes")
    write_run(tmp_path / "results", "cnn", "stopped", status="interrupted", **PHOTOGRAPHS)
    write_run(tmp_path / "results", "cnn", "measured", kind="evaluation", **PHOTOGRAPHS)
    head, rule, row = photographs_table(tmp_path).splitlines()
    assert cells(head)[4:6] == ["images", "PSNR (dB) ↑ (grey, mean chroma)"]
    assert cells(rule)[3:6] == ["---:", "---", "---:"]  # numbers to the right
    assert cells(row) == [
        *["cnn/photos", "small", "160×256", "3", "faces: 1,824, `a5c0627c`"],
        *["22.25 (20.50, 21.12)", "8.12 (12.50, 12.00)", "-"],
    ]


STEPS = [
    "experiment,height,width,batch,framework,images_per_second,ratio_to_pytorch,"
    "ratio_to_pytorch_best,share_of_limit",
    "cnn,96,128,8,tensorflow,50.35,1.386,1.102,0.856",
    "cnn,96,128,8,pytorch,36.33,1.000,0.8,0.61",
    "cnn,96,128,8,pytorch_best,45.7,1.25,1.000,0.77",
]


def test_training_steps_and_a_dash_where_none_was_measured(tmp_path):
    write_measured(tmp_path, "frameworks.csv", [*STEPS, "gan,64,64,4,jax,7,,,"])
    head, rule, *rows = frameworks_table(tmp_path).splitlines()
    assert cells(head)[5:9] == ["PyTorch, best", "TensorFlow/plain", "TensorFlow/best", "JAX/best"]
    assert cells(rule)[2:] == ["---:"] * 8
    assert [cells(row) for row in rows] == [
        ["cnn", "8 of 96×128", "50.4", "-", "36.3", "45.7", "1.39", "1.10", "-", "86 %"],
        ["gan", "4 of 64×64", "-", "7.0", "-", "-", "-", "-", "-", "-"],
    ]


def test_training_steps_without_jax(tmp_path):
    write_measured(tmp_path, "frameworks-float32.csv", STEPS)
    _, _, row = frameworks_float32_table(tmp_path).splitlines()
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
    rows = loaders_table(tmp_path).splitlines()[2:]
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
    rows = fast_layers_table(tmp_path).splitlines()[2:]
    assert [cells(row) for row in rows] == [
        ["cunet", "1.60", "1.18", "1.99", "1.28"],
        ["gan", "1.50", "1.00", "2.00", "-"],
    ]
