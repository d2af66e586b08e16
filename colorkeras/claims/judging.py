"""Judge the claims of several experiments: read them, build networks, find verdicts."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from colorkeras.claims.claims_file import CLAIMS_FILE, read_claims
from colorkeras.claims.definition import (
    RESULT,
    Claim,
    LayerShape,
    ParameterCount,
    RunSelector,
    Setting,
)
from colorkeras.claims.measurement import Runs
from colorkeras.claims.missing_runs import MissingRuns, missing_runs
from colorkeras.claims.networks import Networks, describe_all
from colorkeras.claims.outcome import Facts
from colorkeras.claims.rule_history import order_of
from colorkeras.claims.verdict import Judgement, judge
from colorkeras.config.load import load_config
from colorkeras.config.resolved import config_to_dict, flattened
from colorkeras.config.settings import Config
from colorkeras.config.shipped import CONFIG_FILE, locate
from colorkeras.console.errors import UserError


@dataclass(frozen=True)
class ExperimentClaims:
    """The verdicts of one experiment.

    Attributes:
        name: of the experiment.
        judgements: empty where it has no claims.
        missing: the runs that its claims about results lack.
    """

    name: str
    judgements: list[Judgement]
    missing: tuple[MissingRuns, ...] = ()


def judge_folders(
    folders: Iterable[Path], results: Path, optional: bool = False
) -> list[ExperimentClaims]:
    """Compare the claims of experiments with their networks and with the runs in `results`.

    All claims are read before the first network is built, and each network is built once.

    Args:
        folders: the experiment folders.
        results: folder of the runs; it may be missing.
        optional: list a folder without `claims.toml` instead of raising an error.

    Raises:
        UserError: naming the `claims.toml` that is wrong, the claim, and what was expected.
    """
    claims = {
        folder: [] if optional and not (folder / CLAIMS_FILE).exists() else read_claims(folder)
        for folder in folders
    }
    configs = {folder: _configs(stated) for folder, stated in claims.items()}
    current = {
        str(selector): settings
        for folder, stated in claims.items()
        for claim in stated
        for selector, settings in _current_settings(claim, folder)
    }
    networks = _networks(claims, configs)
    runs = Runs(results, lambda selector: current[str(selector)])
    judged = []
    for folder, stated in claims.items():
        settings = {preset: config_to_dict(config) for preset, config in configs[folder].items()}
        facts = Facts(settings, networks[folder], runs)
        judgements = [_with_order(judgement) for judgement in judge(stated, facts)]
        lacking = tuple(missing_runs(stated, runs))
        judged.append(ExperimentClaims(folder.resolve().name, judgements, lacking))
    return judged


def _with_order(judgement: Judgement) -> Judgement:
    if judgement.claim.kind != RESULT:
        return judgement
    runs = [run for o in judgement.outcomes for group in o.runs.values() for run in group]
    return replace(judgement, order=order_of(judgement.claim, runs))


def _configs(claims: list[Claim]) -> dict[str, Config]:
    """The configurations that the claims of one experiment need, by preset."""
    configs: dict[str, Config] = {}
    for claim in claims:
        if claim.needs(ParameterCount, LayerShape, Setting) and claim.preset not in configs:
            try:
                configs[claim.preset] = load_config(Path(claim.file).parent, claim.preset)
            except UserError as error:
                raise UserError(f"{claim.where}: preset {claim.preset}: {error}") from error
    return configs


def _current_settings(claim: Claim, folder: Path) -> Iterator[tuple[RunSelector, dict[str, Any]]]:
    """The settings, by dotted key, that each group of a claim's runs would be made with today.

    Raises:
        UserError: naming an experiment, preset or setting that does not exist: no run could count.
    """
    for name, selector in claim.runs.items():
        beside = folder.resolve().parent / selector.experiment
        place = (
            beside if (beside / CONFIG_FILE).exists() else locate(selector.experiment, CONFIG_FILE)
        )
        changes = [f"{key}={json.dumps(value)}" for key, value in selector.settings.items()]
        try:
            yield selector, flattened(load_config(place, selector.preset, changes))
        except UserError as error:
            raise UserError(f"{claim.where}: runs.{name}: {error}") from error


def _networks(
    claims: dict[Path, list[Claim]], configs: dict[Path, dict[str, Config]]
) -> dict[Path, dict[str, Networks]]:
    """The networks that conditions need, by folder and preset."""
    needed = {
        (folder, claim.preset): configs[folder][claim.preset]
        for folder, stated in claims.items()
        for claim in stated
        if claim.needs(ParameterCount, LayerShape)
    }
    networks: dict[Path, dict[str, Networks]] = {folder: {} for folder in claims}
    for (folder, preset), found in zip(needed, describe_all(needed.values()), strict=True):
        networks[folder][preset] = found
    return networks
