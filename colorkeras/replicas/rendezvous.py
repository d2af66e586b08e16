"""Waiting until every worker of TF_CONFIG has been started.

TensorFlow would wait as well, but with Python's lock held and SIGTERM caught, so that no scheduler
could end it. Here Ctrl-C and SIGTERM work, a port in use is told, and TensorFlow, which begins when
all are there, has seconds to wait.
"""

import socket
import time

from colorkeras.devices import VARIABLE, Cluster
from colorkeras.errors import UserError

_POLL_SECONDS = 0.5
_CONNECT_SECONDS = 2.0


def wait_for_workers(cluster: Cluster):
    """Listen at our address until something answers at each of the others.

    A worker that answered may have gone on to TensorFlow, whose own server then answers at its
    address: to the others that is the same.

    Raises:
        UserError: when our port cannot be listened on, or an address of another is our own.
    """
    own = cluster.addresses[cluster.index]
    missing = [address for address in cluster.addresses if address != own]
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    try:
        server = socket.create_server(("", _split(own)[1]), family=family, dualstack_ipv6=both)
    except OSError as error:
        raise UserError(
            f"{VARIABLE}: worker {cluster.index} cannot listen on the port of {own}: "
            f"{error.strerror or error}. Name a free one, to all workers."
        ) from error
    with server:
        while missing := [address for address in missing if not _answers(address, own)]:
            time.sleep(_POLL_SECONDS)


def _split(address):
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _answers(address, own):
    """Whether something listens at `address`; not when its name is not known (yet)."""
    host, port = _split(address)
    try:
        with socket.create_connection((host, port), _CONNECT_SECONDS) as connection:
            here, there = connection.getsockname()[0], connection.getpeername()[0]
    except OSError:
        return False
    if here == there and port == _split(own)[1]:
        raise UserError(f"{VARIABLE}: {address} and {own} are the same worker.")
    return True
