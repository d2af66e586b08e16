"""A command as a process of its own on this terminal, which stops when we are stopped."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from types import FrameType

SAME_EVENT_SECONDS = 0.5  # `timeout` signals its child and then the whole group


def run_process(command: list[str]) -> int:
    """Run a command and wait for its end.

    It leads a process group of its own, so that a stop (Ctrl-C, SIGTERM, SIGHUP) reaches it through
    us and therefore once, whoever else was signalled with us. Each stop is passed on as SIGTERM.

    Args:
        command: list of program and arguments; it shares our standard output and error.

    Returns:
        The exit code; -N where signal N ended it.

    Raises:
        KeyboardInterrupt: when a stop was passed on, after the end of the process.
    """
    relay = _SignalRelay()
    with relay.installed():
        relay.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
        if relay.stop_requested:  # while the process was made
            relay.process.terminate()
        code = relay.process.wait()
    if relay.stop_requested:
        raise KeyboardInterrupt
    return code


class _SignalRelay:
    """Passes signals on to `process`, as soon as there is one."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.stop_requested = False
        self._last_stop = 0.0

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Handle signals; one that is ignored (`nohup`, a background job) stays so."""
        handlers = {
            signal.SIGINT: self._stop,
            signal.SIGTERM: self._stop,
            signal.SIGHUP: self._stop,
            signal.SIGTSTP: self._suspend,
        }
        old = {number: signal.getsignal(number) for number in handlers}
        for number, handler in handlers.items():
            if old[number] is not signal.SIG_IGN:
                signal.signal(number, handler)
        try:
            yield
        finally:
            for number, before in old.items():
                signal.signal(number, before)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        repeated = self.stop_requested and now - self._last_stop < SAME_EVENT_SECONDS
        self.stop_requested, self._last_stop = True, now
        if self.process is not None and not repeated:
            self.process.terminate()

    def _suspend(self, number: int, frame: FrameType | None) -> None:
        """Ctrl-Z: the terminal stops our own group only."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)  # returns once the shell lets us go on
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
