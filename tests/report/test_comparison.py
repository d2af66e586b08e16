"""Grouping by protocol and the tables, on hand-worked sample runs."""

import csv
import io
import math
import shutil

import pytest
import sample_runs
from sample_runs import GREY, MODEL, write_measured, write_run

from colorkeras.metrics.definitions import HIGHER_IS_BETTER, METRICS
from colorkeras.report.comparison import compare_runs
from colorkeras.report.comparison_csv import comparison_csv
from colorkeras.report.comparison_report import report_blocks
from colorkeras.report.document import render_markdown, render_text
from colorkeras.report.metric_table import metric_table
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.reported import reported_table
from colorkeras.report.run_tables import cost_table
from colorkeras.report.shown_metrics import SHOWN_METRICS


def model(**changes):
    return {"grey": GREY, "model": {**MODEL, **changes}}


def results_of(root, **options):
    return [ProtocolResults(group) for group in compare_runs(root, **options).groups]


def tables(root, **options):
    return [metric_table(results) for results in results_of(root, **options)]


def blocks_of(root, **options):
    comparison = compare_runs(root, **options)
    return report_blocks(comparison, list(map(ProtocolResults, comparison.groups)))


def names(table):
    return [row[0] for row in table.rows]


def test_shown_metrics_are_measured_and_agree_on_the_direction():
    assert {metric.key for metric in SHOWN_METRICS} < set(METRICS)
    higher = {metric.key for metric in SHOWN_METRICS if metric.target == math.inf}
    assert higher == set(HIGHER_IS_BETTER)


def test_exact_table(tmp_path):
    write_run(tmp_path, "gan", "b", test=model(psnr=20.25, ssim=0.95))
    write_run(tmp_path, "cnn", "a", test=model(auc_rebalanced=0.625))  # the other lacks it
    (table,) = tables(tmp_path)
    assert table.markdown().splitlines() == [
        "Mean and 95 % interval. 128 images (test split), 160×256 px; one seed of each system; "
        "protocol ab12; data dddddddddddd.",
        "",
        "| System          | seed | PSNR (dB) ↑ | PSNR over grey (dB) | SSIM ↑ | ΔE2000 ↓ |"
        " chroma RMSE ↓ |  AuC ↑ | rebalanced AuC ↑ |",
        "| --------------- | ---: | ----------: | ------------------: | -----: | -------: |"
        " ------------: | -----: | ---------------: |",
        "| grey            |    - |       20.50 |                   - | 0.9000 |    12.50 |"
        "         16.25 | 0.8750 |                - |",
        "| cnn · quick · a |    0 |       22.25 |               +1.75 | 0.9375 |     8.12 |"
        "         11.50 | 0.9375 |           0.6250 |",
        "| gan · quick · b |    0 |       20.25 |               -0.25 | 0.9500 |     8.12 |"
        "         11.50 | 0.9375 |                - |",
    ]


def test_runs_not_better_than_grey_are_named(tmp_path):
    write_run(tmp_path, "gan", "b", test=model(psnr=20.25))
    write_run(tmp_path, "cnn", "a")
    text = render_text(blocks_of(tmp_path))
    assert "Not better than the grey image in PSNR: gan · quick · b." in text


def test_protocols_never_share_a_table(tmp_path):
    write_run(tmp_path, "cnn", "a")
    write_run(tmp_path, "cnn", "b", seed=1, protocol={"height": 64, "width": 64, "hash": "cd34"})
    first, second = tables(tmp_path)  # of one configuration, with two seeds
    assert [row[:2] for row in first.rows] == [["grey", "-"], ["cnn · quick", "0"]]
    assert [row[:2] for row in second.rows] == [["grey", "-"], ["cnn · quick", "1"]]
    text = render_markdown(blocks_of(tmp_path))
    assert "They differ in height: 160 or 64; width: 256 or 64." in text
    assert text.index("Measurement protocol") < text.index("Results under protocol ab12")


def test_nan_missing_and_infinity_are_told_apart(tmp_path):
    write_run(tmp_path, "cnn", "a", test=model(psnr="nan", ssim="", auc="inf"))
    write_run(tmp_path, "gan", "b", seed=1)
    (table,) = tables(tmp_path)
    row = table.rows[names(table).index("cnn · quick · a")]
    assert [row[2], row[3], row[4], row[7]] == ["nan", "+nan", "-", "inf"]
    text = comparison_csv(compare_runs(tmp_path))
    values = {
        line["run"]: line for line in csv.DictReader(io.StringIO(text)) if line["method"] == "model"
    }
    assert [values["a"][key] for key in ("psnr", "ssim", "auc")] == ["nan", "", "inf"]
    assert "PSNR is not a number: cnn · quick · a." in render_text(blocks_of(tmp_path))


