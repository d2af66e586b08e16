"""`--devices` and TF_CONFIG: what is understood, and how the rest is refused."""

import json

import pytest

from colorkeras.console.errors import UserError
from colorkeras.devices.choice import Cluster, Devices, read_devices

CLUSTER = {"chief": ["a:1"], "worker": ["b:2", "c:3"]}


def config(cluster=CLUSTER, kind="worker", index=0):
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})}


@pytest.mark.parametrize(
    ("text", "requested"), [("auto", "auto"), ("cpu", "cpu"), ("gpu", "gpu"), ("1", 1), ("16", 16)]
)
def test_values_of_the_option(text, requested):
    assert read_devices(text, {}) == Devices(requested)


@pytest.mark.parametrize("text", ["", "0", "-1", "two", "1.5", "GPU", "²", "gpu:0"])
def test_unknown_device(text):
    with pytest.raises(UserError, match=f"--devices: received '{text}', expected auto, cpu"):
        read_devices(text, {})


@pytest.mark.parametrize(
    ("kind", "index", "number"), [("chief", 0, 0), ("worker", 0, 1), ("worker", 1, 2)]
)
def test_chief_comes_first(kind, index, number):
    found = read_devices("auto", config(kind=kind, index=index)).cluster
    assert found == Cluster(("a:1", "b:2", "c:3"), number)


def test_without_a_chief_the_first_worker_is_it():
    found = read_devices("auto", config({"worker": ["b:2", "c:3"]}, index=0)).cluster
    assert found.index == 0


@pytest.mark.parametrize("text", ["", " ", "{}", '{"cluster": {}}', config({"worker": ["a:1"]})])
def test_one_process_is_no_cluster(text):
    environment = text if isinstance(text, dict) else {"TF_CONFIG": text}
    assert read_devices("auto", environment).cluster is None


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"TF_CONFIG": "{"}, "TF_CONFIG: not valid JSON"),
        ({"TF_CONFIG": "[1]"}, r"TF_CONFIG: received \[1\], expected"),
        (config(["a:1"]), "cluster is .* expected a table of addresses"),
        (config({"ps": ["a:1"], "worker": ["b:2"]}), "cluster has 'ps'; expected worker"),
        (config({"worker": "a:1"}), "cluster.worker is 'a:1', expected a list"),
        (config({"worker": []}), r"cluster.worker is \[\], expected a list"),
        (config({"worker": ["a:1", "b"]}), "expected a list"),
        (config({"worker": ["a:1", "b:70000"]}), "expected a list"),
        (config({"worker": ["a:1", ":2"]}), "expected a list"),
        (config({"worker": ["a:1", 7]}), "expected a list"),
        (config({"chief": ["a:1", "b:1"]}), "cluster.chief has several"),
        (config({"worker": ["a:1", "a:1"]}), "an address is there twice"),
        (config(kind="boss"), "task is .* expected type and index of one of .*1 of type chief, 2"),
        (config(index=2), "task is"),
        (config(index=-1), "task is"),
        (config(index=True), "task is"),
        (config(index="0"), "task is"),
        (config(kind=["worker"]), "task is"),
        ({"TF_CONFIG": json.dumps({"cluster": CLUSTER})}, "task is None"),
    ],
)
def test_malformed_cluster(environment, message):
    with pytest.raises(UserError, match=message):
        read_devices("auto", environment)
