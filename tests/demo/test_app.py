"""The calls of the page, without a browser."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from saved_models import write_model, write_noisy_model
from starlette.testclient import TestClient
from tiny_experiment import make_image

from colorkeras.colorize import main as colorize
from colorkeras.demo import app as app_module
from colorkeras.demo.app import Demo
from colorkeras.demo.models import open_models
from colorkeras.inference.colorize_options import Options
from colorkeras.photos.reading import Reading

HOST = "127.0.0.1:8766"
ORIGIN = {"Origin": f"http://{HOST}"}
READING = Reading(max_pixels=100_000)
HINTS = [
    {"x": 0.3, "y": 0.4, "color": "#c8322d", "radius": 0.02},
    {"x": 0.75, "y": 0.5, "color": "#3d6a34", "radius": 0.008},
]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return [
        write_model(folder / "model.h5", slope=(0.5, -0.3)),
        write_noisy_model(folder / "noisy.h5", "dropout"),
    ]


@pytest.fixture(scope="module")
def models(files):
    return open_models(files, 0.5, Options(overwrite=True, reading=READING))


@pytest.fixture
def scratch(tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def client(models, scratch):
    app = Demo(models, READING, scratch).app({HOST})
    with TestClient(app, base_url=f"http://{HOST}", headers=ORIGIN) as client:
        yield client
    assert list(scratch.iterdir()) == []  # nothing is left


def png(image=None, **options):
    file = io.BytesIO()
    image = make_image(3)[..., 0] if image is None else image
    Image.fromarray(image).save(file, "PNG", **options)
    return file.getvalue()


def add(client, data):
    answer = client.post("/api/photo", content=data)
    assert answer.status_code == 200, answer.text
    return answer.json()


def shown(answer):
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content))).astype(int)


class TestGuard:
    def test_the_page_loads_from_here_alone(self, client):
        answer = client.get("/")
        assert "Drop a photograph" in answer.text
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        page = Path(app_module.__file__).parent / "page"
        for file in page.iterdir():
            if file.suffix in (".js", ".css"):
                assert client.get(f"/{file.name}").content == file.read_bytes()

    @pytest.mark.parametrize(
        "host", ["evil.example", "evil.example:8766", "127.0.0.1", "", HOST + "0"]
    )
    def test_another_host_gets_nothing(self, client, host):
        for answer in (
            client.get("/", headers={"Host": host}),
            client.post("/api/hello", json={}, headers={"Host": host, "Origin": f"http://{host}"}),
        ):
            assert (answer.status_code, answer.json()) == (403, {"error": "Wrong host."})

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", f"https://{HOST}", ""])
    def test_another_page_gets_nothing(self, client, origin):
        for call in ("hello", "photo", "look", "result", "forget"):
            answer = client.post(f"/api/{call}", json={}, headers={"Origin": origin})
            assert answer.status_code == 403

    def test_a_call_without_an_origin(self, client):
        del client.headers["Origin"]
        assert client.post("/api/hello", json={}).status_code == 403
        assert client.get("/").status_code == 200

    @pytest.mark.parametrize(
        "path", ["/../app.py", "/%2e%2e/app.py", "/x", "/before/x", "/result/x"]
    )
    def test_nothing_else_is_there(self, client, path):
        assert client.get(path).status_code == 404

    @pytest.mark.parametrize("body", ["", "[]", "{", "[" * 9999, '"x"', "x" * 300_000])
    def test_calls_that_are_none(self, client, body):
        assert client.post("/api/look", content=body).status_code in (400, 413)


class TestPhotograph:
    def test_is_told_and_shown(self, client):
        told = add(client, png(make_image(3)))
        assert (told["width"], told["height"]) == (48, 40)
        assert (told["form"], told["suffixes"]) == ("PNG", [".png"])
        assert told["notes"] == ["has colors of its own: only its luminance is used"]
        before = shown(client.get(f"/before/{told['photo']}"))
        assert np.abs(before - make_image(3)).mean() < 4  # a JPEG

    def test_is_turned_upright(self, client):
        exif = Image.Exif()
        exif[0x0112] = 6
        told = add(client, png(exif=exif))
        assert (told["width"], told["height"]) == (40, 48)

    def test_16_bits_and_pages(self, client, tmp_path):
        deep = np.random.default_rng(1).integers(0, 65536, (20, 30)).astype(np.uint16)
        tifffile.imwrite(tmp_path / "a.tif", np.stack([deep, deep]), photometric="minisblack")
        told = add(client, (tmp_path / "a.tif").read_bytes())
        assert told["suffixes"] == [".tif", ".tiff"]
        assert "page 1 of 2 is shown; the download has all" in told["notes"]

    @pytest.mark.parametrize(
        ("data", "status", "reason"),
        [
            (b"", 422, "The file is empty."),
            (b"nothing", 422, "cannot be colored: not one of JPEG, PNG"),
            (b"%PDF-1.7", 422, "cannot be colored: PDF is not one of JPEG"),
            (png()[:200], 422, "cannot be colored: damaged"),
            (png(np.zeros((400, 400), np.uint8)), 422, "--max-pixels 160000 allows it"),
        ],
    )
    def test_bad_files(self, client, scratch, data, status, reason):
        answer = client.post("/api/photo", content=data)
        assert answer.status_code == status
        assert reason in answer.json()["error"]
        assert str(scratch) not in answer.text
        assert list(scratch.iterdir()) == []

    def test_too_many_bytes(self, client, monkeypatch, models, scratch):
        monkeypatch.setattr(app_module, "MOST_BYTES", 1000)
        app = Demo(models, READING, scratch).app({HOST})
        with TestClient(app, base_url=f"http://{HOST}", headers=ORIGIN) as small:
            for data in (bytes(1001), (bytes(400) for _ in range(3))):  # told, and not told
                assert small.post("/api/photo", content=data).status_code == 413

    def test_is_forgotten(self, client, scratch):
        told = add(client, png())
        assert len(list(scratch.iterdir())) == 1
        assert client.post("/api/forget", json=told).status_code == 200
        assert list(scratch.iterdir()) == []
        answer = client.post("/api/look", json=told)
        assert (answer.status_code, answer.json()["error"].split(".")[1]) == (404, " Drop it again")

    def test_the_oldest_goes(self, client, scratch):
        photos = [add(client, png(make_image(seed)[..., 0])) for seed in range(5)]
        assert len(list(scratch.iterdir())) == 4
        assert client.get(f"/before/{photos[0]['photo']}").status_code == 404
        assert client.get(f"/before/{photos[4]['photo']}").status_code == 200


class TestLook:
    def test_saturation_and_temperature(self, client):
        told = add(client, png())

        def chroma(**wishes):
            return shown(client.post("/api/look", json={**told, **wishes}))

        plain, grey, warm = chroma(), chroma(saturation=0), chroma(temperature=80)
        assert np.ptp(plain, axis=-1).mean() > 20
        assert np.ptp(grey, axis=-1).max() <= 3
        assert (warm[..., 0] - warm[..., 2]).mean() > (plain[..., 0] - plain[..., 2]).mean() + 10

    def test_hints(self, client):
        told = add(client, png())
        plain = shown(client.post("/api/look", json=told))
        hinted = shown(client.post("/api/look", json={**told, "hints": HINTS}))
        change = np.abs(hinted - plain).max(axis=-1)
        assert change[16, 14] > 20
        again = shown(client.post("/api/look", json={**told, "hints": [], "saturation": 1}))
        np.testing.assert_array_equal(again, plain)

    def test_samples_and_another_model(self, client):
        told = add(client, png())
        looks = [
            client.post("/api/look", json={**told, "model": 1, "sample": sample}).content
            for sample in (None, 0, 1, 0)
        ]
        assert looks[1] == looks[3]
        assert len(set(looks)) == 3

    def test_small(self, client):
        told = add(client, png(np.tile(make_image(2)[..., 0], (5, 10))))
        size = shown(client.post("/api/look", json={**told, "small": True})).shape
        assert size == (150, 360, 3)

    def test_doubt(self, client):
        told = add(client, png())
        answer = client.post("/api/doubt", json=told)
        assert shown(answer).shape == (40, 48, 3)
        assert float(answer.headers["Doubt-Mean"]) >= 0
        assert answer.headers["Doubt-Most"] == "25"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"model": 2},
            {"model": True},
            {"model": "0"},
            {"sample": 0},  # of a model without noise
            {"model": 1, "sample": 4},
            {"saturation": 5},
            {"saturation": None},
            {"temperature": "warm"},
            {"hints": {}},
            {"hints": [7]},
            {"hints": [{**HINTS[0], "x": 1.01}]},
            {"hints": [{**HINTS[0], "radius": -1}]},
            {"hints": [{**HINTS[0], "color": "red"}]},
            {"hints": [HINTS[0]] * 201},
        ],
    )
    def test_wishes_that_the_page_never_sends(self, client, wrong):
        answer = client.post("/api/look", json={**add(client, png()), **wrong})
        assert answer.status_code == 400
        assert next(name for name in wrong if name != "model" or len(wrong) == 1) in answer.text


class TestResult:
    """What is downloaded is what the command writes, byte for byte."""

    def result(self, client, data, **wishes):
        answer = client.post("/api/result", json={**add(client, data), **wishes})
        assert answer.status_code == 200, answer.text
        downloaded = client.get(answer.json()["address"])
        assert downloaded.headers["Content-Disposition"] == "attachment"
        return downloaded.content, answer.json()["notes"]

    def command(self, tmp_path, data, name, *options):
        photo = tmp_path / name
        photo.write_bytes(data)
        assert colorize([str(photo), "-o", str(tmp_path / "out"), *options]) == 0
        return tmp_path / "out"

    def test_of_a_png(self, client, tmp_path, files):
        data = png(make_image(1))
        content, _ = self.result(client, data, saturation=1.5, temperature=-20)
        options = ["--model", files[0], "--saturation", "1.5", "--temperature", "-20"]
        out = self.command(tmp_path, data, "a.png", *options)
        assert content == (out / "a.png").read_bytes()

    def test_with_hints(self, client, tmp_path, files):
        told = add(client, png())
        hints = client.post("/api/hints", json={**told, "hints": HINTS})
        assert hints.headers["Content-Type"].startswith("text/csv")
        (tmp_path / "hints.csv").write_bytes(hints.content)
        content, _ = self.result(client, png(), hints=HINTS, saturation=0.5)
        options = ["--model", files[0], "--hints", str(tmp_path / "hints.csv")]
        out = self.command(tmp_path, png(), "a.png", *options, "--saturation", "0.5")
        assert content == (out / "a.png").read_bytes()
        look = client.post("/api/look", json={**told, "hints": HINTS, "saturation": 0.5})
        pixels = shown(look), np.asarray(Image.open(io.BytesIO(content))).astype(int)
        assert np.abs(pixels[0] - pixels[1]).mean() < 3  # the page shows a JPEG

    def test_of_a_sample(self, client, tmp_path, files):
        content, _ = self.result(client, png(), model=1, sample=2)
        out = self.command(tmp_path, png(), "a.png", "--model", files[1], "--samples", "3")
        assert content == (out / "a-3.png").read_bytes()

    def test_of_a_scan_with_two_pages(self, client, tmp_path, files):
        deep = np.random.default_rng(1).integers(0, 65536, (20, 30)).astype(np.uint16)
        with tifffile.TiffWriter(tmp_path / "scan.tif") as writer:
            for page in (deep, deep[:10]):
                writer.write(page, photometric="minisblack", software="Scanner 3", contiguous=False)
        data = (tmp_path / "scan.tif").read_bytes()
        content, _ = self.result(client, data)
        out = self.command(tmp_path, data, "scan.tif", "--model", files[0])
        assert content == (out / "scan.tif").read_bytes()

    def test_of_a_jpeg(self, client, tmp_path, files):
        exif = Image.Exif()
        exif[0x0112], exif[0x8298] = 6, "(c) A. Archive"
        file = io.BytesIO()
        Image.fromarray(make_image(4)).save(file, "JPEG", exif=exif)
        content, _ = self.result(client, file.getvalue())
        out = self.command(tmp_path, file.getvalue(), "a.jpg", "--model", files[0])
        assert content == (out / "a.png").read_bytes()
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            assert image.getexif()[0x8298] == "(c) A. Archive"

    def test_samples_before_it_leave_no_files(self, client, scratch):
        self.result(client, png(), model=1, sample=3)
        assert len(list(scratch.iterdir())) == 2  # the photograph and its result


def test_hashes_name_the_photograph(client, tmp_path):
    """The mark has the SHA-256 of the file that was dropped."""
    answer = client.post("/api/result", json=add(client, png()))
    content = client.get(answer.json()["address"]).content
    assert hashlib.sha256(png()).hexdigest().encode() in content
