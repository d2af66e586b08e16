"""The three commands, as a user calls them."""

import json
import subprocess
import sys

import pytest
from planted_study import answer_all, make_study, write_images

from colorkeras.study.command import main
from colorkeras.study.study_folder import IMAGES, check_images, read_study


def test_make_serve_and_analyze(tmp_path, capsys):
    study = make_study(tmp_path, "--trials", "16", "--checks", "4")
    answer_all(study, {"A": 0.5, "B": 0.1}, 12)
    assert main(["analyze", str(study.folder), "--width", "0.05"]) == 0
    printed = capsys.readouterr().out
    assert "12 raters, 12 counted." in printed
    assert "good less bad" in printed
    report = (study.folder / "analysis" / "study.md").read_text()
    assert "more answers for ± 2.5 %" in report
    assert {path.name for path in (study.folder / "analysis").iterdir()} == {
        *("study.md", "rates.csv", "differences.csv", "raters.csv")
    }


def test_equal_seeds_make_equal_studies(tmp_path):
    studies = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        studies.append(make_study(tmp_path / name, "--trials", "8", "--checks", "3"))
    assert studies[0].id == studies[1].id
    check_images(studies[0])
    settings = json.loads((studies[0].folder / "study.json").read_text())
    assert settings["systems"] == {"A": "good", "B": "bad"}
    assert (settings["seed"], settings["pass_checks"]) == (5, 3)


def test_an_image_that_was_exchanged_is_not_shown(tmp_path, capsys):
    study = make_study(tmp_path, "--trials", "4", "--checks", "3", "--raters", "1")
    one, other = sorted((study.folder / IMAGES).iterdir())[:2]
    one.write_bytes(other.read_bytes())
    assert main(["serve", str(study.folder), "--port", "0"]) == 2
    assert f"{one}: was changed after the study was made" in capsys.readouterr().err


def test_analyze_without_answers(tmp_path, capsys):
    study = make_study(tmp_path, "--trials", "4", "--checks", "3", "--raters", "1")
    assert main(["analyze", str(study.folder)]) == 2
    assert "answers come from raters" in capsys.readouterr().err
    assert not (study.folder / "analysis").exists()


def test_four_samples_of_one_system_are_the_published_five_images(tmp_path):
    write_images(tmp_path, ("s1", "s2", "s3", "s4"), 30)
    samples = [f"gan={tmp_path / name}" for name in ("s1", "s2", "s3", "s4")]
    argv = [*samples, "--truth", str(tmp_path / "truth"), "-o", str(tmp_path / "study")]
    assert main(["make", *argv, "--form", "five-image"]) == 0
    study = read_study(tmp_path / "study")
    assert study.settings.systems == {"A": "gan"}
    assert {*study.trials[0].shows} == {"truth", "A", "A.2", "A.3", "A.4"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--raters", "0"], "--raters 0: expected a number from 1 to 10000"),
        (["--seconds", "nan"], "--seconds nan: expected a number from 0.02 to 60"),
        (["--form", "five-image"], "received 2 outputs of each picture, expected at least 4"),
        (["--checks", "4", "--pass-checks", "5"], "there are only 4 checks in a session"),
        (["--trials", "99"], "12 pictures are too few"),
        (["--truth", "gone"], "gone: no such folder"),
    ],
)
def test_mistakes_leave_nothing(tmp_path, capsys, options, expected):
    write_images(tmp_path, ("one", "two"), 12)
    argv = [str(tmp_path / "one"), str(tmp_path / "two"), "--truth", str(tmp_path / "truth")]
    assert main(["make", *argv, "-o", str(tmp_path / "study"), *options]) == 2
    assert expected in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two", "truth"}


def test_a_study_is_not_overwritten(tmp_path, capsys):
    study = make_study(tmp_path, "--trials", "4", "--checks", "3", "--raters", "1")
    assert main(["make", str(tmp_path / "good"), "-o", str(study.folder)]) == 2
    assert "never overwritten" in capsys.readouterr().err


def test_images_too_alike_for_checks(tmp_path, capsys):
    write_images(tmp_path, ("one",), 1)
    for place in ("one", "truth"):
        data = (tmp_path / place / "00.png").read_bytes()
        for number in range(1, 12):
            (tmp_path / place / f"{number:02d}.png").write_bytes(data)
    argv = [str(tmp_path / "one"), "--truth", str(tmp_path / "truth")]
    assert main(["make", *argv, "-o", str(tmp_path / "study")]) == 2
    assert "only 0 of 12 pictures would look wrong" in capsys.readouterr().err


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom colorkeras.study.command import build_parser\nbuild_parser()\n"
        "print(*(name for name in ('numpy', 'PIL', 'pandas', 'keras') if name in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""
