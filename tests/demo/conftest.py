"""A browser, and a demo with two models behind its page."""

import io
import shutil
import threading
import time

import pytest
from PIL import Image
from saved_models import write_model, write_noisy_model
from tiny_experiment import make_image

from colorkeras.console.local_page import hosts_of
from colorkeras.demo.app import Demo
from colorkeras.demo.command import bound
from colorkeras.demo.models import open_models
from colorkeras.demo.serving import make_server
from colorkeras.inference.colorize_options import Options
from colorkeras.photos.reading import DEFAULT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATH = next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="module")
def browser():
    library = pytest.importorskip("playwright.sync_api", reason="needs playwright, of extra test")
    if PATH is None:
        pytest.skip(f"needs a browser: none of {', '.join(BROWSERS)} is installed")
    with library.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=PATH, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return [
        write_model(folder / "model.h5", slope=(0.5, -0.3)),
        write_noisy_model(folder / "noisy.h5", "dropout"),
    ]


@pytest.fixture(scope="module")
def address(models, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scratch")
    opened = open_models(models, 0.5, Options(overwrite=True))
    with bound(0) as listener:
        port = listener.getsockname()[1]
        server = make_server(Demo(opened, DEFAULT, folder), hosts_of(port))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def photo():
    file = io.BytesIO()
    Image.fromarray(make_image(3, 320, 480)).convert("L").save(file, "PNG", dpi=(300, 300))
    return file.getvalue()
