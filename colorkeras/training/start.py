"""What a run records, and what its workers compare, before the first step."""

import json
from pathlib import Path

from colorkeras.config.layers import chosen_layers
from colorkeras.config.model_code import model_sha256
from colorkeras.config.resolved import config_to_dict
from colorkeras.data.open_source import describe_source
from colorkeras.devices import backend
from colorkeras.records import environment


def first_info(config, origin, argv, source):
    """Return what run.json has before the networks are built.

    Args:
        config: the resolved `Config`.
        origin: dict of what made the configuration: `configured_by` and `overrides`.
        argv: the command's arguments.
        source: the open data source.
    """
    return {
        "kind": "training",
        "experiment": config.experiment.name,
        "preset": config.experiment.preset,
        "status": "running",
        "seed": config.train.seed,
        "command": environment.command_line("colorkeras.run", argv),
        **origin,
        "commit": environment.commit(),
        "backend": backend.chosen_name(),
        "versions": environment.versions(),
        "started": environment.now(),
        "data": describe_source(source),
        "model_sha256": model_sha256(config.experiment.folder),
        "reported": config.reported,
    }


def compare_workers(config, folder, source, found):
    """Let the workers of a run check that they are about to train the same, in the chief's folder.

    Args:
        config: the resolved `Config`.
        folder: the `RunFolder`; its path becomes the chief's.
        source: the open data source.
        found: the `Backend`.

    Raises:
        UserError: in every worker, naming the first difference.
    """

    replicas = found.replicas
    folder.path = Path(replicas.from_chief(str(folder.path)))
    tables = config_to_dict(config)
    tables["experiment"]["folder"] = ""  # may be seen from elsewhere
    versions = environment.versions()
    facts = {
        "configuration": json.dumps(tables, sort_keys=True),
        "data (manifest)": str(source.manifest_hash)[:12],
        "model.py (SHA-256)": model_sha256(config.experiment.folder)[:12],
        "number format": found.precision,
        "choice of layers": chosen_layers(config.train.layers),
        **{f"version of {name}": version for name, version in versions.items()},
    }
    replicas.check_agreement(facts)


def note_start(folder, config, parts, found, before, say):
    """Note in run.json what the run computes on and with, and say what changed since it began.

    Args:
        folder: the `RunFolder`.
        config: the resolved `Config`.
        parts: the `TrainingParts`, at the step where the run begins or goes on.
        found: the `Backend`.
        before: run.json as an earlier process of this run left it; empty for a new run.
        say: takes a note.
    """
    replicas = found.replicas
    shared = {"count": replicas.count, "workers": replicas.workers}
    device = environment.device(found.gpus)
    _note_code(folder, before, parts.trainer.state.step)
    _keep_earlier("replicas", "earlier_replicas", shared, folder, before, parts.trainer.state.step)
    _keep_earlier("device", "earlier_devices", device, folder, before, parts.trainer.state.step)
    if before.get("replicas", shared) != shared:
        say(
            f"note: replicas changed since this run began: {before['replicas']} → {shared}. "
            "Rounding differs, and what each replica draws or averages itself."
        )
    if before.get("device", device) != device:
        say(
            f"note: device changed since this run began: {_device_text(before['device'])} → "
            f"{_device_text(device)}. Rounding differs, and the times are of both."
        )
    layers = parts.layers
    if before.get("layers", layers) != layers:
        say(
            f"note: layers changed since this run began: {before['layers']} → {layers}. Rounding "
            "of gradients differs."
        )
    folder.info.pop("reason", None)  # of an earlier end
    folder.update(
        status="running",
        device=device,
        replicas=shared,
        precision={"requested": config.train.precision, "used": found.precision},
        layers=layers,
        parameters=parts.parameters,
        memory_estimate_mb=parts.memory.total,
        protocol=parts.protocols["test"].record(),
    )


def _note_code(folder, before, step):
    """Note the commit and versions that a run goes on with from `step`, where they are others."""
    now = {"commit": environment.commit(), "versions": environment.versions()}
    if before and any(before.get(key) != value for key, value in now.items()):
        past = before.get("resumed_with", [])
        folder.info["resumed_with"] = [*past, {"from_step": step, **now}]


def _keep_earlier(key, name, now, folder, before, step):
    """Note what the steps up to `step` were computed with, where it is something else now."""
    if before.get(key, now) != now:
        past = before.get(name, [])
        folder.info[name] = [*past, {**before[key], "until_step": step}]


def _device_text(device):
    return ", ".join(device.get("gpus", ())) or f"{device.get('cpu')}, {device.get('cores')} cores"
