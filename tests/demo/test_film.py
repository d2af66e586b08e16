"""Films on the page: colored as the command does it, canceled, refused."""

import re
import threading
import time

import numpy as np
import pytest
from films import read_film
from saved_models import write_model
from starlette.testclient import TestClient
from tiny_film import write_film

from colorkeras.colorize import main as colorize
from colorkeras.demo.app import Demo
from colorkeras.demo.film import Film
from colorkeras.demo.models import open_models
from colorkeras.demo.refusals import Refused, Stopped
from colorkeras.demo.work import Stop
from colorkeras.inference.colorize_options import Options
from colorkeras.photos.reading import Reading

HOST = "127.0.0.1:8766"
HINT = {"x": 0.5, "y": 0.25, "color": "#c02020", "radius": 0.05}
SAME = ("times", "words", "codec", "form", "kinds", "shape")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("models") / "model.h5", slope=(0.5, -0.3))


@pytest.fixture(scope="module")
def models(model):
    return open_models([model], 0.5, Options(overwrite=True))


@pytest.fixture
def client(models, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    app = Demo(models, Reading(max_pixels=10_000), scratch).app({HOST})
    origin = {"Origin": f"http://{HOST}"}
    with TestClient(app, base_url=f"http://{HOST}", headers=origin) as client:
        yield client
    assert list(scratch.iterdir()) == []  # nothing is left


def add(client, path):
    answer = client.post("/api/film", content=path.read_bytes())
    assert answer.status_code == 200, answer.text
    return answer.json()


def finished(client, film):
    for _ in range(600):
        told = client.post("/api/film/told", json=film).json()
        if told["state"] not in ("waiting", "beginning", "looking", "coloring"):
            return told
        time.sleep(0.1)
    raise AssertionError(told)


def test_is_what_the_command_writes(client, tmp_path, model):
    source = write_film(tmp_path / "a.mp4")
    film = add(client, source)
    assert client.get(f"/film/{film['film']}").status_code == 404
    assert client.post("/api/film/color", json={**film, "saturation": 1.5}).status_code == 200
    told = finished(client, film)
    assert (told["state"], told["frames"], told["suffix"]) == ("done", 6, ".mp4")
    answer = client.get(f"/film/{film['film']}")
    assert answer.headers["Content-Type"] == "video/mp4"
    options = ["--model", model, "--saturation", "1.5", "-o", str(tmp_path / "out.mp4")]
    assert colorize([str(source), *options]) == 0
    (tmp_path / "page.mp4").write_bytes(answer.content)
    page, command = (read_film(tmp_path / name) for name in ("page.mp4", "out.mp4"))
    assert [page[key] for key in SAME] == [command[key] for key in SAME]
    for one, other in zip(page["frames"], command["frames"], strict=True):
        # H.264's encoder does not always make the same bytes of the same frames.
        difference = one.to_ndarray(format="rgb24") - other.to_ndarray(format="rgb24").astype(int)
        assert np.abs(difference).mean() < 1
    part = client.get(f"/film/{film['film']}", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, answer.content[:10])


@pytest.mark.parametrize(("size", "reason"), [((128, 96), "12288"), (None, "")])
def test_films_that_cannot_be_colored(client, tmp_path, size, reason):
    source = tmp_path / "a.mp4"
    if size:
        write_film(source, size=size)
    else:
        source.write_bytes(b"nothing")
    film = add(client, source)
    client.post("/api/film/color", json=film)
    told = finished(client, film)
    assert told["state"] == "failed"
    assert told["reason"].startswith("This film cannot be colored: ")
    assert reason in told["reason"]
    assert str(tmp_path) not in told["reason"]


def test_hints_on_a_frame(client, tmp_path, model):
    source = write_film(tmp_path / "a.mp4")
    film = add(client, source)
    asked = {**film, "time": 0.25}
    assert client.post("/api/film/frame", json=asked).status_code == 404  # what a player shows then
    client.post("/api/film/color", json=film)
    assert finished(client, film)["state"] == "done"
    frame = client.post("/api/film/frame", json=asked).json()
    assert client.post("/api/film/frame", json={**film, "frame": 2}).json()["frame"] == 2
    assert (frame["frame"], frame["width"], frame["height"]) == (2, 48, 32)  # of 10 frames/s
    looked = client.post("/api/look", json={"photo": frame["photo"], "hints": [HINT]})
    assert looked.headers["Content-Type"] == "image/jpeg"
    hints = [{"frame": 2, "hints": [HINT]}]
    assert client.post("/api/film/color", json={**film, "hints": hints}).status_code == 200
    assert finished(client, film)["state"] == "done"
    (tmp_path / "page.mp4").write_bytes(client.get(f"/film/{film['film']}").content)
    file = client.post("/api/film/hints", json={**film, "hints": hints})
    assert file.text == "x,y,color,radius,frame\n23.5,7.5,#c02020,2.4,2\n"
    (tmp_path / "hints.csv").write_text(file.text)
    options = ["--hints", str(tmp_path / "hints.csv"), "--model", model]
    assert colorize([str(source), *options, "-o", str(tmp_path / "out.mp4")]) == 0
    page, command = (read_film(tmp_path / name)["frames"] for name in ("page.mp4", "out.mp4"))
    pixels = [film[2].to_ndarray(format="rgb24").astype(int) for film in (page, command)]
    assert np.abs(pixels[0] - pixels[1]).mean() < 1
    red, green, _ = pixels[0][8, 24]
    assert red > green + 20


@pytest.mark.parametrize(
    "hints",
    [
        "red",
        [3],
        [{"hints": []}],
        [{"frame": -1, "hints": []}],
        [{"frame": 1.5, "hints": []}],
        [{"frame": 1, "hints": [{"x": 2}]}],
        [{"frame": True, "hints": []}],
        [{"frame": 1, "hints": [{**HINT, "x": True}]}],
        [{"frame": 1, "hints": [{**HINT, "color": "red"}]}],
        [{"frame": 1}],
        [{"frame": n, "hints": 2 * [HINT]} for n in range(101)],
    ],
)
def test_wrong_hints(client, tmp_path, hints):
    film = add(client, write_film(tmp_path / "a.mp4"))
    one = {**film, "hints": [{"frame": 1, "hints": [HINT]}]}
    assert client.post("/api/film/color", json=one).status_code == 400  # no frame was shown yet
    assert client.post("/api/film/frame", json={**film, "frame": 0}).status_code == 200
    answer = client.post("/api/film/color", json={**film, "hints": hints})
    assert answer.status_code == 400
    assert re.match("hints: ([a-z]+: )?received .*, expected ", answer.json()["error"])


def test_a_frame_after_the_end_is_the_last(client, tmp_path):
    film = add(client, write_film(tmp_path / "a.mp4"))
    assert client.post("/api/film/frame", json={**film, "frame": 99}).json()["frame"] == 5
    for wrong in ({"time": -1}, {"time": True}, {"frame": -1}, {"frame": 0.5}):
        assert client.post("/api/film/frame", json={**film, **wrong}).status_code == 400


def test_a_hint_after_the_end_is_told_without_the_place_of_the_film(client, tmp_path):
    film = add(client, write_film(tmp_path / "a.mp4", frames=1))
    client.post("/api/film/frame", json={**film, "frame": 0})
    client.post("/api/film/color", json={**film, "hints": [{"frame": 5, "hints": [HINT]}]})
    told = finished(client, film)
    assert told["state"] == "failed"
    assert told["reason"].startswith(
        "hints.csv, line 2: frame 5: film ends before; it has 1 frame, 0 to 0"
    )


def test_a_frame_of_no_film(client, tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"nothing")
    film = add(client, tmp_path / "a.mp4")
    answer = client.post("/api/film/frame", json={**film, "frame": 0})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("This film cannot be colored: ")


def test_another_is_dropped_while_it_is_colored(client, tmp_path):
    source = write_film(tmp_path / "a.mp4", frames=200)
    film = add(client, source)
    client.post("/api/film/color", json=film)
    assert client.post("/api/film/color", json=film).status_code == 409
    assert client.post("/api/film/forget", json=film).status_code == 200
    assert client.post("/api/film/told", json=film).status_code == 404


def test_cancel_leaves_the_film_alone(models, tmp_path):
    folder = tmp_path / "film"
    folder.mkdir()
    film = Film(folder, write_film(folder / "film.mp4", frames=200), 10_000)
    stop = film.begin()
    thread = threading.Thread(target=film.color, args=(models[0], 1.0, 0.0, "", stop))
    thread.start()
    while not film.told().get("done"):
        time.sleep(0.01)
    with pytest.raises(Refused):
        film.begin()
    film.cancel()
    thread.join()
    assert film.told() == {"state": "canceled"}
    assert [path.name for path in folder.iterdir()] == ["film.mp4"]
    film.drop()
    assert not folder.exists()


def test_cancel_keeps_an_earlier_result(models, tmp_path):
    folder = tmp_path / "film"
    folder.mkdir()
    film = Film(folder, write_film(folder / "film.mp4", frames=100), 10_000)
    film.color(models[0], 1.0, 0.0, "", film.begin())
    before = film.result.read_bytes()
    thread = threading.Thread(target=film.color, args=(models[0], 0.0, 0.0, "", film.begin()))
    thread.start()
    while not film.told().get("done"):
        time.sleep(0.01)
    film.cancel()
    thread.join()
    assert film.told() == {"state": "canceled", "suffix": ".mp4"}
    assert film.result.read_bytes() == before


def test_cancel_while_frames_with_hints_are_looked_for(models, tmp_path):
    folder = tmp_path / "film"
    folder.mkdir()
    film = Film(folder, write_film(folder / "film.mp4", frames=400), 10_000)
    film.write_frame(0, folder / "frame.png", Stop())
    hints = "x,y,color,radius,frame\n1,1,#ff0000,1,399\n"
    thread = threading.Thread(target=film.color, args=(models[0], 1.0, 0.0, hints, film.begin()))
    thread.start()
    while (told := film.told())["state"] != "looking":
        assert told["state"] in ("waiting", "beginning")
        time.sleep(0.001)
    film.cancel()
    thread.join()
    assert film.told() == {"state": "canceled"}


def test_looking_for_a_frame_ends_when_nobody_waits(models, tmp_path):
    folder = tmp_path / "film"
    folder.mkdir()
    film = Film(folder, write_film(folder / "film.mp4"), 10_000)
    stop = Stop()
    stop.set()
    with pytest.raises(Stopped):
        film.write_frame(3, tmp_path / "frame.png", stop)
    assert not (tmp_path / "frame.png").exists()


def test_a_film_that_waits_is_canceled_at_once(models, tmp_path):
    folder = tmp_path / "film"
    folder.mkdir()
    film = Film(folder, write_film(folder / "film.mp4"), 10_000)
    old = film.begin()
    assert film.told() == {"state": "waiting"}
    film.cancel()
    assert film.told() == {"state": "canceled"}
    new = film.begin()
    film.color(models[0], 1.0, 0.0, "", old)  # its turn comes, but nobody wants it any more
    assert film.told() == {"state": "waiting"}
    film.color(models[0], 1.0, 0.0, "", new)
    assert film.told()["state"] == "done"
    again = film.begin()
    film.drop()
    assert not folder.exists()
    film.color(models[0], 1.0, 0.0, "", again)
    assert not folder.exists()
