"""What all tests share. Importlib mode adds no path, so the modules in tests/support need one."""

import hashlib
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


@pytest.fixture(scope="session", autouse=True)
def whole_files_are_read_once():
    """Read the same bytes in a process of its own once: hundreds of tests load the same models.

    Only what was read without a complaint is remembered. The tests of `try_reading` itself import
    it by name before this, and so have the real one.
    """
    from colorkeras.inference.model_file import container

    read, try_reading = set(), container.try_reading

    def try_reading_once(path, max_memory):
        with open(path, "rb") as file:
            found = hashlib.file_digest(file, "sha256").digest(), max_memory
        if found not in read:
            try_reading(path, max_memory)
            read.add(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(container, "try_reading", try_reading_once)
        yield
