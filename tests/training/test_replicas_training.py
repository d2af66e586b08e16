"""Several replicas train what one does: on parts of the CPU, and in processes on the loopback.

Devices are chosen once per process, so that each of these works in processes of its own.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from reading_experiment import READING_CONFIG, READING_MODEL
from tiny_experiment import (
    STAGED_CONFIG,
    STAGED_MODEL,
    assert_same_run,
    read_info,
    read_rows,
    resume_state,
    write_experiment,
)

from colorkeras.devices import backend
from colorkeras.devices.choice import VARIABLE

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow
STEPS = 20
PATIENCE = 300  # seconds for a process that has nothing left to wait for


def start(*arguments, backend_name="tensorflow", cluster=None):
    """Start Python; `cluster` is (number of this worker, ports of all)."""
    env = {**os.environ, backend.VARIABLE: backend_name, "PYTHONPATH": str(ROOT)}
    if cluster:
        number, ports = cluster
        workers = [f"localhost:{port}" for port in ports]
        task = {"type": "worker", "index": number}
        env[VARIABLE] = json.dumps({"cluster": {"worker": workers}, "task": task})
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def free_ports():
    """Two free ports of this machine."""
    with socket.socket() as one, socket.socket() as other:
        for found in (one, other):
            found.bind(("localhost", 0))
        return [found.getsockname()[1] for found in (one, other)]


def start_two(*arguments):
    """Start two workers, the chief first."""
    ports = free_ports()
    return [start(*arguments, cluster=(number, ports)) for number in range(2)]


def ended(process):
    """Its exit code, standard output and standard error on one line."""
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, " ".join(err.split())


@pytest.fixture(scope="module")
def curves(tmp_path_factory):
    """Loss curves of the same 50 steps, by what they were computed on."""
    script, weights = (
        ROOT / "tests" / "support" / "loss_curves.py",
        tmp_path_factory.mktemp("weights"),
    )
    arguments = (script, weights, STEPS)
    found = {}
    for name, processes in (
        ("one", lambda: [start(*arguments, 1)]),
        ("two devices", lambda: [start(*arguments, 2)]),
        ("two processes", lambda: start_two(*arguments)),
        ("JAX", lambda: [start(*arguments, 1, backend_name="jax")]),
        ("two devices of JAX", lambda: [start(*arguments, 2, backend_name="jax")]),
    ):
        results = [ended(process) for process in processes()]
        assert all(code == 0 for code, _, _ in results), results
        found[name] = [json.loads(out) for _, out, _ in results]
    return found


@pytest.mark.parametrize("name", ["two devices", "two processes", "two devices of JAX"])
@pytest.mark.parametrize("system", ["varga_cnn", "church_cgan", "reading"])
def test_curve_is_that_of_one_device(curves, name, system):
    """`church_cgan` with synchronised batch normalisation, and its z divided as the batch is."""
    (one,) = curves["JAX" if "JAX" in name else "one"]
    for found in curves[name]:
        for terms, expected in zip(found[system]["curve"], one[system]["curve"], strict=True):
            assert terms == pytest.approx(expected, rel=1e-4)
        assert found[system]["moved"] == pytest.approx(one[system]["moved"], rel=1e-3)
        assert found[system]["tracings"] == 1


def run(*arguments):
    return ("-m", "colorkeras.run", *arguments)


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    """An experiment with stages, noise, dropout and batch normalisation in two networks."""
    return write_experiment(tmp_path_factory.mktemp("staged"), STAGED_CONFIG, STAGED_MODEL)


@pytest.fixture(scope="module")
def whole(staged, tmp_path_factory):
    """A run of two workers to its end."""
    out = tmp_path_factory.mktemp("whole") / "run"
    chief, other = (ended(process) for process in start_two(*run(staged, "--out", out)))
    assert (chief[0], other[0]) == (0, 0), (chief, other)
    assert "worker 0 of 2: waiting for localhost:" in chief[2]
    assert "worker 1: done" in other[2]
    return out


def test_run_of_two_workers(whole):
    """Every image is measured once, every row written once."""
    info = read_info(whole)
    assert info["replicas"] == {"count": 2, "workers": 2}
    assert info["status"] == "finished"
    rows = read_rows(whole / "eval.csv")
    assert [row["step"] for row in rows if row["method"] == "model"] == ["0", "3", "6", "9", "9"]
    measured = read_rows(whole / "eval_images.csv")
    assert len({row["image"] for row in measured}) == 3
    assert len({(row["image"], row["method"]) for row in measured}) == len(measured)
    assert [row["step"] for row in read_rows(whole / "train.csv")] == [str(n) for n in range(1, 10)]


def wait_for(happened, processes):
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until
        assert all(process.poll() is None for process in processes)
        time.sleep(0.02)


def test_workers_share_the_statistics_of_the_training_set(tmp_path):
    experiment = write_experiment(tmp_path / "reading", READING_CONFIG, READING_MODEL)
    processes = start_two(*run(experiment, "--out", tmp_path / "run"))
    ends = [ended(process) for process in processes]
    assert [code for code, _, _ in ends] == [0, 0], ends
    alone = ended(start(*run(experiment, "--devices", 1, "--out", tmp_path / "alone")))
    assert alone[0] == 0, alone
    shared, expected = (tmp_path / name / "statistics.json" for name in ("run", "alone"))
    assert shared.read_bytes() == expected.read_bytes()


LONG = "train.checkpoint_every_steps=1"


@pytest.mark.parametrize("lost", [0, 1])
def test_worker_that_dies(staged, tmp_path, lost):
    """The other one says so and ends; what is done can be gone on with."""
    out = tmp_path / "run"
    arguments = run(staged, "--preset", "long", "--set", LONG, "--out", out)
    processes = start_two(*arguments, "--set", "stages.adversarial.epochs=200")
    wait_for(lambda: (out / "samples" / "epoch_0002.png").exists(), processes)
    processes[lost].kill()
    code, _, error = ended(processes[1 - lost])
    ended(processes[lost])
    assert code == 2
    assert f"error: worker {1 - lost} of 2 lost the others" in error
    assert f"--resume {out}" in error
    assert "Traceback" not in error
    state = resume_state(out)
    assert state["step"] >= 5  # that of the epoch whose image was waited for may be missing
    if lost:
        return
    stop = ("-c", STOP_AFTER, "--resume", out)
    codes = [ended(process) for process in start_two(*stop)]
    assert [code for code, _, _ in codes] == [130, 130], codes
    assert resume_state(out)["step"] > state["step"]


# One worker is asked to stop by itself: both must, at the same step.
STOP_AFTER = """
import os, sys
from colorkeras import run
from colorkeras.training.loop import Trainer
step = Trainer._step
def stopping(self, images):
    step(self, images)
    self.stop_requested = os.environ["TF_CONFIG"].endswith('"index": 1}}')
