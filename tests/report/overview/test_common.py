"""The table of the common comparison, on hand-made runs."""

from generated_tables import cells, make_clone, rows, write_photographs

from colorkeras.report.overview.clone import Clone
from colorkeras.report.overview.common import systems_table


def names(table):
    return [row[0].partition("]")[0].removeprefix("[") for row in rows(table)]


def write_seeds(root, experiment, name, error, **more):
    for seed in range(3):
        write_photographs(
            root, experiment, f"{name}-seed{seed}", [error, error + 2], seed=seed, **more
        )


def test_sorted_by_error_after_the_baselines_and_before_those_without_a_run(tmp_path):
    root = make_clone(tmp_path)
    write_seeds(root, "pix2pix", "photographs", 14.0)
    write_seeds(root, "cunet", "photographs", 9.0)
    table = systems_table(Clone(root))
    assert names(table)[:4] == ["grey", "mean chroma", "cunet", "pix2pix"]
    found = rows(table)
    assert found[0][1:] == ["baseline", "-", "-", "-", "13.00 [12.00, 14.00]", *found[0][-2:]]
    # Mean of 9 and 11 over three equal seeds; one of two systems that are told apart or not.
    assert found[2][3] == "3"
    assert found[2][5].startswith("10.00 [")
    assert found[2][6].startswith("20.00 [")
    assert found[4] == [found[4][0], found[4][1], "-", "no run yet", "-", "-", "-", "-"]
    assert names(table)[4:] == [n for n in Clone(root).experiments if n not in ("cunet", "pix2pix")]


def test_the_plain_rival_is_a_row_of_its_own_and_no_run_of_its_system(tmp_path):
    root = make_clone(tmp_path)
    write_seeds(root, "pix2pix", "photographs-l1", 9.0)
    table = rows(systems_table(Clone(root)))
    rival = "[pix2pix](experiments/pix2pix/README.md)'s U-Net on L1 alone"
    assert table[2][:2] == [rival, "plain rival"]
    own = next(row for row in table if row[0] == "[pix2pix](experiments/pix2pix/README.md)")
    assert own[3] == "no run yet"


def test_other_presets_data_names_and_kinds_are_left_out(tmp_path):
    root = make_clone(tmp_path)
    write_photographs(root, "cunet", "photographs", [9.0, 11.0], preset="paper")
    write_photographs(root, "cunet", "b", [9.0, 11.0])
    write_photographs(root, "pix2pix", "photographs", [9.0, 11.0], data="faces")
    write_photographs(root, "photo", "photographs", [9.0, 11.0], kind="evaluation")
    table = systems_table(Clone(root))
    assert table.startswith("No run of the preset `small` on the data set `photographs` is stored")
    assert {row[3] for row in rows(table)} == {"no run yet"}


def test_the_protocol_of_most_runs_and_a_caption_of_what_is_equal(tmp_path):
    root = make_clone(tmp_path)
    write_seeds(root, "cunet", "photographs", 9.0)
    other = {"height": 32, "width": 32, "hash": "cd34", "num_images": 2}
    write_photographs(root, "pix2pix", "photographs", [1.0, 2.0], protocol=other)
    caption, _, head, *_ = systems_table(Clone(root)).splitlines()
    assert caption == (
        "Preset `small` on the data set `photographs`: 8,000 training images (manifest "
        "`a5c0627c`), 16,000 images seen by each system. Mean and 95 % interval. 2 images (test "
        "split), 64×64 px; 3 seeds of each system; protocol ab12; data dddddddddddd. Ranks are by "
        "ΔE2000; a range where systems are not told apart (p corrected, intervals not). Each "
        "`run.json` has its command, such as `python -m colorkeras.run experiments/cunet --preset "
        "small`."
    )
    assert len(cells(head)) == 8
