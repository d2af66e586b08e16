"""Answer the page's requests until somebody ends it."""

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from colorkeras.demo.app import Demo
from colorkeras.demo.models import DemoModel
from colorkeras.photos.reading import Reading

_PATIENCE = 3  # seconds that calls have to end after Ctrl-C


class _Server(uvicorn.Server):
    """Tells when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def serve(
    models: Sequence[DemoModel],
    reading: Reading,
    folder: Path,
    listener: socket.socket,
    hosts: set[str],
    ready: Callable[[], None],
) -> None:
    """Serve the demo until Ctrl-C.

    Args:
        models: that the page offers.
        reading: how photographs are read.
        folder: for files that are needed for a while.
        listener: bound to a port of this machine.
        hosts: what the header Host may be.
        ready: called when the page can be opened.

    Raises:
        KeyboardInterrupt: at Ctrl-C, once all is closed.
    """
    config = uvicorn.Config(
        Demo(models, reading, folder).app(hosts),
        access_log=False,  # it would hold what was done
        log_level="error",
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE,
        ws="none",
    )
    _Server(config, ready).run(sockets=[listener])
