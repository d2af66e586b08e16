"""A photograph on its way from the page into a file."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.requests import ClientDisconnect, Request

from colorkeras.demo.refusals import Refused, Stopped

MOST_BYTES = 2**30
_AT_A_TIME = 4
_PATIENCE = 60  # seconds without a further part


class Uploads:
    """Writes what the page sends into files.

    Args:
        folder: of the files.
        most: bytes of one.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most, self._running = folder, most, 0

    async def received(self, request: Request) -> tuple[Path, str]:
        """Write the body of a request into a file.

        Returns:
            The file, and its SHA-256.

        Raises:
            Refused: when it is too large or empty, its rest does not come, or several others are
                on their way.
            Stopped: when the page has gone meanwhile.
        """
        told = request.headers.get("content-length", "")
        if told.isdecimal() and int(told) > self._most:
            raise self._too_large()
        if self._running >= _AT_A_TIME:
            raise Refused(503, "Several files are on their way. Try again in a moment.")
        self._running += 1
        path = self._folder / secrets.token_hex(16)
        try:
            return path, await self._written(request, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        finally:
            self._running -= 1

    async def _written(self, request: Request, path: Path) -> str:
        digest, size = hashlib.sha256(), 0
        try:
            with open(path, "xb") as file:
                async for part in _parts(request):
                    size += len(part)
                    if size > self._most:
                        raise self._too_large()
                    digest.update(part)
                    file.write(part)
        except ClientDisconnect:
            raise Stopped from None
        except TimeoutError:  # or a few that stand still would keep out all others
            raise Refused(408, "The rest of the file did not come. Try again.") from None
        if not size:
            raise Refused(422, "The file is empty.")
        return digest.hexdigest()

    def _too_large(self) -> Refused:
        return Refused(413, f"The file is larger than {self._most >> 20} MiB.")


async def _parts(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes; TimeoutError when it stands still."""
    stream = request.stream()
    while True:
        async with asyncio.timeout(_PATIENCE):
            part = await anext(stream, None)
        if part is None:
            return
        yield part
