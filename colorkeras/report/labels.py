"""How runs are called in tables and plots: experiment, preset, and what tells a run apart.

    church_cgan · quick · both optimizers adagrad

This is the one place of the rule. Folders keep their names, by which files and errors call a run.

1. The experiment, and the preset unless the name of the run has it.
2. The run's name, without its seed, where a person chose it; not one that `run` or a sweep made.
3. Of systems that would still have one label: that one is an evaluation, and of which data; the
   fewest settings in which they differ, but for a single one whose name was chosen; then names and
   folders.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import Any

from colorkeras.report.configurations import read_settings, without_seed
from colorkeras.report.stored_runs import StoredRun

SEPARATOR = " · "
_AUTOMATIC = re.compile(r"=|\d{8}-\d{6}")  # a cell of a sweep; the time of a run's start
_BETWEEN = r"[-_ ]"  # words of a name
_NO_SETTINGS = ("experiment.", "expected.", "reported.")
_SEED = "train.seed"
_OPTIMIZER = re.compile(r"optimizer\.([^.]+)\.(.+)")
_AMOUNTS = {1: "", 2: "both "}

Values = tuple[Hashable, ...]  # a setting's value in each of several runs


def label_configurations(
    systems: Mapping[str, Sequence[StoredRun]], trained: Mapping[StoredRun, StoredRun]
) -> dict[str, str]:
    """Give each configuration a label that no other has.

    Args:
        systems: by configuration its runs.
        trained: the run that trained the model of each run, where that is known.
    """
    labels = {key: _by_name(runs) for key, runs in systems.items()}
    for further in (_by_data, _by_settings, _by_run, _by_folder_name, _by_folder):
        for same in _same(labels):
            runs = [systems[key][0] for key in same]
            ends = further([trained.get(r, r) for r in runs] if further is _by_settings else runs)
            for key, end in zip(same, ends, strict=True):
                labels[key] += f"{SEPARATOR}{end}" if end else ""
    return labels


def label_seeds(runs: Sequence[StoredRun]) -> list[str]:
    """What tells the runs of one configuration apart: "seed 1"; of a single run nothing."""
    if len(runs) < 2:
        return [""]
    seeds = [f"seed {run.get('seed')}" for run in runs]
    if len(set(seeds)) == len(seeds):
        return seeds
    names = [f"{seed}, {run.name}" for seed, run in zip(seeds, runs, strict=True)]
    if len(set(names)) == len(names):
        return names
    return [f"{seed}, {run.folder}" for seed, run in zip(seeds, runs, strict=True)]


def _same(labels: Mapping[str, str]) -> list[list[str]]:
    """The keys of labels that several have."""
    found = defaultdict(list)
    for key, label in labels.items():
        found[label].append(key)
    return [keys for keys in found.values() if len(keys) > 1]


def _by_name(runs: Sequence[StoredRun]) -> str:
    run, preset = runs[0], str(runs[0].get("preset") or "")
    names = {without_seed(run.name) for run in runs}
    chosen = names.pop() if len(names) == 1 else ""
    if _AUTOMATIC.search(chosen):
        chosen = ""
    is_told = f"-{re.sub(_BETWEEN, '-', preset)}-" in f"-{re.sub(_BETWEEN, '-', chosen)}-"
    parts = [run.experiment, "" if is_told else preset, chosen]
    return SEPARATOR.join(part for part in parts if part)


def _by_data(runs: Sequence[StoredRun]) -> list[str]:
    """Of what data an evaluation is; of a training, nothing."""
    return [
        f"evaluated on {_shown(str(run.get('data', 'source') or 'other data'))}"
        if run.get("kind") == "evaluation"
        else ""
        for run in runs
    ]


def _by_run(runs: Sequence[StoredRun]) -> list[str]:
    return [run.name for run in runs]


def _by_folder_name(runs: Sequence[StoredRun]) -> list[str]:
    return [run.folder.name for run in runs]


def _by_folder(runs: Sequence[StoredRun]) -> list[str]:
    return [str(run.folder) for run in runs]


def _by_settings(runs: Sequence[StoredRun]) -> list[str]:
    """The fewest settings that tell each run from the others, in words."""
    settings = [read_settings(run) for run in runs]
    keys = list(dict.fromkeys(key for found in settings for key in found))
    by_key = {key: tuple(_plain(found.get(key)) for found in settings) for key in keys}
    by_key = {key: v for key, v in by_key.items() if len(set(v)) > 1 and _counts(key)}
    chosen = _fewest(_alike_together(by_key), len(runs))
    ends = Counter(key.rpartition(".")[2] for key in keys)
    words = [_words(group, {last for last, n in ends.items() if n > 1}) for group, _ in chosen]
    values = list(zip(*(found for _, found in chosen), strict=True)) or [()] * len(runs)
    shown = [own[: _needed(own, values)] for own in values]
    named = [not _AUTOMATIC.search(run.name) for run in runs]
    if sum(named) == 1:  # the others have more words, and it keeps its own
        shown[named.index(True)] = ()
    return [
        ", ".join(f"{name} {_shown(value)}" for name, value in zip(words, own, strict=False))
        for own in shown
    ]


def _needed(own: Values, others: Sequence[Values]) -> int:
    """How many of its values tell one run from the others."""
    for count in range(1, len(own)):
        if sum(other[:count] == own[:count] for other in others) == 1:
            return count
    return len(own)


def _counts(key: str) -> bool:
    return key != _SEED and not key.startswith(_NO_SETTINGS)


def _plain(value: Any) -> Hashable:
    return tuple(map(_plain, value)) if isinstance(value, list) else value


def _alike_together(by_key: Mapping[str, Values]) -> list[tuple[tuple[str, ...], Values]]:
    """Settings of several optimizers that are always equal, as one; of the others each alone."""
    found: dict[tuple[str, Values], list[str]] = {}
    for key, values in by_key.items():
        optimizer = _OPTIMIZER.fullmatch(key)
        found.setdefault((optimizer[2] if optimizer else key, values), []).append(key)
    return [(tuple(keys), values) for (_, values), keys in found.items()]


def _fewest(
    settings: Sequence[tuple[tuple[str, ...], Values]], count: int
) -> list[tuple[tuple[str, ...], Values]]:
    """Settings that tell `count` runs apart, chosen one by one: what tells most, shortest first."""
    chosen: list[tuple[tuple[str, ...], Values]] = []
    classes: list[Values] = [()] * count
    while len(set(classes)) < count:
        split = [
            (len({(*c, v) for c, v in zip(classes, values, strict=True)}), keys, values)
            for keys, values in settings
        ]
        most = max((number for number, _, _ in split), default=0)
        if most <= len(set(classes)):
            break
        best = [(keys, values) for number, keys, values in split if number == most]
        # The name of an optimizer brings its options: these would say less with more words.
        best.sort(key=lambda found: (not found[0][0].endswith(".name"), len(str(found))))
        chosen.append(best[0])
        classes = [(*c, v) for c, v in zip(classes, best[0][1], strict=True)]
    return chosen


def _words(keys: tuple[str, ...], twice: set[str]) -> str:
    """A setting's name in words: "l1 weight", "both optimizers", "generator learning rate"."""
    optimizers = [found for key in keys if (found := _OPTIMIZER.fullmatch(key))]
    if not optimizers:
        table, _, last = keys[0].rpartition(".")
        name = f"{table.rpartition('.')[2]} {last}" if last in twice and table else last
        return name.replace("_", " ")
    end = optimizers[0][2]
    name = "optimizer" if end == "name" else end.replace("_", " ").replace(".", " ")
    if len(keys) > 1:
        return f"{_AMOUNTS.get(len(keys), 'all ')}{name}s"
    return f"{optimizers[0][1].replace('_', ' ')} {name}"


def _shown(value: Hashable) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return "-".join(f"{_shown(v)}" + (f"×{n}" if n > 1 else "") for v, n in _repeats(value))
    if isinstance(value, float):
        return f"{value:g}"
    text = "-" if value is None else str(value)
    return PurePath(text).name if "/" in text else text


def _repeats(values: tuple[Hashable, ...]) -> list[tuple[Hashable, int]]:
    return [(value, len(list(same))) for value, same in groupby(values)]
