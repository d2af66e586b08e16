"""What `colorkeras doctor` says of an installation, and what it keeps to itself."""

import json
import os

import pytest

from colorkeras import __version__, doctor
from colorkeras.records.installation import Package


@pytest.fixture
def report(capsys):
    """Run with --json, expect an exit code, return the report."""

    def run(code=0):
        assert doctor.main(["--json"]) == code
        return json.loads(capsys.readouterr().out)

    return run


def test_a_working_installation(report):
    found = report()
    assert found["colorkeras"]["version"] == __version__
    assert found["packages"]["keras"][0].isdigit()
    assert found["backend"]["name"] in ("tensorflow", "jax")
    assert found["backend"]["precision_auto"] in ("float32", "bfloat16", "float16")
    assert found["backend"]["layers"] in ("auto", "keras")
    assert found["machine"]["cores"] >= 1
    assert found["problems"] == []


def test_text_has_what_json_has(capsys):
    report = {
        "machine": {"instructions": ["avx2", "fma"], "cores": 2, "gpus": []},
        "problems": ["numpy is not installed."],
    }
    assert doctor.as_text(report).splitlines() == [
        "machine",
        f"  {'instructions':<32} avx2, fma",
        f"  {'cores':<32} 2",
        f"  {'gpus':<32} none",
        "problems",
        "  numpy is not installed.",
    ]


def test_a_wrong_backend_is_a_problem(report, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    found = report(code=1)
    assert found["problems"] == [
        "KERAS_BACKEND: received 'torch', expected one of tensorflow, jax."
    ]
    assert found["environment"]["KERAS_BACKEND"] == "torch"
    assert found["caches"]


def test_variables_with_which_no_run_starts_are_problems(report, monkeypatch):
    monkeypatch.setenv("COLORKERAS_LAYERS", "fast")
    monkeypatch.setenv("TF_CONFIG", "{")
    found = report(code=1)
    cluster, layers = found["problems"]
    assert cluster.startswith("TF_CONFIG: not valid JSON")
    assert layers == "COLORKERAS_LAYERS: received 'fast', expected one of auto, keras."
    assert found["backend"]["precision_auto"]


def test_a_missing_package_is_a_problem_and_the_rest_is_told(report, monkeypatch):
    def used():
        return [Package("nothing", "", ">=1", None), Package("more", "jax", ">=1", None)]

    monkeypatch.setattr("colorkeras.records.installation.used_packages", used)
    found = report(code=1)
    assert found["problems"] == ["nothing is not installed: pip install 'nothing>=1'."]
    assert found["packages"]["more"] == "not installed (extra 'jax')"
    assert found["machine"]


def test_a_package_that_fails_at_import_is_a_problem(report, monkeypatch):
    def broken(_precision):
        raise RuntimeError("a library is missing")

    monkeypatch.setattr("colorkeras.devices.backend.set_up", broken)
    assert report(code=1)["problems"] == ["backend: RuntimeError: a library is missing"]


def test_tells_neither_user_nor_machines(report, monkeypatch):
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.setenv("LOGNAME", "anna")
    monkeypatch.setenv("COLORKERAS_CACHE", "/scratch/anna/cache")
    monkeypatch.setenv("XDG_CACHE_HOME", "/home/anna/cache")
    monkeypatch.setenv("TF_CONFIG", "{}")
    monkeypatch.setenv("API_TOKEN", "secret")
    found = report()
    assert found["environment"]["XDG_CACHE_HOME"] == "~/cache"
    assert found["environment"]["COLORKERAS_CACHE"] == "/scratch/~/cache"
    assert found["environment"]["TF_CONFIG"] == "set (not shown)"
    assert "anna" not in json.dumps(found)
    assert "secret" not in json.dumps(found)


def test_a_home_at_the_root_hides_nothing(monkeypatch):
    monkeypatch.setenv("HOME", "/")
    monkeypatch.setenv("LOGNAME", "nobody-of-that-name")
    assert doctor._without_user({"place": ["/usr/lib"]}) == {"place": ["/usr/lib"]}
    assert os.path.expanduser("~") == "/"
