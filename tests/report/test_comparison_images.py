"""All figures of a comparison: captions, what is missing, what stays."""

from pathlib import Path

from sample_runs import write_run, write_samples

from colorkeras.report.comparison import compare_runs
from colorkeras.report.comparison_images import write_figures
from colorkeras.report.document import render_markdown
from colorkeras.report.protocol_results import ProtocolResults


def results(root, skip=None):
    return [ProtocolResults(group) for group in compare_runs(root, skip).groups]


def test_captions_say_protocol_data_images_and_seeds(tmp_path):
    for seed in (0, 1, 2):
        write_samples(write_run(tmp_path, "cnn", f"a-seed{seed}", seed=seed))
    figures = write_figures(results(tmp_path), tmp_path / "out")
    captions = {figure.stem: figure.caption for figure in figures.written}
    facts = "Protocol ab12, data dddddddddddd, n = 128 images of 256×160 pixels."
    bars = "Bars: means over images and seeds; thin lines: 95 % intervals."
    assert captions["metrics_ab12"] == f"{bars} {facts} Seeds 0, 1, 2."
    assert captions["samples_ab12"].endswith(f"evenly spaced. {facts} Seed 0.")
    assert captions["auc_curves_ab12"].startswith("Of 2 stored test images;")
    assert captions["auc_curves_ab12"].endswith("Seeds 0, 1, 2.")
    validation = "Validation under protocol valab12 (n = 128 images). Seeds 0, 1, 2."
    assert captions["learning_curves_cnn"] == validation
    assert figures.lacking == 0
    report = render_markdown(figures.blocks())
    assert "not stored" not in report
    assert "![Error maps under protocol ab12](errors_ab12.png)" in report
    assert "Also as errors\\_ab12.svg." in report or "Also as errors_ab12.svg." in report


def test_without_stored_images_the_others_are_drawn_and_that_is_said(tmp_path):
    write_run(tmp_path, "cnn", "a")
    write_samples(write_run(tmp_path, "gan", "b", parameters={"g": 9}))
    figures = write_figures(results(tmp_path), tmp_path / "out")
    stems = {figure.stem for figure in figures.written}
    assert {"cost_ab12", "metrics_ab12", "learning_curves_cnn", "samples_ab12"} <= stems
    assert figures.lacking == 1
    report = render_markdown(figures.blocks())
    assert "## Images not stored\n\n1 system stored no test images. Without" in report
    assert "no: test images, AuC curves, chroma histograms, error maps" in report
    assert "--images all -o DIR" in report


def test_figure_drawn_earlier_stays(tmp_path):
    write_run(tmp_path, "cnn", "a")
    out = tmp_path / "out"
    out.mkdir()
    (out / "samples_ab12.png").write_bytes(b"earlier")
    figures = write_figures(results(tmp_path, out), out)
    (kept,) = (figure for figure in figures.written if figure.stem == "samples_ab12")
    assert kept.caption.startswith("Drawn earlier, from single images that are no longer stored")
    assert "samples_ab12.svg" not in figures.file_names()
    assert (out / "samples_ab12.png").read_bytes() == b"earlier"


def test_evaluation_hides_no_seed_of_its_runs_curves(tmp_path):
    for seed in (0, 1):
        write_run(tmp_path, "cnn", f"a-seed{seed}", seed=seed)
    model = {"run": "a-seed0", "data": {"source": "scenes:animation", "manifest": "e" * 64}}
    other = {"hash": "aa00"}
    folder = write_run(tmp_path, "cnn", "e", kind="evaluation", model=model, protocol=other)
    (folder / "config.toml").unlink()
    figures = write_figures(results(tmp_path), tmp_path / "out")
    (curves,) = (f for f in figures.written if f.stem == "learning_curves_cnn")
    assert curves.caption.endswith("Seeds 0, 1.")


def test_every_figure_of_the_stored_comparison_is_named_there():
    folder = Path(__file__).parents[2] / "results" / "comparison"
    text = (folder / "comparison.md").read_text(encoding="utf-8")
    assert [file.name for file in folder.glob("*.png") if file.name not in text] == []
