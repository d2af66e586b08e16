"""Standard output and error that are closed, full or cut off: a sentence where one can be said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRINTING = """
import os, sys, tempfile
from rich.console import Console
from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport

def command():
    with ProgressReport("working", 3) as progress:
        progress.print("a note")
    with tempfile.TemporaryFile() as file:
        print("result", flush=True)
        Console().print("[b]table[/b]")
        print("a note", file=sys.stderr)
        subject = os.fstat(file.fileno()).st_size
        assert subject == 0, "printed into a file that has the number of a closed stream"
    if sys.argv[1:]:
        raise UserError("a.png: not an image.")

sys.exit(run_command(command))
"""


def shell(redirection, *arguments):
    command = 'exec "$0" -c "$1" "${@:2}" ' + redirection
    return subprocess.run(
        ["bash", "-c", command, sys.executable, PRINTING, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )


@pytest.mark.parametrize(
    ("redirection", "out", "error"),
    [
        ("", "result\ntable\n", "a note\na note\n"),
        (">&-", "", "a note\na note\n"),
        ("2>&-", "result\ntable\n", ""),
        (">&- 2>&-", "", ""),
        (">&- 2>&- <&-", "", ""),
        ("2>/dev/full", "result\ntable\n", ""),
        ("2> >(exit)", "result\ntable\n", ""),
    ],
)
def test_work_is_done_whoever_listens(redirection, out, error):
    done = shell(redirection)
    assert (done.returncode, done.stdout, done.stderr) == (0, out, error)


@pytest.mark.parametrize("arguments", [(), ("mistaken",)])
def test_full_disk_behind_standard_output(arguments):
    done = shell(">/dev/full", *arguments)
    assert done.returncode == 2
    assert done.stderr == (
        "a note\nerror: standard output cannot be written: No space left on device. Free some "
        "space, or send it elsewhere.\n"
    )


def test_a_mistake_that_nobody_can_be_told():
    for redirection in ("2>&-", "2>/dev/full"):
        done = shell(redirection, "mistaken")
        assert (done.returncode, done.stderr) == (2, "")


@pytest.mark.parametrize("option", ["--help", "--nonsense"])
@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">/dev/full", "2>/dev/full"])
def test_the_parser_of_options(option, redirection):
    command = f'exec "$0" -m colorkeras.run {option} {redirection}'
    done = subprocess.run(
        ["bash", "-c", command, sys.executable], cwd=ROOT, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    is_right = option == "--help" and redirection != ">/dev/full"
    assert done.returncode == (0 if is_right else 2)
