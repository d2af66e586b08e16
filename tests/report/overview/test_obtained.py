"""The tables of what stored runs obtained, on hand-made runs."""

import pytest
from generated_tables import make_clone, rows, write_photographs
from sample_runs import GREY, MODEL, write_run

from colorkeras.report.overview.clone import Clone
from colorkeras.report.overview.obtained import (
    MOST_ROWS,
    evaluated_table,
    obtained_table,
    photographs_table,
)


@pytest.fixture
def root(tmp_path):
    return make_clone(tmp_path)


def test_a_row_for_each_configuration_with_its_share_of_the_reported_budget(root):
    for seed in range(2):
        # cunet's preset paper sees 100 images 600 times: 60,000.
        write_photographs(root, "cunet", f"faces-seed{seed}", [8.0, 10.0], data="faces", seed=seed)
    write_run(root / "results", "cunet", "quick", images_seen=2400)
    write_run(root / "results", "cunet", "stopped", status="interrupted")
    write_run(root / "results", "pix2pix", "quick")
    scenes, faces = rows(obtained_table(Clone(root), "cunet"))
    assert scenes == [
        *["quick", "rendered animation: 1,000, `eeeeeeee`", "160×256", "2,400 (4 %)", "1"],
        *["8.12 (12.50, -)", "22.25 (20.50)", "-"],
    ]
    assert faces[:5] == ["small · faces", "faces: 8,000, `a5c0627c`", "64×64", "16,000 (27 %)", "2"]
    assert faces[5].startswith("9.00 [")
    assert faces[5].endswith("] (13.00, 12.00)")


def test_the_further_column_is_that_which_the_paper_reports(root):
    model = {**MODEL, "auc_rebalanced": 0.625}
    for experiment in ("cunet", "zhang_cic"):
        write_run(root / "results", experiment, "a")
        more = {"preset": "other", "test": {"grey": GREY, "model": model}}
        write_run(root / "results", experiment, "b", **more)
    assert "AuC" not in obtained_table(Clone(root), "cunet")
    table = obtained_table(Clone(root), "zhang_cic")
    assert "| rebalanced AuC ↑ |" in table
    assert [row[-1] for row in rows(table)] == ["0.6250", "-"]  # other, quick


def test_no_budget_where_there_is_no_paper(root):
    write_run(root / "results", "photo", "a", images_seen=2400)
    table = obtained_table(Clone(root), "photo")
    assert rows(table)[0][3] == "2,400"
    assert "share" not in table


def test_a_long_table_is_folded(root):
    for number in range(MOST_ROWS + 1):
        write_run(root / "results", "cunet", f"run{number}", preset=f"p{number}")
    table = obtained_table(Clone(root), "cunet")
    assert f"<summary>{MOST_ROWS + 1} configurations</summary>\n\n| run |" in table
    assert table.endswith("|\n\n</details>\n")


def test_no_run(root):
    assert obtained_table(Clone(root), "cunet") == "No finished training is stored yet.\n"


def test_evaluations_on_other_test_images_stand_apart(root):
    more = {"kind": "evaluation", "data": {"source": "data/others", "test": 128}}
    write_run(root / "results", "photo", "a-others-test", **more)
    write_run(root / "results", "photo", "a-others-val", protocol={"split": "val"}, **more)
    write_run(root / "results", "photo", "a")
    (found,) = rows(evaluated_table(Clone(root), "photo"))
    assert found[0].endswith("a-others-test")
    assert found[1:4] == ["others: 128 images", "160×256", "1"]
    assert len(rows(obtained_table(Clone(root), "photo"))) == 1


def test_photographs_are_the_finished_trainings_that_are_no_scenes(root):
    for seed in range(2):
        write_photographs(root, "cunet", f"photos-seed{seed}", [8.0, 10.0], seed=seed)
    write_run(root / "results", "cunet", "scenes")
    (found,) = rows(photographs_table(Clone(root)))
    assert found[:6] == [
        *["cunet · small · photos", "small", "64×64", "3", "photographs: 8,000, `a5c0627c`", "2"]
    ]
    assert found[6].endswith("] (17.00, 18.00)")


def test_diversity_where_a_run_has_it(root):
    folder = write_run(root / "results", "pix2pix", "a")
    file = folder / "eval.csv"
    head, *lines = file.read_text(encoding="utf-8").splitlines()
    values = [f"{line},{2.5 if ',test,model,' in line else ''}" for line in lines]
    file.write_text("\n".join([f"{head},diversity", *values, ""]), encoding="utf-8")
    table = obtained_table(Clone(root), "pix2pix")
    assert "Diversity: mean distance in a, b of 4 colorings of one image." in table
    assert rows(table)[0][-1] == "2.50"
