"""The claims of every experiment folder: well stated, and the architectures are as claimed."""

from pathlib import Path

import pytest

from colorkeras.claims.claims_file import read_claims
from colorkeras.claims.judging import judge_folders
from colorkeras.claims.verdict import REPRODUCED

ROOT = Path(__file__).parents[2] / "experiments"
FOLDERS = sorted(path.parent for path in ROOT.glob("*/claims.toml"))
NAMES = {path.parent.name for path in ROOT.glob("*/config.toml")}

pytestmark = pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)


def test_claims_are_valid(folder):
    for claim in read_claims(folder):
        for pattern in claim.runs.values():
            assert pattern.partition("/")[0] in NAMES, f"{claim.id}: {pattern}: no such experiment"


def test_architecture_is_as_claimed(folder, tmp_path):
    (found,) = judge_folders([folder], tmp_path)
    told = {
        judgement.claim.id: (judgement.verdict, [o.text for o in judgement.outcomes if not o.holds])
        for judgement in found.judgements
        if judgement.claim.kind == "architecture"
    }
    assert told, "no claim of kind architecture"
    assert told == dict.fromkeys(told, (REPRODUCED, []))
