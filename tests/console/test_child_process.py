"""Processes on our terminal: their exit codes, and stops that reach them once."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from colorkeras.console import child_process
from colorkeras.console.child_process import run_process

# Says which signals it gets, until it was stopped `stops` times.
CHILD = """
import signal, sys, time
told = []
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda number, frame: told.append(signal.Signals(number).name))
print("ready", flush=True)
while len(told) < int(sys.argv[1]):
    time.sleep(0.01)
time.sleep(0.2)  # for what should not come
print("got", *told, flush=True)
"""
# Runs CHILD in the foreground of a terminal that is its own: that on its standard input.
PARENT = """
import fcntl, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
# The tests themselves may run in the background or under nohup, which ignores some of these.
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP):
    signal.signal(number, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
from colorkeras.console.child_process import run_process
try:
    print("ended", run_process(sys.argv[1:]))
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [("pass", 0), ("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 9)", -9)],
)
def test_exit_code(code, expected):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert run_process([sys.executable, "-c", code]) == expected
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_output_is_shared(capfd):
    run_process([sys.executable, "-c", "import sys; print('out'); print('err', file=sys.stderr)"])
    assert capfd.readouterr() == ("out\n", "err\n")


def test_program_that_is_missing(tmp_path):
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(FileNotFoundError):
        run_process([str(tmp_path / "nothing")])
    assert signal.getsignal(signal.SIGINT) is before


class Terminal:
    """A process in the foreground of a terminal of its own."""

    def __init__(self, stops):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", PARENT, sys.executable, "-c", CHILD, str(stops)],
            stdin=slave,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(Path(child_process.__file__).parents[1])},
        )
        os.close(slave)
        assert self.process.stdout.readline() == "ready\n"

    def ctrl_c(self):
        os.write(self.master, b"\x03")

    def end(self):
        """What was printed until the end."""
        try:
            output, _ = self.process.communicate(timeout=60)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            os.close(self.master)
        assert self.process.returncode == 0
        return output.splitlines()


def test_ctrl_c_of_the_terminal_arrives_once():
    terminal = Terminal(stops=1)
    terminal.ctrl_c()
    assert terminal.end() == ["got SIGTERM", "stopped"]


def test_second_ctrl_c_arrives_too():
    terminal = Terminal(stops=2)
    terminal.ctrl_c()
    with pytest.raises(subprocess.TimeoutExpired):
        terminal.process.wait(child_process.SAME_EVENT_SECONDS + 0.1)
    terminal.ctrl_c()
    assert terminal.end() == ["got SIGTERM SIGTERM", "stopped"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stop_of_the_parent_alone(number):
    terminal = Terminal(stops=1)
    terminal.process.send_signal(number)
    assert terminal.end() == ["got SIGTERM", "stopped"]


def test_stop_of_the_parent_and_of_its_group():
    """As `timeout` does it."""
    terminal = Terminal(stops=1)
    terminal.process.terminate()
    os.killpg(terminal.process.pid, signal.SIGTERM)
    assert terminal.end() == ["got SIGTERM", "stopped"]


def test_ignored_signal_stays_ignored():
    """As under `nohup`."""
    old = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        code = f"import os, signal; os.kill({os.getpid()}, signal.SIGHUP)"
        assert run_process([sys.executable, "-c", code]) == 0
    finally:
        signal.signal(signal.SIGHUP, old)


def test_suspended_and_continued():
    terminal = Terminal(stops=1)
    os.write(terminal.master, b"\x1a")  # Ctrl-Z
    pid, status = os.waitpid(terminal.process.pid, os.WUNTRACED)
    assert (pid, os.WIFSTOPPED(status)) == (terminal.process.pid, True)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.ctrl_c()
    assert terminal.end() == ["got SIGTERM", "stopped"]
