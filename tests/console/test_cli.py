"""What every command does on a user's mistake, an interrupt and a closed pipe."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from colorkeras.console.cli import EXIT_INTERRUPTED, EXIT_USER_ERROR, run_command
from colorkeras.console.errors import UserError

ROOT = Path(__file__).parents[2]
# Run a command's main() and say on the last line of stderr what it left in sys.modules.
_PROBE = """
import importlib, sys
try:
    module = importlib.import_module(sys.argv[1])
    if hasattr(module, "__path__"):
        module = importlib.import_module(sys.argv[1] + ".__main__")
    code = module.main(sys.argv[2:])
except SystemExit as exit:
    code = exit.code
heavy = sorted({"tensorflow", "keras", "matplotlib", "pandas"} & set(sys.modules))
print("heavy:", *heavy, file=sys.stderr)
sys.exit(code)
"""


def probe(module, *arguments):
    module = {"evaluate": "evaluation.command"}.get(module, module)
    return subprocess.run(
        [sys.executable, "-c", _PROBE, f"colorkeras.{module}", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(("returned", "code"), [(None, 0), (0, 0), (3, 3)])
def test_exit_code_of_the_command(returned, code):
    assert run_command(lambda: returned) == code


def raising(error):
    def command():
        raise error

    return command


def test_user_error_is_one_message(capsys):
    assert run_command(raising(UserError("a.png: not an image."))) == EXIT_USER_ERROR == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "error: a.png: not an image.\n")


def test_interrupt(capsys):
    assert run_command(raising(KeyboardInterrupt())) == EXIT_INTERRUPTED == 130
    assert capsys.readouterr().err == "interrupted\n"


# Stopped by a signal in the midst of a `with` block.
_STOPPED = """
import signal, sys, tempfile
# What the tests were started with, `nohup` perhaps, does not count.
signal.signal(signal.SIGHUP, signal.SIG_IGN if sys.argv[2] == "ignored" else signal.SIG_DFL)
from colorkeras.console.cli import run_command
def command():
    with tempfile.TemporaryDirectory() as folder:
        print(folder, flush=True)
        signal.raise_signal(int(sys.argv[1]))
sys.exit(run_command(command))
"""


@pytest.mark.parametrize(
    ("number", "before", "code"),
    [
        (signal.SIGTERM, "usual", EXIT_INTERRUPTED),
        (signal.SIGHUP, "usual", EXIT_INTERRUPTED),
        (signal.SIGHUP, "ignored", 0),
    ],
)
def test_signals_clean_up(number, before, code):
    """A closed terminal too: what a command keeps for a while goes with it."""
    command = [sys.executable, "-c", _STOPPED, str(int(number)), before]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (code, "interrupted\n" if code else "")
    assert not Path(ended.stdout.strip()).exists()


def test_our_own_defects_keep_their_traceback():
    with pytest.raises(ZeroDivisionError):
        run_command(raising(ZeroDivisionError()))


@pytest.mark.parametrize("lines", [2, 100_000])
def test_reader_that_has_seen_enough(lines):
    """As in `… | head -1`: no traceback and no "Exception ignored" at exit."""
    code = (
        "import sys\n"
        "from colorkeras.console.cli import run_command\n"
        "def command():\n"
        "    print(0, flush=True)\n"
        "    sys.stdin.read()\n"
        f"    for number in range({lines}):\n"
        "        print(number)\n"
        "sys.exit(run_command(command))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"},
    ) as process:
        assert process.stdout.readline() == "0\n"
        process.stdout.close()
        process.stdin.close()  # only now does the command go on
        assert process.stderr.read() == ""
    assert process.returncode == 0


class TestRunAnswersBeforeTensorFlowLoads:
    def test_help(self):
        done = probe("run", "--help")
        assert done.returncode == 0
        assert done.stdout.startswith("usage: python -m colorkeras.run")
        assert "python -m colorkeras.run varga_cnn\n" in done.stdout
        assert done.stderr == "heavy:\n"

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["experiments/varga_cnn", "--set", "train.epoch=5"], "Did you mean epochs?"),
            (["experiments/varga"], "experiments/varga: no experiment here."),
            ([], "no experiment given; expected a folder such as experiments/varga_cnn"),
            (["--resume", "results/nowhere"], "results/nowhere: no run to resume here"),
        ],
    )
    def test_mistakes(self, arguments, message):
        done = probe("run", *arguments)
        assert done.returncode == 2
        assert done.stdout == ""
        error, heavy = done.stderr.splitlines()
        assert error.startswith("error: ")
        assert message in error
        assert heavy == "heavy:"

    def test_unknown_option(self):
        done = probe("run", "--epochs", "5")
        assert done.returncode == 2
        assert "unrecognized arguments: --epochs" in done.stderr
        assert done.stderr.endswith("heavy:\n")


@pytest.mark.parametrize("command", ["colorize", "evaluate", "compare", "bench.command"])
def test_help_of_the_other_commands(command):
    done = probe(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: python -m colorkeras." + command.removesuffix(".command"))
    assert not {"tensorflow", "keras"} & set(done.stderr.split())


class TestRunOptions:
    """Options that stand for configuration values."""

    @pytest.mark.parametrize(
        "source",
        [
            "photos",
            "scenes:face",
            "C:\\new\\photos",
            "it's mine",
            'say "cheese"',
            'it\'s "mine"',
            "2024",
            "Grün",
            "a=b",
            " a ",
        ],
    )
    def test_data_is_taken_as_typed(self, source):
        from colorkeras.config.load import load_config
        from colorkeras.run import _overrides, build_parser

        args = build_parser().parse_args(["x", "--data", source])
        config = load_config(ROOT / "experiments" / "varga_cnn", overrides=_overrides(args))
        assert config.data.source == source

    def test_win_over_set(self):
        from colorkeras.run import _overrides, build_parser

        arguments = ["x", "--seed", "3", "--limit", "50", "--set", "train.seed=1"]
        assert _overrides(build_parser().parse_args(arguments)) == [
            "train.seed=1",
            "data.limit=50",
            "train.seed=3",
        ]


def test_exit_of_the_command_keeps_its_code():
    def leave():
        raise SystemExit(3)

    with pytest.raises(SystemExit) as caught:
        run_command(leave)
    assert caught.value.code == 3
