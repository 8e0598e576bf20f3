"""Waivers and attestations: what they do, and that a mistake in them is never silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hipaa_policies.catalogue import catalogue
from hipaa_policies.decisions import (
    DecisionFileError,
    Waiver,
    apply_waivers,
    read_settings,
    read_waivers,
)
from hipaa_policies.judge import judge
from hipaa_policies.verdicts import Finding, Status

from tests.unit.policies import compliant as c

CONTROLS = [control.id for control in catalogue()]
POLICIES = Path(__file__).resolve().parents[3] / "policies"
WAIVER = Waiver("LAM-09", c.FUNCTION, "costs", "Jo", date(2027, 1, 31))
ENTRY = """
  - control: LAM-09
    resource: "arn:aws:lambda:*"
    reason: "costs"
    owner: "Jo"
    expires: 2027-01-31
"""


def findings() -> tuple[Finding, ...]:
    """Two functions are not traced."""
    functions = tuple(c.function(name, tracing="PassThrough") for name in ("reader", "other"))
    controls = [control for control in catalogue() if control.id in ("LAM-09", "LAM-08")]
    return judge(c.account(functions=functions), c.settings(), controls)


def test_a_waiver_covers_its_control_on_its_resource_alone() -> None:
    found, unused = apply_waivers(findings(), [WAIVER], c.TODAY)
    waived = [f for f in found if f.status is Status.WAIVED]
    assert [(f.control_id, f.resource) for f in waived] == [("LAM-09", c.FUNCTION)]
    assert "Waived until 2027-01-31 by Jo: costs" in waived[0].message
    assert [f.resource for f in found if f.status is Status.FAIL] == [c.OTHER_FUNCTION]
    assert unused == ()


def test_a_waiver_for_one_account_covers_no_other() -> None:
    own = findings()[0].account
    for account, covered in ((own, True), ("999999999999", False)):
        found, unused = apply_waivers(findings(), [replace(WAIVER, account=account)], c.TODAY)
        assert any(f.status is Status.WAIVED for f in found) == covered
        assert bool(unused) != covered


@pytest.mark.parametrize(
    "resource",
    ['arn:aws:ec2:us-east-1:1:subnet/subnet-(module.net[0].aws_subnet.a["x"])', "alarm:[prod] errors"],
)
def test_brackets_of_a_waiver_are_brackets(resource: str) -> None:
    """Addresses have them, and so do names of alarms: only * and ? match others."""
    finding = replace(findings()[0], control_id="LAM-09", resource=resource)
    assert replace(WAIVER, resource=resource).covers(finding)
    assert replace(WAIVER, resource=resource.replace("e", "?")).covers(finding)
    assert not replace(WAIVER, resource=resource).covers(replace(finding, resource=resource[:-1]))


def test_a_waivers_account_is_read_and_must_be_12_digits(tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(f'waivers:{ENTRY}    account: "123456789012"\n')
    assert [waiver.account for waiver in read_waivers(file, CONTROLS)] == ["123456789012"]
    file.write_text(f'waivers:{ENTRY}    account: "12345"\n')
    with pytest.raises(DecisionFileError, match="12 digits"):
        read_waivers(file, CONTROLS)


def test_an_expired_waiver_leaves_the_fail_and_says_so() -> None:
    found, _ = apply_waivers(findings(), [replace(WAIVER, expires=date(2026, 11, 20))], c.TODAY)
    assert not [f for f in found if f.status is Status.WAIVED]
    assert any("the waiver of Jo expired on 2026-11-20" in f.message for f in found)


def test_the_last_day_still_counts() -> None:
    found, _ = apply_waivers(findings(), [replace(WAIVER, expires=c.TODAY)], c.TODAY)
    assert any(f.status is Status.WAIVED for f in found)


def test_only_a_fail_is_waived_and_a_waiver_of_a_pass_is_told() -> None:
    useless = replace(WAIVER, control="LAM-08")
    found, unused = apply_waivers(findings(), [useless], c.TODAY)
    assert not [f for f in found if f.status is Status.WAIVED]
    assert unused == (useless,)


def test_two_waivers_for_one_finding_are_an_error() -> None:
    with pytest.raises(DecisionFileError, match="2 waivers cover LAM-09"):
        apply_waivers(findings(), [WAIVER, replace(WAIVER, resource="*")], c.TODAY)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("waivers:" + ENTRY.replace("LAM-09", "LAM-99"), "'LAM-99', which does not exist"),
        ("waivers:" + ENTRY.replace("    owner", "    owned"), "must have exactly: control, resource"),
        ("waivers:" + ENTRY.replace('    reason: "costs"\n', ""), "waivers\\[0\\] must have exactly"),
        ("waivers:" + ENTRY.replace('"costs"', '""'), "reason must be a text"),
        ("waivers:" + ENTRY.replace("2027-01-31", "soon"), "expires must be a date"),
        ("waivers:" + ENTRY.replace("2027-01-31", "2027-01-31 10:00:00"), "expires must be a date"),
        ("waivers:\n  - LAM-09\n", "must have exactly"),
        ("waivers: LAM-09\n", "must have a list 'waivers'"),
        ("", "must have a list 'waivers'"),
        ("waivers: [", "is not YAML"),
        ("waivers:\n\t- x", "is not YAML"),
        ("- waivers\n", "must have a list 'waivers'"),
        ("waivers: []\nwaviers: []\n", "has waviers, which means nothing"),
        ("waivers: []\nwaivers: []\n", "is not YAML: 'waivers' stands twice"),
        ("waivers:" + ENTRY + '    owner: "Sam"\n', "'owner' stands twice"),
        ("waivers:" + ENTRY.replace('"arn:aws:lambda:*"', "[a, b]"), "resource must be a text"),
        ("waivers:" + ENTRY + "    1: x\n", "must have exactly"),
    ],
)
def test_a_wrong_file_says_where_and_why(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(text)
    with pytest.raises(DecisionFileError, match=message):
        read_waivers(path, CONTROLS)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DecisionFileError, match="cannot be read"):
        read_waivers(tmp_path / "none.yaml", CONTROLS)


def test_attestations_and_trusted_accounts(tmp_path: Path) -> None:
    path = tmp_path / "attestations.yaml"
    path.write_text(
        "attestations:\n  - control: ATT-01\n    statement: Signed.\n    by: Jo\n    dated: 2026-10-01\n"
        "    expires: 2027-09-30\n    evidence: folder 17\n"
        "trusted_accounts:\n  - account: '210987654321'\n    reason: backup\n    owner: Jo\n"
        "    expires: 2027-01-31\n"
    )
    settings = read_settings(path, c.TODAY)
    assert settings.attestations["ATT-01"].by == "Jo"
    assert settings.trusts("210987654321")
    assert not settings.trusts("111111111111")


def test_nothing_is_attested_before_its_day(tmp_path: Path) -> None:
    """A risk analysis of next year would be younger than a year for two."""
    file = tmp_path / "attestations.yaml"
    file.write_text(
        "attestations:\n"
        "  - {control: ATT-02, statement: made, by: Jo, evidence: file,\n"
        "     dated: 2027-10-01, expires: 2028-09-30}\n"
        "trusted_accounts: []\n"
    )
    with pytest.raises(DecisionFileError, match="ATT-02 is dated 2027-10-01, which is yet to come"):
        read_settings(file, date(2027, 9, 30))
    assert read_settings(file, date(2027, 10, 1)).attestations["ATT-02"].by == "Jo"


def test_one_control_attested_twice_is_an_error(tmp_path: Path) -> None:
    entry = (
        "  - {control: ATT-01, statement: a, by: b, dated: 2026-01-01, expires: 2027-01-01, evidence: c}\n"
    )
    path = tmp_path / "attestations.yaml"
    path.write_text(f"attestations:\n{entry}{entry}trusted_accounts: []\n")
    with pytest.raises(DecisionFileError, match="attested 2 times"):
        read_settings(path, c.TODAY)


def test_only_what_nothing_else_can_show_is_attested(tmp_path: Path) -> None:
    path = tmp_path / "attestations.yaml"
    path.write_text(
        "attestations:\n  - {control: NET-01, statement: a, by: b, dated: 2026-01-01, "
        "expires: 2027-01-01, evidence: c}\ntrusted_accounts: []\n"
    )
    with pytest.raises(
        DecisionFileError, match="'NET-01' is not attested: only ATT-01, ATT-02, ATT-04, RDS-05 are"
    ):
        read_settings(path, c.TODAY)


@pytest.mark.parametrize("account", ["'21098765432'", "'everybody'", "210987654321"])
def test_a_trusted_account_has_12_digits_in_quotes(tmp_path: Path, account: str) -> None:
    path = tmp_path / "attestations.yaml"
    path.write_text(
        f"attestations: []\ntrusted_accounts:\n  - {{account: {account}, reason: a, owner: b, "
        "expires: 2027-01-01}\n"
    )
    with pytest.raises(DecisionFileError, match=r"12 digits, in quotes|account must be a text in quotes"):
        read_settings(path, c.TODAY)


def test_the_repositorys_own_files_are_valid() -> None:
    for waiver in read_waivers(POLICIES / "waivers.yaml", CONTROLS):
        named = ":123456789012:" in waiver.resource or waiver.account == "123456789012"
        assert named, "only the local cloud's account may be waived here"
    assert read_settings(POLICIES / "attestations.yaml", c.TODAY).attestations == {}