def test_runs_that_differ_in_the_seed_are_one_row(tmp_path):
    for seed, psnr in enumerate((21, 24, 22)):
        write_run(tmp_path, "cnn", f"s-seed{seed}", seed=seed, test=model(psnr=psnr))
    (table,) = tables(tmp_path)
    assert [row[:4] for row in table.rows[1:]] == [
        ["cnn · quick · s", "0, 1, 2", "22.33", "+1.83"]  # no interval: images are not known
    ]
    lines = list(csv.DictReader(io.StringIO(comparison_csv(compare_runs(tmp_path)))))
    models = [line for line in lines if line["method"] == "model"]
    assert sorted((line["run"], line["seed"], line["label"]) for line in models) == [
        (f"s-seed{seed}", str(seed), f"cnn · quick · s · seed {seed}") for seed in range(3)
    ]


def test_other_configurations_stay_apart(tmp_path):
    write_run(tmp_path, "cnn", "a", seed=0)
    other = write_run(tmp_path, "cnn", "b", seed=1)
    (other / "config.toml").write_text("[train]\nseed = 1\nepochs = 9\n", encoding="utf-8")
    unreadable = write_run(tmp_path, "cnn", "c", seed=2)
    (unreadable / "config.toml").write_text("[train", encoding="utf-8")
    assert [row[:2] for row in tables(tmp_path)[0].rows[1:]] == [
        ["cnn · quick · a", "0"],
        ["cnn · quick · b", "1"],
        ["cnn · quick · c", "2"],
    ]


def test_missing_seed_value_is_not_averaged_away(tmp_path):
    write_run(tmp_path, "cnn", "a-seed0", seed=0, test=model(psnr="", ssim="nan"))
    write_run(tmp_path, "cnn", "a-seed1", seed=1)
    assert tables(tmp_path)[0].rows[-1][1:5] == ["0, 1", "-", "-", "nan"]


def test_a_copy_of_a_run_is_no_second_seed(tmp_path):
    folder = write_run(tmp_path, "cnn", "a")
    shutil.copytree(folder, tmp_path / "cnn" / "again")
    comparison = compare_runs(tmp_path)
    assert len(comparison.entries) == 1
    assert comparison.skipped == [("cnn/again", f"a copy of {folder}")]


def test_one_seed_run_twice_is_one_seed(tmp_path):
    write_run(tmp_path, "cnn", "a-1", seed=0, test=model(psnr=20))
    write_run(tmp_path, "cnn", "a-2", seed=0, test=model(psnr=22))
    write_run(tmp_path, "cnn", "a-3", seed=1, test=model(psnr=25))
    assert tables(tmp_path)[0].rows[-1][:3] == ["cnn · quick", "0, 1", "23.00"]


def test_mean_chroma_is_listed_per_training_set(tmp_path):
    for run, source, psnr in (("a", "scenes:animation", 21), ("b", "photos", 21.5)):
        test = {**model(), "mean_chroma": {"psnr": psnr}, "half_saturated": {"psnr": 27}}
        data = {"source": source, "manifest": run * 64, "train": 1000, "test": 128}
        write_run(tmp_path, "cnn", run, test=test, data=data)
    (table,) = tables(tmp_path)
    assert names(table)[:4] == [
        "grey",
        "mean chroma, training set scenes:animation, 1000 images, aaaaaaaa",
        "mean chroma, training set photos, 1000 images, bbbbbbbb",
        "half-saturated truth (uses the truth)",
    ]
    assert [row[3] for row in table.rows[:4]] == ["-", "+0.50", "+1.00", "+6.50"]


def test_baselines_may_be_in_an_earlier_row(tmp_path):
    folder = write_run(tmp_path, "cnn", "a")
    rows = [("test", 0, "grey", GREY), ("test", 0, "model", GREY), ("test", 300, "model", MODEL)]
    sample_runs.write_eval(folder, rows, {"test": "ab12"})
    assert [row[3] for row in tables(tmp_path)[0].rows] == ["-", "+1.75"]


def test_unfinished_runs_only_with_all_and_never_best(tmp_path):
    write_run(tmp_path, "cnn", "a")
    write_run(tmp_path, "cnn", "b", status="interrupted", seed=1, test=model(psnr=30))
    comparison = compare_runs(tmp_path)
    assert comparison.skipped == [("cnn/b", "interrupted")]
    (table,) = tables(tmp_path, unfinished=True)
    assert names(table) == ["grey", "cnn · quick · seed 1 (interrupted)", "cnn · quick"]
    assert table.bold == set()
    text = render_text(blocks_of(tmp_path, unfinished=True))
    assert "Unfinished, shown with the newest evaluation" in text


