"""The calls of the page for photographs."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from colorkeras.demo.answers import answered_by, json_of
from colorkeras.demo.models import DemoModel
from colorkeras.demo.picture import Picture, ResultFile
from colorkeras.demo.placed import as_csv, from_csv
from colorkeras.demo.refusals import Refused
from colorkeras.demo.shelf import Shelf
from colorkeras.demo.upload import Uploads
from colorkeras.demo.wishes import Wishes, wishes_of
from colorkeras.demo.work import Stop, Work
from colorkeras.photos.formats.pages import FORMATS
from colorkeras.photos.reading import Reading
from colorkeras.records.environment import available_cores

_PICTURES, _RESULTS = 4, 4
_KEPT, _KEPT_RESULT = 1800, 600  # seconds without use
_AT_A_TIME, _WAITING = 4, 6  # jobs
_GONE = "This photograph is no longer kept here. Drop it again."


class PhotoCalls:
    """Photographs behind the page.

    Args:
        models: at least one.
        reading: how photographs are read.
        folder: for files that are needed for a while.
        uploads: that writes what the page sends.
    """

    def __init__(
        self, models: Sequence[DemoModel], reading: Reading, folder: Path, uploads: Uploads
    ) -> None:
        self._models, self._reading, self._folder = models, reading, folder
        self._pictures = Shelf[Picture](_PICTURES, _KEPT, _GONE)
        self._results = Shelf[ResultFile](_RESULTS, _KEPT_RESULT, "This result is gone.")
        self._uploads = uploads
        self._work = Work(min(_AT_A_TIME, available_cores()), _WAITING)

    def routes(self) -> Iterator[Route]:
        """The calls by their paths."""
        calls = {"photo": self._photo, "look": self._look, "doubt": self._doubt}
        calls |= {
            "hints": self._hints,
            "hints/read": self._hints_read,
            "result": self._result,
            "forget": self._forget,
        }
        for name, call in calls.items():
            yield Route(f"/api/{name}", answered_by(call), methods=["POST"])
        yield Route("/before/{name}", answered_by(self._before))
        yield Route("/result/{name}", answered_by(self._download))

    def tidy(self) -> None:
        """Drop what is too old."""
        self._pictures.tidy()
        self._results.tidy()

    def close(self) -> None:
        """End all work, and drop everything."""
        self._work.close()
        self._pictures.clear()
        self._results.clear()

    async def _photo(self, request: Request) -> Response:
        path, source = await self._uploads.received(request)
        return JSONResponse(await self.added(request, path, lambda _: source))

    async def added(
        self, request: Request, path: Path, source: Callable[[Stop], str]
    ) -> dict[str, Any]:
        """Take a photograph; return what the page is told of it.

        Args:
            request: that it came by.
            path: of its file, which goes with it.
            source: called in a thread, with what says whether the page still waits: writes the file
                where it is not there yet, and returns its SHA-256.

        Raises:
            Refused: when too much is being worked on.
            UnusableImage: when it cannot be read.
        """
        try:
            job = partial(self._read, path, source)
            picture = await self._work.run(job, request.is_disconnected)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        name = self._pictures.add(picture)
        return {
            "photo": name,
            "width": picture.width,
            "height": picture.height,
            "suffixes": FORMATS[picture.form].suffixes,
            "form": FORMATS[picture.form].name,
            "notes": picture.notes,
        }

    def _read(self, path: Path, source: Callable[[Stop], str], stop: Stop) -> Picture:
        try:
            picture = Picture(path, source(stop), self._reading)
            stop.check()
        except BaseException:  # `source` may have written the file after the call was given up
            path.unlink(missing_ok=True)
            raise
        return picture

    async def _before(self, request: Request) -> Response:
        return Response(
            self._pictures.get(request.path_params["name"]).before, 200, None, "image/jpeg"
        )

    async def _wished(self, request: Request) -> tuple[Picture, Wishes, dict[str, Any]]:
        values = await json_of(request)
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

    async def _hints_read(self, request: Request) -> Response:
        values = await json_of(request)
        picture, text = self._pictures.get(values.get("photo")), values.get("text")
        if not isinstance(text, str):
            raise Refused(400, "Expected the text of hints.csv.")
        place = self._folder / f"{secrets.token_hex(16)}.csv"
        return JSONResponse({"hints": from_csv(text, (picture.height, picture.width), place)})

    async def _forget(self, request: Request) -> Response:
        self._pictures.drop((await json_of(request)).get("photo"))
        return JSONResponse({})
