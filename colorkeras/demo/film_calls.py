"""The calls of the page for films."""

import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from colorkeras.demo.answers import answered_by, json_of
from colorkeras.demo.film import NOT_COLORED, Film
from colorkeras.demo.models import DemoModel
from colorkeras.demo.photo_calls import PhotoCalls
from colorkeras.demo.placed import film_hints
from colorkeras.demo.refusals import Refused
from colorkeras.demo.shelf import Shelf
from colorkeras.demo.upload import Uploads
from colorkeras.demo.wishes import frame_of, model_of, seconds_of, strengths_of
from colorkeras.demo.work import Stop
from colorkeras.records.checksum import sha256_of

_FILMS, _KEPT = 2, 1800  # films; seconds without a call
_GONE = "This film is no longer kept here. Drop it again."
_KINDS = {".mp4": "video/mp4", ".mkv": "video/x-matroska"}


class FilmCalls:
    """Films behind the page; one at a time is colored.

    Args:
        models: at least one.
        max_pixels: largest width × height.
        folder: for files that are needed for a while.
        uploads: that writes what the page sends.
        photos: that takes frames as photographs, to place hints on them.
    """

    def __init__(
        self,
        models: Sequence[DemoModel],
        max_pixels: int,
        folder: Path,
        uploads: Uploads,
        photos: PhotoCalls,
    ) -> None:
        self._models, self._max_pixels, self._folder = models, max_pixels, folder
        self._uploads, self._photos = uploads, photos
        self._films = Shelf[Film](_FILMS, _KEPT, _GONE)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="film")

    def routes(self) -> Iterator[Route]:
        """The calls by their paths."""
        calls = {"film": self._film, "film/color": self._color, "film/told": self._told}
        calls |= {"film/cancel": self._cancel, "film/forget": self._forget}
        calls |= {"film/frame": self._frame, "film/hints": self._hints}
        for name, call in calls.items():
            yield Route(f"/api/{name}", answered_by(call), methods=["POST"])
        yield Route("/film/{name}", answered_by(self._result))

    def tidy(self) -> None:
        """Drop what is too old."""
        self._films.tidy()

    def close(self) -> None:
        """End all work, and drop everything."""
        self._films.clear()
        self._pool.shutdown(wait=True)

    async def _film(self, request: Request) -> Response:
        source, _ = await self._uploads.received(request)
        folder = self._folder / secrets.token_hex(16)
        folder.mkdir()
        source = source.rename(folder / "film")
        return JSONResponse({"film": self._films.add(Film(folder, source, self._max_pixels))})

    async def _color(self, request: Request) -> Response:
        values = await json_of(request)
        film, model = self._films.get(values.get("film")), model_of(values, self._models)
        strengths = strengths_of(values)
        hints = film_hints(values.get("hints", []), film.size)
        self._pool.submit(film.color, model, *strengths, hints, film.begin())
        return JSONResponse({})

    async def _frame(self, request: Request) -> Response:
        """A frame as a photograph: that of a number, or that which the colored film shows then."""
        values = await json_of(request)
        film = self._films.get(values.get("film"))
        number, seconds = frame_of(values), seconds_of(values)
        path = self._folder / secrets.token_hex(16)

        def written(stop: Stop) -> str:
            nonlocal number
            wanted = film.number_at(seconds) if number is None else number
            number = film.write_frame(wanted, path, stop)
            return sha256_of(path)

        told = await self._photos.added(request, path, written)
        return JSONResponse({**told, "frame": number})

    async def _hints(self, request: Request) -> Response:
        """The hints of all frames as hints.csv, which `colorize --hints` reads."""
        values = await json_of(request)
        film = self._films.get(values.get("film"))
        return Response(film_hints(values.get("hints", []), film.size), media_type="text/csv")

    async def _told(self, request: Request) -> Response:
        return JSONResponse(self._films.get((await json_of(request)).get("film")).told())

    async def _cancel(self, request: Request) -> Response:
        self._films.get((await json_of(request)).get("film")).cancel()
        return JSONResponse({})

    async def _forget(self, request: Request) -> Response:
        self._films.drop((await json_of(request)).get("film"))
        return JSONResponse({})

    async def _result(self, request: Request) -> Response:
        result = self._films.get(request.path_params["name"]).result
        if result is None:
            raise Refused(404, NOT_COLORED)
        return FileResponse(result, media_type=_KINDS[result.suffix])
