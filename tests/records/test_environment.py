"""Facts about where a run happened."""

import datetime
import os
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

import colorkeras
from colorkeras.records import environment


def test_versions(monkeypatch):
    def version(package):
        if package == "keras":
            raise metadata.PackageNotFoundError(package)
        return "1.2.3"

    monkeypatch.setattr(environment.metadata, "version", version)
    assert environment.versions() == {
        "python": ".".join(map(str, sys.version_info[:3])),
        "colorkeras": colorkeras.__version__,
        "tensorflow": "1.2.3",
        "keras": "not installed",
        "numpy": "1.2.3",
        "opencv-python-headless": "1.2.3",
        "pillow": "1.2.3",
    }


def test_versions_of_what_is_installed():
    import numpy

    assert environment.versions()["numpy"] == numpy.__version__


class TestCommit:
    @pytest.mark.parametrize(
        ("status", "expected"),
        [("", "0123abcd"), (" M colorkeras/run.py\n", "0123abcd+changes")],
    )
    def test_in_git(self, monkeypatch, status, expected):
        answers = {"rev-parse": "0123abcd\n", "status": status, "ls-files": ""}

        def run(command, **_options):
            assert command[:3] == ["git", "-C", str(Path(environment.__file__).parent)]
            return subprocess.CompletedProcess(command, 0, answers[command[3]])

        monkeypatch.setattr(environment.subprocess, "run", run)
        assert environment.commit() == expected

    def test_results_that_are_written_are_no_changes(self, monkeypatch, tmp_path):
        for name in ("code/records/module.py", "results/a.csv"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("1")
        author = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        for command in (("init", "-q"), ("add", "."), (*author, "commit", "-qm", "a")):
            environment.git(tmp_path, *command)
        module = tmp_path / "code/records/module.py"
        monkeypatch.setattr(environment, "__file__", str(module))
        head = environment.commit()
        assert len(head) == 40
        (tmp_path / "results/a.csv").write_text("2")
        assert environment.commit() == head
        module.write_text("2")
        assert environment.commit() == f"{head}+changes"

    @pytest.mark.parametrize(
        "error",
        [
            FileNotFoundError("git"),
            subprocess.TimeoutExpired("git", 10),
        ],
    )
    def test_without_git(self, monkeypatch, error):
        def run(*_args, **_options):
            raise error

        monkeypatch.setattr(environment.subprocess, "run", run)
        assert environment.commit() == "unknown"

    def test_outside_a_repository(self, monkeypatch):
        failed = subprocess.CompletedProcess("git", 128, "", "fatal: not a git repository")
        monkeypatch.setattr(environment.subprocess, "run", lambda *_args, **_options: failed)
        assert environment.commit() == "unknown"


class TestDevice:
    def test_names(self, monkeypatch):
        text = "processor : 0\nmodel name\t: Example CPU: 3 GHz\nmodel name : other\n"
        monkeypatch.setattr(Path, "read_text", lambda *_args, **_options: text)
        monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 3, 5}, raising=False)
        monkeypatch.setattr(environment.platform, "system", lambda: "Linux")
        monkeypatch.setattr(environment.platform, "machine", lambda: "x86_64")
        assert environment.device(("GPU A",)) == {
            "system": "Linux x86_64",
            "cpu": "Example CPU: 3 GHz",
            "cores": 3,
            "gpus": ["GPU A"],
        }

    def test_unknown_cpu(self, monkeypatch):
        def missing(*_args, **_options):
            raise FileNotFoundError

        monkeypatch.setattr(Path, "read_text", missing)
        monkeypatch.setattr(environment.platform, "processor", lambda: "")
        assert environment.device()["cpu"] == "unknown"
        assert environment.device()["gpus"] == []


def test_command_line_can_be_repeated():
    arguments = ["experiments/varga_cnn", "--data", "my photos", "--set", "data.source='x'"]
    line = environment.command_line("colorkeras.run", arguments)
    assert line.startswith("python -m colorkeras.run experiments/varga_cnn --data 'my photos' ")
    assert shlex.split(line) == ["python", "-m", "colorkeras.run", *arguments]


def test_command_line_has_the_variables_that_change_what_it_does(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("COLORKERAS_LAYERS", "keras")
    line = environment.command_line("colorkeras.bench", ["X"])
    assert line == "KERAS_BACKEND=jax COLORKERAS_LAYERS=keras python -m colorkeras.bench X"


def test_next_command_is_written_as_this_one_was_called(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr("sys.argv", ["/venv/bin/colorkeras"])
    line = environment.next_command("colorkeras.run", ["--resume", "my run"])
    assert line == "KERAS_BACKEND=jax colorkeras run --resume 'my run'"


def test_now_is_utc_to_the_second():
    text = environment.now()
    moment = datetime.datetime.fromisoformat(text)
    assert moment.utcoffset() == datetime.timedelta(0)
    assert moment.microsecond == 0
    assert len(text) == len("2026-01-31T23:59:59+00:00")


def test_peak_memory_is_that_of_this_program_alone():
    """Not of the one that started it, which here holds 300 MiB more."""
    held = bytearray(b"x") * (300 << 20)
    code = "from colorkeras.records.environment import peak_memory_mb; print(peak_memory_mb())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert 10 < int(done.stdout) < 150
    assert environment.peak_memory_mb() > 300
    assert len(held) == 300 << 20


@pytest.mark.parametrize(("platform", "peak"), [("linux", 3 * 2**10), ("darwin", 3 * 2**20)])
def test_peak_memory_is_in_mebibytes(monkeypatch, platform, peak):
    """Where /proc does not tell it."""

    def missing(*_args, **_options):
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    monkeypatch.setattr(environment.sys, "platform", platform)
    monkeypatch.setattr(
        environment.resource, "getrusage", lambda _who: SimpleNamespace(ru_maxrss=peak)
    )
    assert environment.peak_memory_mb() == 3
