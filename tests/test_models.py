"""The models command: what is published, without Keras."""

import json
import subprocess
import sys

import h5py
import pytest
from published import use_folder, write_published

from colorkeras.models import main


@pytest.fixture
def record(tmp_path, monkeypatch):
    h5py.File(tmp_path / "source.h5", "w").close()
    use_folder(monkeypatch, tmp_path / "published")
    return write_published(
        tmp_path / "published", "photo", tmp_path / "source.h5", default=True, bytes=9_140_000
    )


def test_list(record, capsys):
    assert main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"photo (default)  9.1 MB  SHA-256 {record['sha256'][:12]}…  MIT",
        "  Tiny network",
        "  trained on 8 photographs",
        "  photos, test, 1,200 images: PSNR 22.50 dB (grey 22.25, mean chroma 22.38), "
        "ΔE2000 11.25 (grey 12.50, mean chroma 12.25), colorfulness ratio 0.75",
    ]


def test_card_and_json(record, capsys):
    assert main(["photo"]) == 0
    assert capsys.readouterr().out == "# photo\n\nIts card.\n"
    assert main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [record]
    assert main(["photo", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == record


def test_unknown_name(record, capsys):
    assert main(["phot"]) == 2
    assert "phot: no published model of that name" in capsys.readouterr().err


def test_none(tmp_path, monkeypatch, capsys):
    use_folder(monkeypatch, tmp_path)
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("No model is published with this version")
    assert main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_loads_no_keras():
    script = (
        "import sys; from colorkeras.models import main; main([]); print('keras' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"
