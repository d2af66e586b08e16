"""Answer the page's requests until somebody ends it."""

import socket
from collections.abc import Callable

import uvicorn

from colorkeras.demo.app import Demo

_PATIENCE = 3  # seconds that calls have to end after Ctrl-C


class _Server(uvicorn.Server):
    """Tells when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def make_server(
    demo: Demo, hosts: set[str], ready: Callable[[], None] = lambda: None
) -> uvicorn.Server:
    """A server for the demo; its `run(sockets=[…])` ends at Ctrl-C, with KeyboardInterrupt.

    Args:
        demo: the demo.
        hosts: what the header Host may be.
        ready: called when the page can be opened.
    """
    config = uvicorn.Config(
        demo.app(hosts),
        access_log=False,  # it would hold what was done
        log_level="error",
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE,
        ws="none",
    )
    return _Server(config, ready)
