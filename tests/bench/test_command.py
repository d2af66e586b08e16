"""The bench command: every part is measured, and the table says what it should."""

import pytest
from tiny_experiment import read_rows, write_experiment

from colorkeras.bench import command, evaluation_parts, loaders, part
from colorkeras.bench.part import Part, Waiting
from colorkeras.data import scenes


@pytest.fixture
def experiment(tmp_path, monkeypatch):
    monkeypatch.setattr(loaders, "JPEG_COUNT", 6)
    monkeypatch.setattr(loaders, "JPEG_HEIGHT", 48)
    monkeypatch.setattr(loaders, "JPEG_WIDTH", 64)
    monkeypatch.setattr(evaluation_parts, "EVALUATION_IMAGES", 3)
    return write_experiment(tmp_path / "tiny")


@pytest.mark.slow
def test_table_and_csv(experiment, tmp_path, capsys, monkeypatch):
    """Every part has a row; the best predictions of scenes, which take long, are not painted."""
    monkeypatch.setattr(scenes, "render_expected", lambda *_, **__: pytest.fail("painted"))
    file = tmp_path / "speed.csv"
    argv = [experiment, "--seconds", "0.05", "--rounds", "2", "-o", str(file)]
    assert command.main(argv) == 0
    printed = capsys.readouterr().out
    assert "Tiny network" in printed
    rows = read_rows(file)
    parts = [row["part"] for row in rows]
    assert len(set(parts)) == len(parts)
    expected = {
        "source",
        "usual",
        "tf.data",
        "loader",
        "packed",
        "host to device",
        "step",
        "training",
    }
    for name in (*expected, "training from packed", "prediction", "metrics", "evaluation"):
        assert name in parts
        assert name in printed
    for row in rows:
        lowest, middle, highest = (
            float(row[name]) for name in ("lowest", "images_per_second", "highest")
        )
        assert 0 < lowest <= middle <= highest
        assert row["command"].startswith("python -m colorkeras.bench ")
        assert float(row["images_per_cpu_second"]) > 0
        assert bool(row["cpu_ratio"]) == bool(row["ratio"])
        assert row["machine"]
    by_part = {row["part"]: row for row in rows}
    assert " step" in by_part["training"]["ratio"]
    assert "usual" in by_part["packed"]["ratio"]
    for row in rows:
        waits = row["part"].startswith("training")
        assert (0 <= float(row["waiting"]) < 1) if waits else row["waiting"] == ""


def test_without_scikit_image_there_is_no_usual_loader(experiment, monkeypatch, capsys):
    found = loaders.importlib.util.find_spec
    monkeypatch.setattr(
        loaders.importlib.util,
        "find_spec",
        lambda name: None if name == "skimage" else found(name),
    )
    assert command.main([experiment, "--seconds", "0.01", "--rounds", "1"]) == 0
    printed = capsys.readouterr().out
    assert "packed" in printed
    assert "usual" not in printed


def measured(name, *rates, **options):
    options = {"cpu_rates": list(rates)} | options
    return Part(name, "", lambda: 0, rates=list(rates), **options)


def test_ratio_is_that_of_the_rounds_and_per_core():
    """Rounds 2, 3 and 4 times as fast as the reference, on two cores against one."""
    usual = measured("usual", 10.0, 20.0, 10.0)
    ours = measured("ours", 20.0, 60.0, 40.0, reference="usual", workers=2)
    row = ours.row({"usual": usual, "ours": ours})
    assert row["ratio"] == "150 % of usual per core"
    assert (row["lowest"], row["images_per_second"], row["highest"]) == (20.0, 40.0, 60.0)
    alone = measured("alone", 40.0, 80.0, 30.0, reference="usual")
    assert alone.row({"usual": usual})["ratio"] == "4.0 × usual"
    assert usual.row({})["ratio"] == ""


def test_ratio_of_cpu_time_does_not_depend_on_cores():
    """In each round half and a third of the CPU time of the reference, for as many images."""
    usual = measured("usual", 10.0, 20.0)
    ours = measured("ours", 1.0, 1.0, reference="usual", workers=2, cpu_rates=[20.0, 60.0])
    row = ours.row({"usual": usual, "ours": ours})
    assert (row["images_per_cpu_second"], row["cpu_ratio"]) == (40.0, "2.5 × usual")
    assert measured("alone", 1.0).row({})["cpu_ratio"] == ""


def test_cpu_time_is_that_of_the_round(monkeypatch):
    """Four seconds pass for an image, of which the process works one."""
    passed = [0.0]
    monkeypatch.setattr(part, "_SETTLING", 0.0)
    monkeypatch.setattr(part.time, "monotonic", lambda: passed[0])
    monkeypatch.setattr(part.time, "process_time", lambda: passed[0] / 4)

    def work():
        passed[0] += 4.0
        return 1

    loader = Part("loader", "", work)
    loader.measure(10.0)
    assert (loader.rates, loader.cpu_rates) == ([0.25], [1.0])


def test_waiting_is_a_share_of_the_round(monkeypatch):
    """A clock that only batches (1 s) and work (3 s) move: a round of two seconds is one batch."""
    clock, waiting = [0.0], Waiting()
    monkeypatch.setattr(part.time, "monotonic", lambda: clock[0])

    def take(seconds):
        clock[0] += seconds
        return 1

    batches = iter(lambda: take(1.0), None)

    def work():
        waiting.next_of(batches)
        return 8 * take(3.0)

    training = Part("training", "", work, waiting=waiting)
    training.measure(2.0)
    training.measure(6.0)
    assert training.waits == [0.25, 0.25]
    assert training.rates == [2.0, 2.0]


@pytest.mark.parametrize("option", ["--seconds=0", "--rounds=0", "--rounds=-1"])
def test_numbers_out_of_range(experiment, capsys, option):
    assert command.main([experiment, option]) == 2
    name = option.partition("=")[0]
    assert f"error: {name}: received " in capsys.readouterr().err


def test_unwritable_place_is_refused_before_the_work(experiment, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        "colorkeras.bench.benchmark.Benchmark.run", lambda self: pytest.fail("measured")
    )
    assert command.main([experiment, "-o", str(tmp_path)]) == 2
    assert f"error: {tmp_path}: cannot be written: Is a directory" in capsys.readouterr().err


def test_no_such_experiment(tmp_path, capsys):
    assert command.main([str(tmp_path)]) == 2
    assert "no experiment here" in capsys.readouterr().err


def test_a_mistyped_sub_command_is_suggested(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert command.main(["framworks"]) == 2
    assert "framworks: no such sub-command. Did you mean frameworks?" in capsys.readouterr().err
