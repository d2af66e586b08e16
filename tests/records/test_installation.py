"""Packages held against what colorkeras supports."""

from importlib import metadata

import pytest

from colorkeras.records import installation
from colorkeras.records.installation import Package, used_packages


def test_the_packages_of_a_clone():
    found = {(package.name, package.extra): package for package in used_packages()}
    assert found["numpy", ""].version == metadata.version("numpy")
    assert found["numpy", ""].expected == "<3,>=1.26"
    assert found["jax", "jax"].extra == "jax"
    assert not any(package.problem for package in found.values() if not package.extra)


def test_an_installed_package_says_the_same(tmp_path, monkeypatch):
    """Without a setup.cfg beside it, what pip noted counts."""
    info = tmp_path / "colorkeras-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: colorkeras\nVersion: 1.0\nProvides-Extra: jax\n"
        'Requires-Dist: numpy<3,>=1.26\nRequires-Dist: jax<1,>=0.7.1; extra == "jax"\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(installation, "_SETUP", tmp_path / "setup.cfg")
    assert [(p.name, p.extra, p.expected) for p in used_packages()] == [
        ("numpy", "", "<3,>=1.26"),
        ("jax", "jax", "<1,>=0.7.1"),
    ]


@pytest.mark.parametrize(
    ("extra", "version", "problem"),
    [
        ("", "2.1", ""),
        ("", "3.0", "thing 3.0 is not supported: pip install 'thing<3,>=2'."),
        ("", None, "thing is not installed: pip install 'thing<3,>=2'."),
        ("some", None, ""),
        ("some", "1.9", "thing 1.9 is not supported: pip install 'thing<3,>=2'."),
    ],
)
def test_what_is_wrong_with_a_package(extra, version, problem):
    assert Package("thing", extra, "<3,>=2", version).problem == problem
