"""The table of what was trained, on hand-made runs."""

from generated_tables import make_clone, rows, write_photographs
from sample_runs import write_run

from colorkeras.report.overview.clone import Clone
from colorkeras.report.overview.runs import runs_table

HOUR = {"total": 4000, "train": 3600}


def test_a_row_for_each_data_set_of_an_experiment(tmp_path):
    root = make_clone(tmp_path)
    device = {"device": {"gpus": ["NVIDIA H200"]}}
    for seed in range(2):
        run = f"faces-seed{seed}"
        write_photographs(
            root, "cunet", run, [8.0, 9.0], data="faces", seconds=HOUR, seed=seed, **device
        )
    write_photographs(
        root,
        "cunet",
        "long",
        [8.0, 9.0],
        data="faces",
        images_seen=90000,
        seconds={"train": 900},
        preset="paper",
        **device,
    )
    write_run(root / "results", "cunet", "quick", images_seen=2400)
    write_run(root / "results", "cunet", "of-model", kind="evaluation")
    assert rows(runs_table(Clone(root))) == [
        *[
            [
                "cunet",
                "faces (`a5c0627c`)",
                "8,000",
                "3",
                "2",
                "16,000–90,000",
                "150 %",
                "2.25",
                "NVIDIA H200",
            ]
        ],
        *[
            [
                "cunet",
                "rendered animation (`eeeeeeee`)",
                "1,000",
                "1",
                "1",
                "2,400",
                "4 %",
                "-",
                "-",
            ]
        ],
    ]
