"""A process of its own for each framework, which answers line by line.

A process has one framework alone, whose memory and threads disturb no other's. It is asked by
lines on its standard input and answers by lines of JSON: see `training_process.py`.
"""

import contextlib
import importlib.util
import json
import os
import re
import select
import subprocess
import sys
import tempfile

_MODULE = "colorkeras.bench.frameworks.training_process"


class WorkerFailedError(Exception):
    """A worker ended before its answer; the message is the last error that it printed."""


class Worker:
    """A process of `training_process.py`, as a context manager.

    Args:
        name: a framework, "describe", "check" or "limit".
        job: what it has to know, a dict of `jobs.make_jobs`, or of `limit.find_limit`.
    """

    def __init__(self, name, job):
        self._name = name
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `__exit__`
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, name, json.dumps(job)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=_environment(name, job),
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if any(exception):
            self._process.kill()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()  # it ends with its input
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def answer(self, patience=None):
        """Return the next answer, a dict.

        Args:
            patience: seconds to wait for it; None for as long as it takes.

        Raises:
            WorkerFailedError: when the process ends before it, or takes longer.
        """
        if not select.select([self._process.stdout], [], [], patience)[0]:
            self._process.kill()
            raise WorkerFailedError(f"{self._name}: no answer in time")
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        code = self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").splitlines()
        errors = [line for line in lines if re.match(r"error: |[\w.]+(Error|Exception): ", line)]
        last = errors[-1].removeprefix("error: ")[:500] if errors else f"exit code {code}"
        raise WorkerFailedError(f"{self._name}: {last}")

    def measure(self, seconds):
        """Let it train for about `seconds`; return its answer.

        Returns:
            A dict: `images`, their number; `seconds`; `cpu_seconds`, the processor time that all
            threads of the process used; `peak_mb`, MiB of memory so far.

        Raises:
            WorkerFailedError: when the process ends before it.
        """
        with contextlib.suppress(BrokenPipeError):  # then there is no answer either
            self._process.stdin.write(f"{seconds}\n")
            self._process.stdin.flush()
        return self.answer()


def _environment(name, job):
    """Variables of a worker: its Keras backend, and settings that let all share a GPU."""
    backend = name
    if name not in ("tensorflow", "jax"):
        backend = "tensorflow" if importlib.util.find_spec("tensorflow") else "jax"
    hides_gpu = name == "describe" or job["device"] == "cpu"
    hidden = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"} if hides_gpu else {}
    sharing = {"XLA_PYTHON_CLIENT_PREALLOCATE": "false", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    return {**sharing, **os.environ, "KERAS_BACKEND": backend, **hidden}
