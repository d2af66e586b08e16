"""Which runs the claims about results lack."""

import pytest
from sample_claims import make_claim, selector, write_images_alike
from sample_runs import GREY, MODEL, write_run

from colorkeras.claims.measurement import Runs
from colorkeras.claims.missing_runs import missing_runs

RUNS = {"a": selector(), "b": selector(preset="other")}
AGAINST = {"run": "a", "metric": "psnr", "above": "b", "margin": 0.25}
ALONE = {"run": "a", "metric": "psnr", "at_least": 1}
LOSS = {"run": "a", "column": "loss_colorizer", "at_most": 1}


def write(root, run, seed=0, **more):
    folder = write_run(root, "cnn", run, seed=seed, **more)
    write_images_alike(folder, {"grey": GREY, "model": MODEL})
    return folder


def missing(root, *conditions, **changes):
    return missing_runs([make_claim(*conditions, runs=RUNS, **changes)], Runs(root))


def counts(found):
    return {run.group: run.found for run in found}


@pytest.mark.parametrize("condition", [ALONE, LOSS])
def test_three_seeds_suffice_and_a_seed_counts_once(tmp_path, condition):
    for run, seed in (("a", 0), ("b", 1), ("again", 1)):
        write(tmp_path, run, seed)
    assert counts(missing(tmp_path, condition)) == {"cnn · quick · rendered": 2}
    write(tmp_path, "c", 2)
    assert missing(tmp_path, condition) == []


def test_each_group_once_with_its_claims_and_the_shortest_command(tmp_path):
    claims = [
        make_claim(AGAINST, ALONE, runs=RUNS, id="one", command="make a and b"),
        make_claim(ALONE, runs=RUNS, id="two", command="make a"),
    ]
    for seed in range(3):
        write(tmp_path, f"b{seed}", seed, preset="other")
    write(tmp_path, "stopped", status="failed")
    (found,) = missing_runs(claims, Runs(tmp_path))
    assert (found.group, found.found, found.command) == ("cnn · quick · rendered", 0, "make a")
    assert [name.partition("/")[2] for name in found.claims] == ["one", "two"]
    assert "0 of 3 seeds; not cnn/stopped (failed)" in str(found)


def test_runs_under_different_protocols_do_not_add_up(tmp_path):
    for seed in range(3):
        write(tmp_path, f"a{seed}", seed, protocol={"hash": f"h{seed}"})
    assert counts(missing(tmp_path, ALONE)) == {"cnn · quick · rendered": 1}
    assert missing(tmp_path, LOSS) == []  # losses have no protocol


def test_groups_must_share_a_protocol(tmp_path):
    for seed in range(3):
        write(tmp_path, f"a{seed}", seed)
        write(tmp_path, f"b{seed}", seed, preset="other", protocol={"hash": "cd34"})
    found = missing(tmp_path, AGAINST)
    assert set(counts(found).values()) == {0}
    assert "no protocol that all groups share" in found[0].why


def test_runs_of_several_settings_are_told(tmp_path):
    for seed in range(3):
        write(tmp_path, f"a{seed}", seed)
    config = tmp_path / "cnn" / "a2" / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("= 7", "= 8"), encoding="utf-8")
    (found,) = missing(tmp_path, ALONE)
    assert found.found == 3
    assert found.why.startswith("of several settings: data.seed is 7 in cnn/a0, 8 in cnn/a2")


def test_checks_and_claims_that_cannot_be_tested_name_no_runs(tmp_path):
    assert missing(tmp_path, ALONE, kind="training") == []
    assert missing_runs([make_claim(why="needs human raters")], Runs(tmp_path)) == []