Trainer._step = stopping
sys.exit(run.main(sys.argv[1:]))
"""


def test_stopped_and_resumed_run_equals_an_unbroken_one(staged, whole, tmp_path):
    out = tmp_path / "run"
    stopped = [ended(process) for process in start_two("-c", STOP_AFTER, staged, "--out", out)]
    assert [code for code, _, _ in stopped] == [130, 130], stopped
    assert read_info(out)["status"] == "interrupted"
    assert len(read_rows(out / "train.csv")) < len(read_rows(whole / "train.csv"))
    resumed = [ended(process) for process in start_two(*run("--resume", out))]
    assert [code for code, _, _ in resumed] == [0, 0], resumed
    assert_same_run(whole, out)


def test_workers_that_train_different_things(staged, tmp_path):
    arguments = ("-c", OTHER_SEED, staged, "--out", tmp_path / "run")
    for code, _, error in [ended(process) for process in start_two(*arguments)]:
        assert code == 2
        assert "error: worker 1 has another configuration than the chief. Start all" in error
    assert not (tmp_path / "run").exists()


OTHER_SEED = """
import os, sys
from colorkeras import run
seed = "1" if os.environ["TF_CONFIG"].endswith('"index": 1}}') else "0"
sys.exit(run.main([*sys.argv[1:], "--seed", seed]))
"""


@pytest.mark.parametrize(
    ("precision", "batch_norm"),
    [("float32", "local"), ("bfloat16", "synchronized"), ("float16", "synchronized")],
)
def test_run_on_two_devices(tmp_path, precision, batch_norm):
    """Whole runs, in every number format: finite losses, and a model that opens anywhere."""
    experiment = write_experiment(tmp_path / "tiny", STAGED_CONFIG, STAGED_MODEL)
    out = tmp_path / "run"
    settings = [f"train.precision={precision}", f"train.batch_norm={batch_norm}"]
    arguments = [x for setting in settings for x in ("--set", setting)]
    done = ended(start(*run(experiment, *arguments, "--devices", 2, "--out", out)))
    assert done[0] == 0, done
    assert f"on 2 replicas, batch normalisation {batch_norm}" in done[2]
    assert read_info(out)["devices"] == "2"
    assert len(read_rows(out / "train.csv")) == 9


def test_others_that_die_before_tensorflow_has_joined_them(staged, tmp_path):
    """What no Python can end then, the system's alarm does."""
    ports = free_ports()
    chief = start("-c", IMPATIENT, staged, "--out", tmp_path / "run", cluster=(0, ports))
    while "waiting for" not in chief.stderr.readline():  # TensorFlow, imported for it, prints too
        assert chief.poll() is None
    while True:
        try:
            line = socket.create_connection(("localhost", ports[0]), 1)
            break
        except OSError:
            assert chief.poll() is None
            time.sleep(0.2)
    with line, line.makefile("rb") as said:
        line.sendall(b"colorkeras worker 1 of 2\n")
        assert [said.readline(), said.readline()] == [b"wait\n", b"begin\n"]
    assert ended(chief)[0] == -signal.SIGALRM
    assert not (tmp_path / "run").exists()


IMPATIENT = """
import sys
from colorkeras import run
from colorkeras.devices import replicas_tensorflow
replicas_tensorflow._JOIN_SECONDS = 5
sys.exit(run.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_while_waiting_for_the_others(staged, tmp_path, number):
    ports = free_ports()
    process = start(*run(staged, "--out", tmp_path / "run"), cluster=(0, ports))
    assert f"waiting for localhost:{ports[1]}" in process.stderr.readline()
    time.sleep(8)  # until it waits in vain
    process.send_signal(number)
    code, _, err = ended(process)
    assert (code, err.endswith("interrupted")) == (130, True)
    assert not (tmp_path / "run").exists()
