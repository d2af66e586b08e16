"""Quality against cost: which panels, points and baselines."""

from sample_runs import GREY, MODEL, write_run

from colorkeras.report.comparison import compare_runs
from colorkeras.report.cost_figure import quality_against_cost
from colorkeras.report.systems import systems_of


def figure(root):
    comparison = compare_runs(root)
    (group,) = comparison.groups
    return quality_against_cost(group, systems_of(group))


def test_a_point_for_each_system_and_the_range_of_its_seeds(tmp_path):
    for seed, error in enumerate((7, 8, 12)):
        test = {"grey": GREY, "model": {**MODEL, "ciede2000": error}}
        write_run(tmp_path, "cnn", f"a-seed{seed}", seed=seed, test=test, seconds={"train": 7200})
    write_run(tmp_path, "gan", "b", parameters={"g": 50_000_000}, seconds={"train": 14_400})
    *panels, key = figure(tmp_path).axes
    names = [axes.get_xlabel() for axes in panels]
    # Both saw 2,400 images: no panel.
    assert names == ["trainable parameters, all networks", "training time (hours)"]
    cnn, gan = panels[0].containers
    assert cnn.lines[0].get_xydata().tolist() == [[3_892_194, 9]]
    ((low, high),) = [segment[:, 1] for segment in cnn.lines[2][0].get_segments()]
    assert (low, high) == (7, 12)
    assert gan.lines[0].get_xydata().tolist() == [[50_000_000, 8.125]]
    assert panels[0].get_xscale() == "log"
    grey = [line for line in panels[0].lines if line.get_label() == "grey"]
    assert [line.get_ydata()[0] for line in grey] == [12.5]
    texts = sorted(text.get_text() for text in key.texts)
    assert texts == ["cnn · quick · a (3 seeds): 9.00", "gan · quick · b: 8.12", "grey: 12.50"]


def test_short_trainings_are_in_minutes(tmp_path):
    write_run(tmp_path, "cnn", "a", seconds={"train": 60})
    write_run(tmp_path, "gan", "b", seconds={"train": 120})
    (panel, _) = figure(tmp_path).axes
    assert panel.get_xlabel() == "training time (minutes)"
    assert [box.lines[0].get_xdata().tolist() for box in panel.containers] == [[1], [2]]


def test_no_cost_or_one_system(tmp_path):
    write_run(tmp_path, "cnn", "a")
    assert figure(tmp_path) is None
    write_run(tmp_path, "gan", "b", test={"model": {"psnr": 20}})
    assert figure(tmp_path) is None
