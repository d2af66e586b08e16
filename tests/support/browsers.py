"""A browser that is installed, without a window."""

import contextlib
import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATH = next(filter(None, map(shutil.which, BROWSERS)), None)


@contextlib.contextmanager
def opened_browser():
    """Playwright's browser; skips the test where there is none."""
    library = pytest.importorskip("playwright.sync_api", reason="needs playwright, of extra test")
    if PATH is None:
        pytest.skip(f"needs a browser: none of {', '.join(BROWSERS)} is installed")
    with library.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=PATH, args=["--no-sandbox"])
        yield opened
        opened.close()
