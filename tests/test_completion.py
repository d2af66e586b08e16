"""Completion scripts: written for each shell, and used by bash."""

import subprocess

import pytest

from colorkeras.completion import SHELLS, completion, main
from colorkeras.inference.published_models import PublishedModel

# What bash does when the tab key is pressed.
_PRESS_TAB = """
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
$(complete -p colorkeras | sed 's/.*-F \\([^ ]*\\) .*/\\1/') colorkeras "${!#}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    file = tmp_path_factory.mktemp("completion") / "colorkeras.bash"
    models = [PublishedModel(name, file.parent, {}) for name in ("faces", "streets")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("colorkeras.completion.published_models", lambda: models)
        file.write_text(completion("bash"), encoding="utf-8")
    return file


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_knows_all_commands_and_experiments(shell, capsys):
    assert main([shell]) == 0
    text = capsys.readouterr().out
    for word in ("colorize", "human_faces", "varga_cnn", "max-memory"):
        assert word in text


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["co"], {"colorize", "compare", "completion"}),
        (["run", "varga"], {"varga_cnn", "varga_photos"}),
        (["run", "--pre"], {"--preset"}),
        (["colorize", "model.h"], {"model.h5"}),
        (["colorize", "--model", "st"], {"streets"}),
        (["evaluate", "m"], {"model.h5"}),
        (["models", "f"], {"faces"}),
        (["colorize", "model.h5", "p", "-o", "x", "--format", "p"], {"png"}),
        (["prepare", "hu"], {"human_faces"}),
        (["prepare", "folder", "--resize", "c"], {"crop"}),
    ],
)
def test_bash_completes(words, completed, script, tmp_path):
    (tmp_path / "model.h5").touch()
    (tmp_path / "varga_photos").mkdir()
    done = subprocess.run(
        ["bash", "--norc", "-c", _PRESS_TAB, "bash", script, "colorkeras", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {line.strip() for line in done.stdout.splitlines()} == completed
