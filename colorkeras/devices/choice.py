"""What a run is to compute on: `--devices` and TF_CONFIG, read before any backend loads."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from colorkeras.console.errors import UserError

AUTO, CPU, GPU = "auto", "cpu", "gpu"
VARIABLE = "TF_CONFIG"
HELP = (
    "what to compute on: auto (every GPU that the batch can be divided among, else the CPU), cpu, "
    "gpu (all GPUs), or a number of replicas, on as many GPUs or, without any, on parts of the "
    "CPU; more than one replica is experimental"
)
_CHIEF, _WORKER = "chief", "worker"
_ALL_IN_ONE = '{"cluster": {"worker": ["host:port", …]}, "task": {"type": "worker", "index": 0}}'


@dataclass(frozen=True)
class Cluster:
    """The processes of one training on several machines.

    Attributes:
        addresses: "host:port" of each, the chief first.
        index: which of them this process is; 0 is the chief.
    """

    addresses: tuple[str, ...]
    index: int


@dataclass(frozen=True)
class Devices:
    """The devices asked for.

    Attributes:
        requested: "auto", "cpu", "gpu" or a number of replicas.
        cluster: the processes of TF_CONFIG; None for one process.
    """

    requested: str | int = AUTO
    cluster: Cluster | None = None


def read_devices(text: str, environment: Mapping[str, str] = os.environ) -> Devices:
    """Read the value of `--devices` and the variable TF_CONFIG.

    Raises:
        UserError: when one of them is malformed.
    """
    return Devices(_requested(text), _cluster(environment.get(VARIABLE, "")))


def _requested(text: str) -> str | int:
    if text in (AUTO, CPU, GPU):
        return text
    if not (text.isascii() and text.isdigit() and len(text) < 7 and int(text)):
        raise UserError(
            f"--devices: received {text!r}, expected {AUTO}, {CPU}, {GPU} or a number of replicas "
            "from 1."
        )
    return int(text)


def _cluster(text: str) -> Cluster | None:
    """The `Cluster` of TF_CONFIG; None where it is empty or has one process only."""
    if not text.strip():
        return None
    try:
        content = json.loads(text)
    except ValueError as error:
        raise UserError(f"{VARIABLE}: not valid JSON ({error}). Expected {_ALL_IN_ONE}.") from None
    if not isinstance(content, dict):
        raise UserError(f"{VARIABLE}: received {content!r}, expected {_ALL_IN_ONE}.")
    if not content.get("cluster"):
        return None
    jobs = _jobs(content["cluster"])
    index = _index(content.get("task"), jobs)
    addresses = (*jobs.get(_CHIEF, ()), *jobs.get(_WORKER, ()))
    if len(set(addresses)) < len(addresses):
        raise UserError(f"{VARIABLE}: an address is there twice: {', '.join(addresses)}.")
    return Cluster(addresses, index) if len(addresses) > 1 else None


def _jobs(cluster: Any) -> dict[str, list[str]]:
    if not isinstance(cluster, dict):
        raise UserError(f"{VARIABLE}: cluster is {cluster!r}, expected a table of addresses.")
    for name, addresses in cluster.items():
        if name not in (_CHIEF, _WORKER):
            raise UserError(
                f"{VARIABLE}: cluster has {name!r}; expected {_WORKER}, and {_CHIEF} for one of "
                "the workers."
            )
        if not isinstance(addresses, list) or not addresses or not all(map(_is_address, addresses)):
            raise UserError(
                f'{VARIABLE}: cluster.{name} is {addresses!r}, expected a list of "host:port".'
            )
    if len(cluster.get(_CHIEF, ())) > 1:
        raise UserError(f"{VARIABLE}: cluster.{_CHIEF} has several addresses, expected one.")
    return cluster


def _is_address(text: Any) -> bool:
    if not isinstance(text, str):
        return False
    host, _, port = text.rpartition(":")
    return bool(host) and port.isascii() and port.isdigit() and 0 < int(port) < 2**16


def _index(task: Any, jobs: dict[str, list[str]]) -> int:
    """Number of this process, the chief being 0."""
    kind, index = (task.get("type"), task.get("index")) if isinstance(task, dict) else (None, None)
    if (
        not isinstance(kind, str)
        or kind not in jobs
        or type(index) is not int
        or not 0 <= index < len(jobs[kind])
    ):
        counts = ", ".join(f"{len(jobs[name])} of type {name}" for name in jobs)
        raise UserError(
            f"{VARIABLE}: task is {task!r}, expected type and index of one of the cluster's "
            f"processes ({counts}; counted from 0)."
        )
    return index + len(jobs.get(_CHIEF, ())) if kind == _WORKER else 0
