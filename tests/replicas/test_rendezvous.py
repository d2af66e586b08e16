"""Workers that wait for each other, as threads with sockets of this machine."""

import contextlib
import socket
import threading

import pytest

from colorkeras.devices import Cluster
from colorkeras.errors import UserError
from colorkeras.replicas.rendezvous import wait_for_workers


@pytest.fixture
def ports():
    """Three free ports."""
    with socket.socket() as a, socket.socket() as b, socket.socket() as c:
        for found in (a, b, c):
            found.bind(("", 0))
        return [found.getsockname()[1] for found in (a, b, c)]


@pytest.fixture
def waiting():
    """Starts a worker, a thread; it listens where it waited when it goes on, as TensorFlow does."""
    with contextlib.ExitStack() as servers:

        def work(cluster):
            wait_for_workers(cluster)
            port = int(cluster.addresses[cluster.index].partition(":")[2])
            servers.enter_context(socket.create_server(("", port)))

        def start(cluster):
            thread = threading.Thread(target=work, args=(cluster,), daemon=True)
            thread.start()
            return thread

        yield start


def test_all_go_on_when_the_last_has_come(ports, waiting):
    addresses = tuple(f"localhost:{port}" for port in ports)
    first = [waiting(Cluster(addresses, index)) for index in (0, 1)]
    first[0].join(1.5)
    assert all(thread.is_alive() for thread in first)
    for thread in (waiting(Cluster(addresses, 2)), *first):
        thread.join(20)
        assert not thread.is_alive()


def test_port_in_use(ports):
    addresses = (f"localhost:{ports[0]}", f"localhost:{ports[1]}")
    with (
        socket.create_server(("", ports[0])),
        pytest.raises(UserError, match=rf"worker 0 cannot listen.*:{ports[0]}: .*in use.*a free"),
    ):
        wait_for_workers(Cluster(addresses, 0))


def test_another_name_of_ours(ports):
    addresses = (f"127.0.0.1:{ports[0]}", f"localhost:{ports[0]}")
    with pytest.raises(UserError, match=f"localhost:{ports[0]} and .* are the same worker"):
        wait_for_workers(Cluster(addresses, 0))
