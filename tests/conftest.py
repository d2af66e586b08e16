"""What all tests share. Importlib mode adds no path, so helpers such as sample_runs.py need one."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """Keep scans out of the user's own cache."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("COLORKERAS_CACHE", str(folder))
    return folder


@pytest.fixture(autouse=True)
def float32_policy():
    """Put Keras's number format back, which a run chooses for its whole process."""
    yield
    if "keras" in sys.modules:
        sys.modules["keras"].config.set_dtype_policy("float32")
