"""What the stack grants its roles is within the boundary of `make bootstrap`: options that no plan of the
tests turns on, too."""

import json
import re
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BOOTSTRAP = ROOT / "environments" / "bootstrap"
GRANTS = (
    *sorted(ROOT.glob("*.tf")),
    *(ROOT / "modules" / name for name in ("backup/roles.tf", "function/role.tf")),
)
ACTION = re.compile(r'"([a-z0-9-]+:[A-Z*][A-Za-z*]*)"')
# They are written as actions are.
CONDITION_KEYS = {
    "aws:SourceAccount",
    "aws:SourceArn",
    "kms:EncryptionContextKeys",
    "kms:GrantIsForAWSResource",
    "kms:ViaService",
    "lambda:SourceFunctionArn",
    "ses:FromAddress",
}
NOT_OF_ROLES_IN_ENVIRONMENTS = {"sts:AssumeRole"}  # of trust policies: a boundary has nothing to say to them


def _code(path: Path) -> str:
    return "\n".join(line for line in path.read_text().splitlines() if not line.lstrip().startswith("#"))


@pytest.fixture(scope="module")
def allowed() -> list[str]:
    own = ACTION.findall(_code(BOOTSTRAP / "boundary.tf").partition("_boundary = [")[0])
    reading = json.loads((BOOTSTRAP / "read_only_policy.json").read_text())["Statement"][0]["Action"]
    return [*own, *reading]


def test_every_grant_is_within_the_boundary(allowed: list[str]) -> None:
    granted = set(chain.from_iterable(ACTION.findall(_code(path)) for path in GRANTS))
    assert {"backup:TagResource", "comprehendmedical:DetectPHI", "dynamodb:GetItem"} <= granted
    outside = {
        action
        for action in granted - CONDITION_KEYS - NOT_OF_ROLES_IN_ENVIRONMENTS
        if not any(fnmatchcase(action, pattern) for pattern in allowed)
    }
    assert not outside, f"environments/bootstrap/boundary.tf would refuse what the stack grants: {outside}"
