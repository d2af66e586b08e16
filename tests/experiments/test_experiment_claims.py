"""The claims of every experiment folder: well stated, and the architectures are as claimed."""

from pathlib import Path

import pytest

from colorkeras.claims.claims_file import read_claims
from colorkeras.claims.judging import judge_folders
from colorkeras.claims.verdict import AGREES
from colorkeras.config.load import load_config
from colorkeras.config.resolved import config_to_dict

ROOT = Path(__file__).parents[2] / "experiments"
FOLDERS = sorted(path.parent for path in ROOT.glob("*/claims.toml"))
NAMES = {path.parent.name for path in ROOT.glob("*/config.toml")}

pytestmark = pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)


def test_claims_are_valid(folder):
    for claim in read_claims(folder):
        for name, selector in claim.runs.items():
            where = f"{claim.id}: runs.{name}"
            assert selector.experiment in NAMES, f"{where}: no such experiment"
            config = config_to_dict(load_config(ROOT / selector.experiment, selector.preset))
            for key in selector.settings:
                table, *rest, last = key.split(".")
                found = config[table]
                for part in rest:
                    found = found[part]
                assert last in found or not rest, f"{where}: {key}: no such setting"


def test_architecture_is_as_claimed(folder, tmp_path):
    (found,) = judge_folders([folder], tmp_path)
    told = {
        judgement.claim.id: (judgement.verdict, [o.text for o in judgement.outcomes if not o.holds])
        for judgement in found.judgements
        if judgement.claim.kind == "architecture"
    }
    assert told, "no claim of kind architecture"
    assert told == dict.fromkeys(told, (AGREES, []))
