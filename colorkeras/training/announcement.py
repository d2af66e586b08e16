"""What a run says before it trains, and at its end."""

import shlex

from colorkeras.console.cli import program_name
from colorkeras.inference.published_models import domain_note
from colorkeras.training.guards import less_memory


def announcement(config, folder, memory, free):
    """Return what a run says of itself before its first step.

    Args:
        config: the resolved `Config`.
        folder: the `RunFolder`, whose `info` is complete.
        memory: the `MemoryEstimate`.
        free: MiB of memory that are free, None where that is not known.
    """
    info = folder.info
    data = info["data"]
    size = f"{config.data.height}×{config.data.width}"
    counts = ", ".join(f"{name} {count:,}" for name, count in info["parameters"].items())
    recorded = config.expected.get("parameters", info["parameters"])
    if recorded != info["parameters"]:
        expected = ", ".join(f"{name} {count:,}" for name, count in recorded.items())
        counts += f" ([expected.parameters] has {expected})"
    return (
        f"{config.experiment.title}, preset {config.experiment.preset or 'none'}\n"
        f"  data        {data['source']}: {data['train']} train, {data['val']} val, "
        f"{data['test']} test, {size} pixels\n"
        f"  parameters  {counts}\n"
        f"  precision   {_precision(info)}, batch {config.train.batch_size}"
        f"{_replicas(config, info)}\n"
        f"  memory      about {memory.total:,} MB{_free(config, memory, free)}\n"
        f"  writes to   {folder.path}"
    )


def stopped_text(folder, resume_command):
    """Return what a run says that was stopped, and is saved.

    Args:
        folder: the `RunFolder`.
        resume_command: the command to go on.
    """
    steps = folder.info["steps"]
    return f"Stopped at step {steps}; all is saved. Go on with:\n  {resume_command}"


def finished_text(folder):
    """Return what a finished run says: where to look, and how to use the model."""
    note = domain_note(folder.info["data"])
    return (
        f"Finished in {folder.info['seconds']['total']:.0f} s. Look at:\n"
        f"  {folder.path / 'samples' / 'final.png'}\n"
        f"  {folder.path / 'learning_curves.png'}\n"
        "Colorize photographs with the model:\n"
        f"  {program_name('colorkeras.colorize')} {shlex.quote(str(folder.model))} "
        "IMAGE_OR_FOLDER -o colorized" + (f"\nBut {note}." if note else "") + _alarms(folder)
    )


def _alarms(folder):
    """Where to read about the alarms of a run; nothing of one without."""
    names = [alarm["name"] for alarm in folder.info.get("alarms", ())]
    if not names:
        return ""
    command = f"{program_name('colorkeras.diagnose')} {shlex.quote(str(folder.path))}"
    return f"\nAlarms during training: {', '.join(names)}. What they mean:\n  {command}"


def _precision(info):
    used = info["precision"]["used"]
    is_slow = used == "float16" and not info["device"]["gpus"]
    return f"{used} (on a CPU many times slower than float32)" if is_slow else used


def _free(config, memory, free):
    """The estimate in words, with what to do where memory may not suffice."""
    text = f" ({memory.fixed:,} networks and optimizers, {memory.batch:,} batch)"
    if free is None:
        return text
    text += f", {free:,} free"
    if memory.total < free:
        return text
    return f"{text}: may not suffice; less would be {less_memory(config.train)}"


def _replicas(config, info):
    count, workers = info["replicas"].values()
    if count == 1:
        return ""
    places = f" of {workers} workers" if workers > 1 else ""
    statistics = config.train.batch_norm
    return f" on {count} replicas{places}, batch normalisation {statistics}"
