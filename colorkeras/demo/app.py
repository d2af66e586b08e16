"""The calls of the page, as an application of Starlette."""

import asyncio
import json
import secrets
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.resources import files
from pathlib import Path, PurePath
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from colorkeras.demo.guard import Guard
from colorkeras.demo.models import DemoModel
from colorkeras.demo.picture import Picture, ResultFile
from colorkeras.demo.placed import as_csv
from colorkeras.demo.refusals import Refused, Stopped, refused
from colorkeras.demo.shelf import Shelf
from colorkeras.demo.upload import MOST_BYTES, Uploads
from colorkeras.demo.wishes import SAMPLES, Wishes, wishes_of
from colorkeras.demo.work import Work
from colorkeras.photos.formats.pages import FORMATS
from colorkeras.photos.reading import Reading
from colorkeras.records.environment import available_cores

_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_MOST_JSON = 2**18  # bytes of a call
_PICTURES, _RESULTS = 4, 4
_KEPT, _KEPT_RESULT = 1800, 600  # seconds without use
_TIDIED = 30  # seconds between two looks for what is too old
_AT_A_TIME, _WAITING = 4, 6  # jobs
_GONE = "This photograph is no longer kept here. Drop it again."
Handler = Callable[[Request], Awaitable[Response]]


class Demo:
    """The demo behind its page.

    Args:
        models: at least one.
        reading: how photographs are read.
        folder: for files that are needed for a while.
    """

    def __init__(self, models: Sequence[DemoModel], reading: Reading, folder: Path) -> None:
        self._models, self._reading, self._folder = models, reading, folder
        self._pictures = Shelf[Picture](_PICTURES, _KEPT, _GONE)
        self._results = Shelf[ResultFile](_RESULTS, _KEPT_RESULT, "This result is gone.")
        self._uploads = Uploads(folder, MOST_BYTES)
        self._work = Work(min(_AT_A_TIME, available_cores()), _WAITING)

    def app(self, hosts: set[str]) -> Starlette:
        """The application.

        Args:
            hosts: what the header Host may be.
        """
        calls = {"hello": self._hello, "look": self._look, "doubt": self._doubt}
        calls |= {"hints": self._hints, "result": self._result, "forget": self._forget}
        routes = [
            *_pages(),
            Route("/api/photo", _answered(self._photo), methods=["POST"]),
            *(Route(f"/api/{n}", _answered(c), methods=["POST"]) for n, c in calls.items()),
            Route("/before/{name}", _answered(self._before)),
            Route("/result/{name}", _answered(self._download)),
        ]
        return Starlette(
            routes=routes, middleware=[Middleware(Guard, hosts=hosts)], lifespan=self._lifespan
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        tidying = asyncio.create_task(self._tidy())
        yield
        tidying.cancel()
        self._work.close()
        self._pictures.clear()
        self._results.clear()

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(_TIDIED)
            self._pictures.tidy()
            self._results.tidy()

    async def _hello(self, _: Request) -> Response:
        models = [
            {"label": model.label, "note": model.note, "random": model.is_random}
            for model in self._models
        ]
        return JSONResponse({"models": models, "samples": SAMPLES})

    async def _photo(self, request: Request) -> Response:
        path, source = await self._uploads.received(request)
        try:
            picture = await self._work.run(
                lambda _: Picture(path, source, self._reading), request.is_disconnected
            )
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        name = self._pictures.add(picture)
        return JSONResponse(
            {
                "photo": name,
                "width": picture.width,
                "height": picture.height,
                "suffixes": FORMATS[picture.form].suffixes,
                "form": FORMATS[picture.form].name,
                "notes": picture.notes,
            }
        )

    async def _before(self, request: Request) -> Response:
        return Response(
            self._pictures.get(request.path_params["name"]).before, 200, None, "image/jpeg"
        )

    async def _wished(self, request: Request) -> tuple[Picture, Wishes, dict[str, Any]]:
        values = await _json_of(request)
        picture = self._pictures.get(values.get("photo"))
        wishes = wishes_of(values, self._models, (picture.height, picture.width))
        return picture, wishes, values

    async def _look(self, request: Request) -> Response:
        picture, wishes, values = await self._wished(request)
        job = partial(picture.look, wishes, values.get("small") is True)
        data = await self._work.run(job, request.is_disconnected)
        return Response(data, media_type="image/jpeg")

    async def _doubt(self, request: Request) -> Response:
        picture, wishes, _ = await self._wished(request)
        job = partial(picture.doubt, wishes)
        data, mean, most = await self._work.run(job, request.is_disconnected)
        told = {"Doubt-Mean": f"{mean:.1f}", "Doubt-Most": f"{most:g}"}
        return Response(data, 200, told, "image/jpeg")

    async def _result(self, request: Request) -> Response:
        picture, wishes, _ = await self._wished(request)
        place = self._folder / secrets.token_hex(16)
        job = partial(picture.written, wishes, place)
        result = await self._work.run(job, request.is_disconnected)
        name = self._results.add(result)
        return JSONResponse({"address": f"/result/{name}", "notes": result.notes})

    async def _download(self, request: Request) -> Response:
        result = self._results.get(request.path_params["name"])
        # The page says how the file is called: its name stays in the browser.
        disposition = {"Content-Disposition": "attachment"}
        return FileResponse(result.path, 200, disposition, "application/octet-stream")

    async def _hints(self, request: Request) -> Response:
        _, wishes, _ = await self._wished(request)
        return Response(as_csv(wishes.hints), media_type="text/csv")

    async def _forget(self, request: Request) -> Response:
        self._pictures.drop((await _json_of(request)).get("photo"))
        return JSONResponse({})


def _pages() -> Iterator[Route]:
    """The page itself, its style and its scripts."""
    for file in (files("colorkeras.demo") / "page").iterdir():
        kind = _KINDS.get(PurePath(file.name).suffix)
        if kind is not None:
            path = "/" if file.name == "index.html" else f"/{file.name}"
            yield Route(path, _page(file.read_bytes(), kind))


def _page(content: bytes, kind: str) -> Handler:
    async def page(_: Request) -> Response:
        return Response(content, media_type=kind)

    return page


def _answered(handler: Handler) -> Handler:
    """The handler, with an answer for everything that goes wrong."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except Stopped:
            return Response(status_code=204)  # nobody reads it
        except Exception as error:
            answer = refused(error)
            if answer.status == 500:
                traceback.print_exception(error, file=sys.stderr)
            return JSONResponse({"error": answer.reason}, answer.status)

    return answered


async def _json_of(request: Request) -> dict[str, Any]:
    """The JSON object of a call."""
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > _MOST_JSON:
            raise Refused(413, "The call is too long.")
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise Refused(400, "Expected a JSON object.")
    return values
