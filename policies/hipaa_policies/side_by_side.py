"""Several accounts and regions in one report."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from hipaa_policies.assessment import Assessment
from hipaa_policies.facts import Account
from hipaa_policies.verdicts import Finding

T = TypeVar("T")


def side_by_side(assessments: Sequence[Assessment]) -> Assessment:
    """One assessment of all of them, which must be of one lens and one set of decisions.

    What belongs to an account and not to a region (a role, a bucket) is read in each of its regions, and
    told once where all of them say the same.
    """
    if len(assessments) == 1:
        return assessments[0]
    first = assessments[0]
    hashes = "".join(assessment.facts_sha256 for assessment in assessments)
    asked: Counter[str] = Counter()
    for assessment in assessments:
        asked.update(assessment.asked)
    order = {control.id: index for index, control in enumerate(first.controls)}
    findings = sorted(
        _unique((f for a in assessments for f in a.findings), _told), key=lambda f: order[f.control_id]
    )
    return replace(
        first,
        account=_joined(assessment.account for assessment in assessments),
        region=_joined(assessment.region for assessment in assessments),
        taken_at=min(assessment.taken_at for assessment in assessments),
        facts_sha256=hashlib.sha256(hashes.encode()).hexdigest(),
        findings=tuple(findings),
        unused_waivers=tuple(w for w in first.waivers if all(w in a.unused_waivers for a in assessments)),
        asked=dict(asked),
        unreadable=tuple(_unique((u for a in assessments for u in a.unreadable), lambda u: u)),
        not_read=tuple(text for assessment in assessments for text in assessment.not_read),
        scopes=tuple(scope for assessment in assessments for scope in assessment.scopes),
        assets=tuple(
            sorted(_unique((x for a in assessments for x in a.assets), lambda x: (x.account, x.arn)))
        ),
        out_of_scope=tuple(
            sorted(_unique((x for a in assessments for x in a.out_of_scope), lambda x: (x.account, x.arn)))
        ),
    )


def _told(finding: Finding) -> Finding:
    """What makes a finding another one. The account itself is judged in each region."""
    return finding if finding.resource_type == Account.TYPE else replace(finding, region="")


def _unique(items: Iterable[T], key: Callable[[T], object]) -> list[T]:
    return list({key(item): item for item in reversed(list(items))}.values())[::-1]


def _joined(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
