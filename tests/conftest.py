"""What all tests share. Importlib mode adds no path, so the modules in tests/support need one."""

import sys
import tomllib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))


# Trainable parameters beyond which thirty steps of an experiment take longer than ten seconds.
SLOW_FROM = 5_000_000


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark the thirty steps of large networks as slow, of whatever experiment."""
    for item in items:
        if getattr(item, "originalname", "") == "test_thirty_steps_lower_the_chroma_error":
            config = tomllib.loads((item.callspec.params["folder"] / "config.toml").read_text())
            if sum(config["expected"]["parameters"].values()) > SLOW_FROM:
                item.add_marker(pytest.mark.slow)


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
