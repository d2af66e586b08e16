"""`colorkeras demo`: mistakes, a start, and an end by Ctrl-C."""

import http.client
import os
import re
import signal
import subprocess
import sys

import pytest
from saved_models import write_model

from colorkeras.demo import command
from colorkeras.demo.command import bound, main


def test_a_port_in_use(capsys):
    with bound(0) as listener:
        listener.listen()
        port = listener.getsockname()[1]
        assert main(["--port", str(port), "--no-open"]) == 2
    assert f"error: --port {port}: cannot be used: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--port", "70000"], "--port 70000: expected 1 to 65535"),
        (["--max-pixels", "0"], "--max-pixels: received 0, expected 1 to"),
        (["fotos"], "fotos: no such file"),
        (["no\nfile.h5"], "no\\nfile.h5: no such file"),
    ],
)
def test_mistakes(options, told, capsys):
    assert main([*options, "--no-open", *([] if "--port" in options else ["--port", "0"])]) == 2
    assert told in capsys.readouterr().err


def test_a_file_that_is_no_model(tmp_path, capsys):
    (tmp_path / "model.h5").write_bytes(b"nothing")
    assert main([str(tmp_path / "model.h5"), "--port", "0", "--no-open"]) == 2
    assert "model.h5: " in capsys.readouterr().err


def test_without_the_extra(monkeypatch, capsys):
    monkeypatch.setattr(command.importlib.util, "find_spec", lambda name: None)
    assert main([]) == 2
    assert "needs the package starlette: pip install 'colorkeras[demo]'" in capsys.readouterr().err


def test_starts_answers_and_ends(tmp_path):
    model = write_model(tmp_path / "model.h5")
    arguments = [sys.executable, "-m", "colorkeras.demo", model, "--port", "0", "--no-open"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            lines = iter(process.stdout.readline, "")
            address = next(filter(None, (re.search(r"http://([\d.:]+)/", x) for x in lines)))[1]
            connection = http.client.HTTPConnection(address, timeout=30)
            connection.request("GET", "/")
            assert b"Drop a photograph" in connection.getresponse().read()
            connection.close()
        finally:
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "no photograph is kept" in out
    assert err.startswith("model: ")  # and nothing that TensorFlow prints
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["model.h5"]
