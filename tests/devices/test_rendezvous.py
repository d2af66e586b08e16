"""Workers that wait for each other, as threads with sockets of this machine."""

import contextlib
import socket
import threading
import time

import pytest

from colorkeras.console.errors import UserError
from colorkeras.devices import rendezvous
from colorkeras.devices.choice import Cluster
from colorkeras.devices.rendezvous import wait_for_workers


@pytest.fixture
def ports():
    """Three free ports."""
    with socket.socket() as a, socket.socket() as b, socket.socket() as c:
        for found in (a, b, c):
            found.bind(("", 0))
        return [found.getsockname()[1] for found in (a, b, c)]


@pytest.fixture
def addresses(ports):
    return tuple(f"localhost:{port}" for port in ports)


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


def finish(*threads):
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def connected(port):
    """A connection to a port, as soon as something listens there."""
    until = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("localhost", port), 1)
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.mark.parametrize("last", [0, 1, 2])
def test_all_go_on_when_the_last_has_come(addresses, waiting, last):
    first = [waiting(Cluster(addresses, index)) for index in range(3) if index != last]
    first[0].join(1.5)
    assert all(thread.is_alive() for thread in first)
    finish(waiting(Cluster(addresses, last)), *first)


def test_callers_that_are_no_workers_do_not_count(addresses, ports, waiting):
    chief = waiting(Cluster(addresses[:2], 0))
    with connected(ports[0]) as stranger:
        stranger.sendall(b"GET / HTTP/1.0\n")
        assert stranger.recv(9) == b""
    assert chief.is_alive()
    with connected(ports[0]) as worker, worker.makefile("rb") as said:
        worker.sendall(b"colorkeras worker 1 of 2\n")
        assert [said.readline(), said.readline()] == [b"wait\n", b"begin\n"]
    finish(chief)


def test_a_worker_that_dies_while_others_are_awaited(addresses, ports, waiting):
    chief = waiting(Cluster(addresses, 0))
    with connected(ports[0]) as worker:
        worker.sendall(b"colorkeras worker 1 of 3\n")
        assert worker.recv(9) == b"wait\n"
    other = waiting(Cluster(addresses, 2))
    chief.join(1.5)
    assert chief.is_alive()
    assert other.is_alive()
    finish(waiting(Cluster(addresses, 1)), chief, other)


def test_a_chief_that_dies_is_called_again(addresses, ports, waiting):
    worker = waiting(Cluster(addresses[:2], 1))
    with socket.create_server(("", ports[0])) as server:
        line, _ = server.accept()
        assert line.recv(99) == b"colorkeras worker 1 of 2\n"
        line.sendall(b"wait\n")
        line.close()
    assert worker.is_alive()
    finish(waiting(Cluster(addresses[:2], 0)), worker)


@pytest.mark.parametrize("answer", [b"HTTP/1.0 400 Bad request\r\n", b""])
def test_another_program_in_the_chiefs_place(addresses, ports, monkeypatch, answer):
    monkeypatch.setattr(rendezvous, "_PATIENCE_SECONDS", 0.8)
    with socket.create_server(("", ports[0])) as server:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    line, _ = server.accept()
                    line.recv(99)
                    line.sendall(answer)
                    line.close()

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(UserError, match=f"another program answers at {addresses[0]}"):
            wait_for_workers(Cluster(addresses[:2], 1))


def test_two_workers_of_one_number(addresses, waiting):
    chief, first = (waiting(Cluster(addresses, index)) for index in (0, 1))
    first.join(1)
    again = (addresses[0], "localhost:0", addresses[2])  # its own port is in use
    with pytest.raises(UserError, match="refused worker 1 of 3: worker 1 is there already"):
        wait_for_workers(Cluster(again, 1))
    finish(waiting(Cluster(addresses, 2)), chief, first)


def test_two_clusters(addresses, waiting):
    chief = waiting(Cluster(addresses, 0))
    with pytest.raises(UserError, match="refused worker 1 of 2: it has 3 workers in its own TF_C"):
        wait_for_workers(Cluster(addresses[:2], 1))
    others = [waiting(Cluster(addresses, index)) for index in (1, 2)]
    finish(chief, *others)


def test_port_in_use(addresses, ports):
    with (
        socket.create_server(("", ports[0])),
        pytest.raises(UserError, match=rf"worker 0 cannot listen.*:{ports[0]}: .*in use.*a free"),
    ):
        wait_for_workers(Cluster(addresses, 0))


def test_another_name_of_ours(ports):
    addresses = (f"127.0.0.1:{ports[0]}", f"localhost:{ports[0]}")
    with pytest.raises(UserError, match=f"localhost:{ports[0]} and .* are the same worker"):
        wait_for_workers(Cluster(addresses, 1))
