"""What setup.py puts into a wheel, used where there is no clone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The files of a wheel, as `site-packages` would hold them."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "setup.py", "-q", "build_py", "--build-lib", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


def test_brings_the_packages_the_experiments_and_the_type_marker(wheel):
    assert sorted(path.name for path in wheel.iterdir()) == ["colorkeras", "data_prep"]
    assert (wheel / "colorkeras" / "py.typed").is_file()
    shipped = {path.relative_to(wheel / "colorkeras") for path in wheel.rglob("experiments/*/*")}
    files = (path for path in ROOT.glob("experiments/*/*") if path.is_file())
    assert shipped == {path.relative_to(ROOT) for path in files}


def test_brings_the_published_models(tmp_path):
    """Of a copy of the sources with one, whether or not the package has any now."""
    sources = tmp_path / "sources"
    (sources / "colorkeras" / "published_models").mkdir(parents=True)
    for name in ("setup.py", "setup.cfg", "README.md", "colorkeras/__init__.py"):
        shutil.copy(ROOT / name, sources / name)
    names = {"photo.h5", "photo.json", "photo.md"}
    for name in names:
        (sources / "colorkeras" / "published_models" / name).touch()
    command = [sys.executable, "setup.py", "-q", "build_py", "--build-lib", tmp_path / "built"]
    subprocess.run(command, cwd=sources, check=True, capture_output=True)
    built = tmp_path / "built" / "colorkeras" / "published_models"
    assert {path.name for path in built.iterdir()} == names


def test_finds_an_experiment_by_name(wheel, tmp_path):
    script = (
        "from colorkeras.config.load import load_config\n"
        "from colorkeras.config.shipped import model_file\n"
        "print(model_file(load_config('varga_cnn').experiment.folder))"
    )
    found = subprocess.run(
        [sys.executable, "-B", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(wheel)},
        check=True,
        capture_output=True,
        text=True,
    )
    place = wheel / "colorkeras" / "experiments" / "varga_cnn" / "model.py"
    assert found.stdout == f"{place}\n"
