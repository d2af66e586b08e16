"""Waiting until every worker of TF_CONFIG has been started.

TensorFlow would wait as well, but with Python's lock held and SIGTERM caught, so that no scheduler
could end it. Here Ctrl-C and SIGTERM work, and a port in use or another program at the chief's
address is an error with a message. Each worker connects to the chief and keeps the connection; when
all are connected at once, the chief tells them to begin, and TensorFlow waits for seconds only.
"""

import contextlib
import select
import socket
import time

from colorkeras.console.errors import UserError
from colorkeras.devices.choice import VARIABLE, Cluster

_POLL_SECONDS = 0.5
_ANSWER_SECONDS = 2.0
# Another program may be at an address for a while: a run that is just ending.
_PATIENCE_SECONDS = 10.0
_LONGEST = 200  # bytes of a message
_HELLO = "colorkeras worker {number} of {count}\n"
_WAIT, _BEGIN, _REFUSED = b"wait\n", b"begin\n", b"refused: "


def wait_for_workers(cluster: Cluster) -> None:
    """Return in every worker of a cluster at about the same time, once all have been started.

    Raises:
        UserError: when our port cannot be used, another program answers at the chief's address, or
            the chief has another cluster, or already has a worker with our number.
    """
    with _listening(cluster) as server:
        if cluster.index == 0:
            _gather(server, len(cluster.addresses))
            return
        first_strange: float | None = None
        while (answer := _call(cluster)) != _BEGIN:
            now = time.monotonic()
            first_strange = None if answer in (b"", _WAIT) else first_strange or now
            if first_strange and now - first_strange > _PATIENCE_SECONDS:
                raise UserError(
                    f"{VARIABLE}: another program answers at {cluster.addresses[0]}, the chief's "
                    "address. Stop it, or name a free port, to all workers."
                )
            time.sleep(_POLL_SECONDS)


def _listening(cluster: Cluster) -> socket.socket:
    """A socket that listens at our own address."""
    own = cluster.addresses[cluster.index]
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    try:
        return socket.create_server(("", _split(own)[1]), family=family, dualstack_ipv6=both)
    except OSError as error:
        raise UserError(
            f"{VARIABLE}: worker {cluster.index} cannot listen on the port of {own}: "
            f"{error.strerror or error}. Name a free one, to all workers."
        ) from error


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _gather(server: socket.socket, count: int) -> None:
    """At the chief: keep the connections of the others until all are there, then let them begin."""
    lines: dict[int, socket.socket] = {}
    server.settimeout(_POLL_SECONDS)
    with contextlib.ExitStack() as stack:
        while len(lines) < count - 1:
            with contextlib.suppress(OSError), server.accept()[0] as line:  # or nobody called
                if number := _answer(line, lines, count):
                    lines[number] = stack.enter_context(line.dup())
            lines = {number: line for number, line in lines.items() if not _has_gone(line)}
        for line in lines.values():
            with contextlib.suppress(OSError):
                line.sendall(_BEGIN)


def _answer(line: socket.socket, lines: dict[int, socket.socket], count: int) -> int | None:
    """Answer a connection; return the number of the worker, None of anyone else."""
    line.settimeout(_ANSWER_SECONDS)
    hello = line.makefile("rb").readline(_LONGEST).decode(errors="replace")
    for number in range(1, count):
        if hello == _HELLO.format(number=number, count=count):
            if number in lines and not _has_gone(lines[number]):
                line.sendall(_REFUSED + f"worker {number} is there already".encode())
                return None
            line.sendall(_WAIT)
            return number
    if hello.startswith(_HELLO.partition(" ")[0]):
        line.sendall(_REFUSED + f"it has {count} workers in its own {VARIABLE}".encode())
    return None


def _has_gone(line: socket.socket) -> bool:
    """Whether the other end is closed; a worker that waits sends nothing more."""
    readable, _, _ = select.select([line], [], [], 0)
    return bool(readable)


def _call(cluster: Cluster) -> bytes:
    """Connect to the chief; return its last answer, or b"" where nothing was listening."""
    chief = cluster.addresses[0]
    said = b""
    # Not there (yet), its name is not known (yet), or gone again.
    with (
        contextlib.suppress(OSError),
        socket.create_connection(_split(chief), _ANSWER_SECONDS) as line,
    ):
        _check_other(line, cluster)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        hello = _HELLO.format(number=cluster.index, count=len(cluster.addresses))
        line.sendall(hello.encode())
        answers, said = line.makefile("rb"), b"nothing"
        said = answers.readline(_LONGEST) or said
        if said.startswith(_REFUSED):
            reason = said.removeprefix(_REFUSED).decode()
            raise UserError(
                f"{VARIABLE}: the chief, {chief}, refused worker {cluster.index} of "
                f"{len(cluster.addresses)}: {reason}. Start every worker once, with the same "
                "cluster."
            )
        if said == _WAIT:
            line.settimeout(None)
            said = answers.readline(_LONGEST) or _WAIT  # a chief that ended may come again
    return said


def _check_other(line: socket.socket, cluster: Cluster) -> None:
    here, there = line.getsockname()[0], line.getpeername()[0]
    own, chief = cluster.addresses[cluster.index], cluster.addresses[0]
    if here == there and _split(chief)[1] == _split(own)[1]:
        raise UserError(f"{VARIABLE}: {own} and {chief} are the same worker.")
