"""Roles and policies, from one paginated call for the whole account."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from hipaa_policies.facts import Listing, Policy, Unreadable
from hipaa_policies.facts.identities import Role, WrittenPolicy
from hipaa_policies.readers.live.aws import Aws, UnreadableError
from hipaa_policies.readers.live.registry import Facts, Where, reader
from hipaa_policies.readers.shared import attached_policy

_FILTER = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]
_KINDS = (
    ("RoleDetailList", "RolePolicyList", "RoleName"),
    ("UserDetailList", "UserPolicyList", "UserName"),
    ("GroupDetailList", "GroupPolicyList", "GroupName"),
)


@reader(
    "roles", "written_policies", operations={"iam": ("GetAccountAuthorizationDetails", "GetPolicyVersion")}
)
def read_identities(aws: Aws, where: Where) -> Facts:
    pages, problem = _all_details(aws)
    managed = {policy["Arn"]: policy for page in pages for policy in page.get("Policies") or ()}
    documents = {arn: _document_of(aws, policy) for arn, policy in managed.items()}
    missing = next((d for d in documents.values() if isinstance(d, Unreadable)), None)
    readable = {arn: d for arn, d in documents.items() if not isinstance(d, Unreadable)}
    roles = [_role(answer, readable) for page in pages for answer in page.get("RoleDetailList") or ()]
    unseen = _unknown_policy(pages, readable, "RoleDetailList")
    unseen_of_people = _unknown_policy(pages, readable, "UserDetailList", "GroupDetailList")
    written = tuple(_written(pages, readable, where))
    return {
        "roles": Listing(tuple(roles), problem or missing or unseen),
        "written_policies": Listing(written, problem or missing or unseen_of_people),
    }


def _all_details(aws: Aws) -> tuple[list[Mapping[str, Any]], Unreadable | None]:
    pages: list[Mapping[str, Any]] = []
    marker: dict[str, str] = {}
    try:
        while True:
            page = aws.call("iam", "GetAccountAuthorizationDetails", Filter=_FILTER, **marker)
            pages.append(page)
            if not page.get("IsTruncated"):
                return pages, None
            marker = {"Marker": page["Marker"]}
    except UnreadableError as error:
        return pages, error.problem


def _document_of(aws: Aws, policy: Mapping[str, Any]) -> str | Unreadable:
    """The default version's document, which the list answers with, most often."""
    version = policy["DefaultVersionId"]
    for listed in policy.get("PolicyVersionList") or ():
        if listed["VersionId"] == version and listed.get("Document"):
            return _text(listed["Document"])
    answer = aws.tried(
        lambda: aws.call("iam", "GetPolicyVersion", PolicyArn=policy["Arn"], VersionId=version)
    )
    return answer if isinstance(answer, Unreadable) else _text(answer["PolicyVersion"]["Document"])


def _text(document: object) -> str:
    """boto3 decodes documents that are JSON; others come as they are, URL-encoded or not."""
    return unquote(document) if isinstance(document, str) else json.dumps(document, sort_keys=True)


def _role(answer: Mapping[str, Any], documents: Mapping[str, str]) -> Role:
    limits = [b["PolicyArn"] for b in _boundaries(answer) if b["PolicyArn"] in documents]
    inline = [Policy(p["PolicyName"], _text(p["PolicyDocument"])) for p in answer.get("RolePolicyList") or ()]
    attached = [
        Policy(p["PolicyName"], documents[p["PolicyArn"]], p["PolicyArn"])
        for p in answer.get("AttachedManagedPolicies") or ()
        if p["PolicyArn"] in documents
    ]
    return Role(
        arn=answer["Arn"],
        name=answer["RoleName"],
        path=answer.get("Path", "/"),
        trust=_text(answer["AssumeRolePolicyDocument"]),
        policies=tuple(sorted([*inline, *attached], key=lambda p: (p.name, p.arn or ""))),
        boundary=Policy("boundary", documents[limits[0]], limits[0]) if limits else None,
    )


def _unknown_policy(
    pages: list[Mapping[str, Any]], documents: Mapping[str, str], *kinds: str
) -> Unreadable | None:
    """A policy that somebody holds and that AWS did not list: without it none of them can be judged whole."""
    held = {
        attached["PolicyArn"]
        for page in pages
        for kind in kinds
        for holder in page.get(kind) or ()
        for attached in [*(holder.get("AttachedManagedPolicies") or ()), *_boundaries(holder)]
    }
    lost = sorted(held - set(documents))
    if not lost:
        return None
    return Unreadable("iam:GetAccountAuthorizationDetails", "PolicyNotListed", f"{lost[0]} was not listed")


def _boundaries(holder: Mapping[str, Any]) -> list[dict[str, str]]:
    arn = (holder.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    return [{"PolicyArn": arn}] if arn else []


def _written(
    pages: list[Mapping[str, Any]], documents: Mapping[str, str], where: Where
) -> Iterator[WrittenPolicy]:
    own = where.arn("iam", "policy/", region="")
    holders: dict[str, list[str]] = {}
    for page in pages:
        for kind, inline, name in _KINDS:
            for holder in page.get(kind) or ():
                for policy in holder.get(inline) or ():
                    yield WrittenPolicy(
                        f"{holder['Arn']}/policy/{policy['PolicyName']}",
                        _text(policy["PolicyDocument"]),
                        (holder[name],),
                    )
                for policy in holder.get("AttachedManagedPolicies") or ():
                    arn = policy["PolicyArn"]
                    holders.setdefault(arn, []).append(holder[name])
                    # Of roles IAM-02 and IAM-03 judge them, where a workload has the role.
                    if kind != "RoleDetailList" and arn in documents and not arn.startswith(own):
                        attached = attached_policy(holder["Arn"], arn)
                        yield WrittenPolicy(attached, documents[arn], (holder[name],))
    for arn, document in documents.items():
        if arn.startswith(own) and arn in holders:
            yield WrittenPolicy(arn, document, tuple(sorted(holders[arn])))
