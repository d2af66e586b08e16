"""The server: this machine only, the study's files only."""

import hashlib
import http.client
import json
import threading
from importlib.resources import files

import pytest
from planted_study import make_study

from colorkeras.console.errors import UserError
from colorkeras.study.server import StudyServer
from colorkeras.study.sessions import Sessions

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    return make_study(folder, "--trials", "6", "--practice", "2", "--raters", "3")


@pytest.fixture(scope="module")
def server(study):
    with StudyServer(study, Sessions(study), 0) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield served
        served.shutdown()


@pytest.fixture
def ask(server):
    """Call with method, path, body and headers; returns status, headers and content."""

    def asked(method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, response.headers, content

    return asked


def test_only_this_machine_reaches_it(server):
    assert server.server_address[0] == "127.0.0.1"


def test_the_page_and_its_parts(ask):
    for path in ("/", "/study.js", "/trials.js", "/study.css", "/jspsych.js", "/plugin-preload.js"):
        status, headers, content = ask("GET", path)
        assert (status, bool(content)) == (200, True)
        assert "default-src 'self'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    ["/study.json", "/trials.csv", "/../study.json", "/image/../trials.csv", "/answers.csv", "/x"],
)
def test_nothing_else_is_served(ask, path):
    assert ask("GET", path)[0] == 404


def test_images(ask, study):
    status, headers, content = ask("GET", f"/image/{study.images[0].token}.png")
    assert (status, headers["Content-Type"], content[:4]) == (200, "image/png", b"\x89PNG")
    assert "Last-Modified" not in headers


def test_a_session(ask):
    status, _, content = ask("POST", "/api/start", "{}", JSON)
    begun = json.loads(content)
    assert status == 200
    answer = {
        "rater": begun["rater"],
        "trial": begun["trials"][0]["id"],
        "answer": "left",
        "response_ms": 1,
        "shown_ms": [1000, 1000],
    }
    assert ask("POST", "/api/answer", json.dumps(answer), JSON)[0] == 200
    assert ask("POST", "/api/answer", json.dumps(answer), JSON)[0] == 409


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("{}", {"Content-Type": "text/plain"}, 403),
        ("{}", {**JSON, "Host": "evil.example"}, 403),
        ("[1]", JSON, 400),
        ("{", JSON, 400),
        ("[" * 9999, JSON, 400),
        ("x" * 20_000, JSON, 413),
    ],
)
def test_requests_from_elsewhere_or_broken(ask, body, headers, status):
    assert ask("POST", "/api/start", body, headers)[0] == status


def test_a_foreign_host_gets_no_page(ask):
    assert ask("GET", "/", headers={"Host": "evil.example"})[0] == 403


def test_a_port_in_use(server, study):
    with pytest.raises(UserError, match=f"--port {server.server_port}: cannot be used"):
        StudyServer(study, server.sessions, server.server_port)


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("jspsych.js", "89073fe5c6cdef511a9f7e1e2138e4118753f5a435d2583e39ec255926985bae"),
        ("plugin-preload.js", "01588e1a9b9cc16b1e22df1ea0c6c1be6c9b284cc005d5e82ac5997ce6aad918"),
    ],
)
def test_jspsych_is_the_pinned_one(ask, name, digest):
    content = ask("GET", f"/{name}")[2]
    assert hashlib.sha256(content).hexdigest() == digest
    assert b"sourceMappingURL" not in content


def test_the_licence_of_jspsych_comes_with_it():
    text = (files("colorkeras.study") / "page" / "jspsych" / "LICENSE.txt").read_text()
    assert "Copyright (c) 2014-2018 Joshua R. de Leeuw" in text
