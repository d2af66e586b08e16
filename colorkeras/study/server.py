"""The study's page on this machine: a small HTTP server that only this machine reaches.

It serves three kinds of things: the page and its scripts, the images by their neutral names, and
two calls that begin a session and store an answer. What tells which image is which stays here.
"""

import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any

from colorkeras.console.errors import UserError
from colorkeras.console.local_page import ADDRESS, hosts_of, port_refused, safe_headers
from colorkeras.study.sessions import Refused, Sessions
from colorkeras.study.study_folder import IMAGES, Study

_MOST_BYTES = 16_384  # of a request's body
_PAGE = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/study.css": ("study.css", "text/css; charset=utf-8"),
    "/study.js": ("study.js", "text/javascript; charset=utf-8"),
    "/trials.js": ("trials.js", "text/javascript; charset=utf-8"),
    "/jspsych.js": ("jspsych/jspsych.js", "text/javascript; charset=utf-8"),
    "/plugin-preload.js": ("jspsych/plugin-preload.js", "text/javascript; charset=utf-8"),
}
# The browser itself refuses whatever would leave this machine.
_POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'"


class StudyServer(ThreadingHTTPServer):
    """Serves one study at `http://127.0.0.1:PORT`.

    Args:
        study: the study.
        sessions: its state.
        port: 0 for any that is free.

    Raises:
        UserError: when the port is not to be had.
    """

    daemon_threads = True

    def __init__(self, study: Study, sessions: Sessions, port: int) -> None:
        self.sessions = sessions
        self.images = {
            f"/image/{image.token}.png": study.folder / IMAGES / f"{image.token}.png"
            for image in study.images
        }
        page = files("colorkeras.study") / "page"
        self.page = {
            path: ((page / name).read_bytes(), kind) for path, (name, kind) in _PAGE.items()
        }
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            raise port_refused(port, error) from error
        self.hosts = hosts_of(self.server_port)

    @property
    def url(self) -> str:
        """The page's address."""
        return f"http://{ADDRESS}:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: StudyServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "study", ""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if not self._is_ours():
            self._send_json(HTTPStatus.FORBIDDEN, {"error": "Wrong host."})
        elif path in self.server.page:
            self._send(HTTPStatus.OK, *self.server.page[path])
        elif path in self.server.images:
            self._send_image(path)
        else:
            self._send_json(HTTPStatus.NOT_FOUND, {"error": "There is nothing here."})

    def do_POST(self) -> None:
        try:
            self._send_json(HTTPStatus.OK, self._called())
        except Refused as refusal:
            self._send_json(refusal.status, {"error": str(refusal)})
        except UserError as error:  # the disk is full, say
            self.close_connection = True
            self._send_json(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "It cannot be stored."})
            print(f"error: {error}", flush=True)

    def log_message(self, format: str, *args: object) -> None:
        """Write no log: it would hold addresses."""

    def _called(self) -> dict[str, Any]:
        values = self._body()
        if self.path == "/api/hello":
            return {"code": self.server.sessions.needs_code}
        if self.path == "/api/start":
            code = values.get("rater")
            return self.server.sessions.start(code if isinstance(code, str) else "")
        if self.path == "/api/answer":
            return self.server.sessions.answer(values)
        raise Refused(HTTPStatus.NOT_FOUND, "There is nothing here.")

    def _body(self) -> dict[str, Any]:
        """The JSON object of a request from our own page."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _MOST_BYTES:
            self.close_connection = True  # its body is not read
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too long, or of no length.")
        data = self.rfile.read(int(length))
        # A foreign page may send a form here, but not JSON, and not under our name.
        if not self._is_ours() or self.headers.get_content_type() != "application/json":
            raise Refused(HTTPStatus.FORBIDDEN, "Not from the study's page.")
        try:
            values = json.loads(data)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise Refused(HTTPStatus.BAD_REQUEST, "Expected a JSON object.")
        return values

    def _is_ours(self) -> bool:
        """Whether the request names this machine, which a page of another site cannot do."""
        return self.headers.get("Host") in self.server.hosts

    def _send_image(self, path: str) -> None:
        try:
            data = self.server.images[path].read_bytes()
        except OSError:
            self._send_json(HTTPStatus.NOT_FOUND, {"error": "The image is gone."})
        else:
            self._send(HTTPStatus.OK, data, "image/png", "private, max-age=86400")

    def _send_json(self, status: int, values: dict[str, Any]) -> None:
        self._send(status, json.dumps(values).encode(), "application/json")

    def _send(self, status: int, data: bytes, kind: str, cache: str = "no-store") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", cache)
        for name, value in safe_headers(_POLICY).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
