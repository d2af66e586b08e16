"""Answer the page's requests until somebody ends it."""

import socket
from collections.abc import Callable

import uvicorn

from colorkeras.demo.app import Demo

_PATIENCE = 3  # seconds that calls have to end after Ctrl-C


class _Server(uvicorn.Server):
    """Tells when it is ready, and when it ends."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # A photograph that is being written is finished first: that may take a while.
        print("\nEnding …", flush=True)
        await super().shutdown(sockets)


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
        # `answered_by` tells of errors; others are of calls that are cut off at the end.
        log_level="critical",
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE,
        ws="none",
    )
    return _Server(config, ready)
