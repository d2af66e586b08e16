"""A browser, and a demo with two models behind its page."""

import io
import threading
import time

import pytest
from browsers import opened_browser
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


@pytest.fixture(scope="module")
def browser():
    with opened_browser() as opened:
        yield opened


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