def test_unfinished_run_shows_its_newest_validation(tmp_path):
    folder = write_run(tmp_path, "cnn", "b", status="running")
    text = (folder / "eval.csv").read_text(encoding="utf-8")
    validation = "\n".join(line for line in text.split("\n") if ",test," not in line)
    (folder / "eval.csv").write_text(validation + "400,4,val,model,128,99", encoding="utf-8")
    comparison = compare_runs(tmp_path, unfinished=True)
    (group,) = comparison.groups
    assert (group.hash, group.fields) == ("valab12", {})
    assert group.entries[0].value("psnr") == 22.0  # step 300; the line of step 400 was cut short
    assert "Only the hash" in render_text(blocks_of(tmp_path, unfinished=True))


def test_half_written_runs_are_reported(tmp_path):
    write_run(tmp_path, "cnn", "a")
    (write_run(tmp_path, "cnn", "b") / "run.json").write_text('{"format": 1', encoding="utf-8")
    (write_run(tmp_path, "cnn", "c") / "eval.csv").unlink()
    skipped = dict(compare_runs(tmp_path).skipped)
    assert skipped == {
        "cnn/b": "run.json is missing, cut short or not a JSON object",
        "cnn/c": "finished, but eval.csv has no test row of the model",
    }
    assert "Runs left out" in render_text(blocks_of(tmp_path))


def test_run_json_with_little_in_it_is_enough(tmp_path):
    folder = write_run(tmp_path, "cnn", "a")
    little = '{"format": 1, "kind": "evaluation", "status": "finished", "protocol": null}'
    (folder / "run.json").write_text(little, encoding="utf-8")
    (results,) = results_of(tmp_path)
    assert names(metric_table(results)) == ["grey", "cnn · a"]
    assert set(cost_table([results]).rows[0][1:5]) == {"-"}
    render_markdown(blocks_of(tmp_path))


def test_reported_values_have_their_own_table(tmp_path):
    reported = {"psnr": {"value": 22.1, "source": "Table 1"}, "fooled": {"value": "32 %"}}
    write_run(tmp_path, "cnn", "a", reported=reported)
    write_run(tmp_path, "cnn", "b", reported=reported, seed=1, test=model(psnr=23))
    comparison = compare_runs(tmp_path)
    assert reported_table(comparison).rows == [
        ["cnn", "fooled", "32 %", "-", "not measured", "ab12"],
        ["cnn", "psnr", "22.1", "Table 1", "22.25 to 23.00 (2 runs)", "ab12"],
    ]
    assert "not under our protocol" in render_text(blocks_of(tmp_path))


def test_names_cannot_break_the_markdown(tmp_path):
    write_run(tmp_path, "cnn", "a|b\nc*<i>")
    (table,) = tables(tmp_path)
    last = table.markdown().splitlines()[-1]
    assert last.startswith(r"| cnn · quick · a\|b c\*\<i\> |")


def test_csv_has_one_line_per_run_and_method_at_full_precision(tmp_path):
    write_run(tmp_path, "cnn", "a", test=model(psnr=22.123456))
    lines = list(csv.DictReader(io.StringIO(comparison_csv(compare_runs(tmp_path)))))
    assert [line["method"] for line in lines] == ["grey", "model"]
    wanted = {
        "protocol": "ab12",
        "preset": "quick",
        "data": "scenes:animation",
        "num_images": "128",
        "psnr": "22.123456",
        "threshold_error": "",
        "parameters": "3892194",
        "precision": "bfloat16",
        "commit": "0123456789abcdef",
    }
    assert {key: lines[1][key] for key in wanted} == wanted


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda lines: lines, ""),
        (lambda lines: lines[:-1], "eval_images.csv has 2 images, eval.csv 3"),
        (
            lambda lines: [*lines[:-1], lines[-1].replace("23.0", "29.0")],
            "the mean of psnr of model in eval_images.csv is 24, that in eval.csv 22.0",
        ),
        (
            lambda lines: [*lines[:-1], lines[-1].replace("23.0", "nan")],
            "the mean of psnr of model in eval_images.csv is nan, that in eval.csv 22.0",
        ),
        # The truth of an image may have no edges to measure.
        (lambda lines: [*lines[:-1], lines[-1].replace("0.3", "nan")], ""),
    ],
)
def test_files_that_contradict_each_other_are_told(tmp_path, change, problem):
    values = {"model": {"psnr": [21.0, 22.0, 23.0], "bleeding": [0.1, 0.2, 0.3]}}
    file = write_measured(tmp_path, "cnn", "a", values) / "eval_images.csv"
    lines = change(file.read_text(encoding="utf-8").splitlines())
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (entry,) = compare_runs(tmp_path).entries
    assert entry.images.problem == problem
    report = render_text(blocks_of(tmp_path))
    assert ("Runs whose files disagree" in report) == bool(problem)
