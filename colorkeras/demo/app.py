"""The page and its calls, as an application of Starlette."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path, PurePath

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from colorkeras.data.folders.extensions import FILMS
from colorkeras.demo.answers import Handler, answered_by
from colorkeras.demo.film_calls import FilmCalls
from colorkeras.demo.guard import Guard
from colorkeras.demo.models import DemoModel
from colorkeras.demo.photo_calls import PhotoCalls
from colorkeras.demo.upload import MOST_BYTES, Uploads
from colorkeras.demo.wishes import SAMPLES
from colorkeras.photos.reading import Reading

_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_TIDIED = 30  # seconds between two looks for what is too old


class Demo:
    """The demo behind its page.

    Args:
        models: at least one.
        reading: how photographs are read.
        folder: for files that are needed for a while.
    """

    def __init__(self, models: Sequence[DemoModel], reading: Reading, folder: Path) -> None:
        uploads = Uploads(folder, MOST_BYTES)
        self._models = models
        photos = PhotoCalls(models, reading, folder, uploads)
        films = FilmCalls(models, reading.max_pixels, folder, uploads, photos)
        self._calls = (photos, films)

    def app(self, hosts: set[str]) -> Starlette:
        """The application.

        Args:
            hosts: what the header Host may be.
        """
        routes = [*_pages(), Route("/api/hello", answered_by(self._hello), methods=["POST"])]
        routes += [route for calls in self._calls for route in calls.routes()]
        guard = Middleware(Guard, hosts=hosts)
        return Starlette(routes=routes, middleware=[guard], lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        tidying = asyncio.create_task(self._tidy())
        yield
        tidying.cancel()
        for calls in self._calls:
            calls.close()

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(_TIDIED)
            for calls in self._calls:
                calls.tidy()

    async def _hello(self, _: Request) -> Response:
        models = [
            {"label": model.label, "note": model.note, "random": model.is_random}
            for model in self._models
        ]
        films = sorted(FILMS) if importlib.util.find_spec("av") else []
        told = {"models": models, "samples": SAMPLES, "films": films, "most_bytes": MOST_BYTES}
        return JSONResponse(told)


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
