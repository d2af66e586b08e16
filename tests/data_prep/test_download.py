"""Downloads from a server of our own: whole, resumed, changed, refused."""

import hashlib
import http.server
import threading
from typing import ClassVar

import pytest

from colorkeras.console.errors import UserError
from data_prep import download
from data_prep.download import Download, check_address, fetch, fetch_all

DATA = bytes(range(256)) * 20_000  # five megabytes
MD5 = hashlib.md5(DATA).hexdigest()


class Server(http.server.BaseHTTPRequestHandler):
    """Serves DATA; what it does wrong is set on the class by a test."""

    breaks_after = None  # bytes, once
    status = None
    resumes = True
    tag = '"one"'
    seen: ClassVar[list] = []

    def do_GET(self):
        self.seen.append(self.headers.get("Range"))
        if self.path.startswith("/elsewhere"):
            self.send_response(302)
            self.send_header("Location", "ftp://example.org/x.zip")
            return self.end_headers()
        if self.status:
            self.send_error(self.status)
            return None
        start = 0
        asked = self.headers.get("Range")
        if asked and self.resumes and self.headers.get("If-Range") == self.tag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
        else:
            self.send_response(200)
        body = DATA[start:]
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", self.tag)
        self.end_headers()
        if type(self).breaks_after is not None:
            body = body[: self.breaks_after]
            type(self).breaks_after = None
            self.close_connection = True
        self.wfile.write(body)
        return None

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    """(class of the server, address)."""
    handler = type("Handler", (Server,), {"seen": []})
    monkeypatch.setattr(download.time, "sleep", lambda _: None)
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    running.handle_error = lambda *_: None  # a client that has seen enough hangs up
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield handler, f"http://127.0.0.1:{running.server_port}/set.zip"
    running.shutdown()


def test_whole_file_with_its_checksum(server, tmp_path):
    handler, url = server
    wanted = Download(url, len(DATA), f"md5:{MD5}")
    assert fetch_all((wanted,), tmp_path / "new") == tmp_path / "new" / "set.zip"
    assert (tmp_path / "new" / "set.zip").read_bytes() == DATA
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["set.zip"]
    fetch(wanted, tmp_path / "new")
    assert handler.seen == [None]  # not fetched again


def test_continues_where_it_was_interrupted(server, tmp_path):
    handler, url = server
    handler.breaks_after = 3_000_000
    fetch(Download(url, None, f"sha256:{hashlib.sha256(DATA).hexdigest()}"), tmp_path)
    assert handler.seen == [None, "bytes=3000000-"]
    assert (tmp_path / "set.zip").read_bytes() == DATA


def test_continues_after_its_process_was_stopped(server, tmp_path, monkeypatch):
    handler, url = server
    handler.breaks_after = 2_000_000
    monkeypatch.setattr(download, "ATTEMPTS", 1)
    with pytest.raises(
        UserError, match=r"interrupted after 2,000,000 of 5,120,000 bytes. The received part"
    ):
        fetch(Download(url), tmp_path)
    fetch(Download(url, len(DATA), f"md5:{MD5}"), tmp_path)
    assert handler.seen[1] == "bytes=2000000-"


@pytest.mark.parametrize("change", ["file", "server"])
def test_begins_again_where_the_file_changed_or_the_server_cannot(
    server, tmp_path, monkeypatch, change
):
    handler, url = server
    handler.breaks_after = 2_000_000
    monkeypatch.setattr(download, "ATTEMPTS", 1)
    with pytest.raises(UserError):
        fetch(Download(url), tmp_path)
    (tmp_path / "set.zip.part").write_bytes(b"x" * 2_000_000)
    if change == "file":
        handler.tag = '"two"'
    else:
        handler.resumes = False
    fetch(Download(url, len(DATA), f"md5:{MD5}"), tmp_path)
    assert (tmp_path / "set.zip").read_bytes() == DATA


def test_another_file_than_the_publishers(server, tmp_path):
    _, url = server
    with pytest.raises(UserError, match=r"its md5 is .* not the publisher's file and is removed"):
        fetch(Download(url, len(DATA), "md5:00"), tmp_path)
    with pytest.raises(UserError, match="5,120,000 bytes, the publisher's file has 7"):
        fetch(Download(url, 7), tmp_path)
    (tmp_path / "set.zip").write_bytes(b"old")
    with pytest.raises(UserError, match="3 bytes, the publisher's file has 5,120,000"):
        fetch(Download(url, len(DATA)), tmp_path)


def test_server_that_does_not_have_it(server, tmp_path):
    handler, url = server
    handler.status = 404
    with pytest.raises(UserError, match=r"answers 404 .*download it by other means into"):
        fetch(Download(url), tmp_path)
    assert len(handler.seen) == 1  # asking again would not help
    handler.status = 503
    with pytest.raises(UserError, match=r"answers 503 .*Give the same command again"):
        fetch(Download(url), tmp_path)
    assert len(handler.seen) == 1 + download.ATTEMPTS


def test_unreachable(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "ATTEMPTS", 1)
    with pytest.raises(UserError, match="cannot be reached"):
        fetch(Download("http://127.0.0.1:9/x.zip"), tmp_path)


def test_no_space(server, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "data_prep.disk_space.shutil.disk_usage", lambda _: type("Usage", (), {"free": 1 << 20})
    )
    with pytest.raises(UserError, match="1 MiB are free, 4 MiB are needed"):
        fetch(Download(server[1]), tmp_path)


@pytest.mark.parametrize("url", ["http://example.org/x.zip", "ftp://x/y.zip", "file:///etc/x"])
def test_https_only(url):
    with pytest.raises(UserError, match="expected an https address"):
        check_address(url)


def test_redirects_must_be_https_too(server, tmp_path):
    _, url = server
    with pytest.raises(UserError, match=r"ftp://example.org/x.zip: expected an https address"):
        fetch(Download(url.replace("set.zip", "elsewhere.zip")), tmp_path)


def test_every_published_address_is_https():
    from data_prep import coco, digiface, lsun

    found = [
        each
        for module in (coco, digiface, lsun)
        for part in module.SPEC.downloads.values()
        for each in part
    ]
    assert len(found) == 2 + 8 + 2
    for each in found:
        assert each.url.startswith("https://")
        assert each.name.endswith(".zip")
