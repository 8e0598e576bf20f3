"""What a plan would do, resource by resource, without any value: it may stand in a log that others read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

# By the actions that Terraform gives, in its own words of the end of a plan.
KINDS = {
    ("create",): "create",
    ("update",): "change",
    ("delete",): "destroy",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("create", "forget"): "replace",
    ("forget",): "forget",
}
QUIET = {("no-op",), ("read",)}  # a data source that is read later changes nothing
_SIGNS = {"create": "+", "change": "~", "destroy": "-", "replace": "±", "forget": "."}
_UNKNOWN = "?"


def lines(document: Mapping[str, Any]) -> Iterator[str]:
    """A line for each resource that would change, destroyed ones last, and a line of totals."""
    found = list(_changes(document))
    words = [*_SIGNS, *sorted({word for word, _, _ in found} - set(_SIGNS))]
    found.sort(key=lambda change: (words.index(change[0]), change[1]))
    for word, address, attributes in found:
        named = f"  ({', '.join(attributes)})" if attributes else ""
        yield f"  {_SIGNS.get(word, _UNKNOWN)} {word:<7} {address}{named}"
    counts = Counter(word for word, _, _ in found)
    totals = ", ".join(f"{counts[word]} to {word}" for word in words if counts[word])
    yield totals or "Nothing to change: the account is as the code says."


def _changes(document: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    for resource in document.get("resource_changes", ()):
        change = resource["change"]
        actions = tuple(change["actions"])
        if actions not in QUIET:
            word = KINDS.get(actions, " and ".join(actions))
            yield word, resource["address"], _differing(change) if word in ("change", "replace") else []


def _differing(change: Mapping[str, Any]) -> list[str]:
    """Names of the attributes that would not stay as they are."""
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    if isinstance(unknown, Mapping):
        changed = {name for name in changed if name in after or unknown.get(name)}
        changed |= {name for name, value in unknown.items() if value is True}
    return sorted(changed)


def unsigned(document: Mapping[str, Any]) -> list[str]:
    """Addresses of functions that take signed code alone, and are given a zip of this machine.

    Signer leaves what it has signed in S3, so a file is what nobody signed. Lambda would refuse it, once
    everything before it was applied.
    """
    found = []
    for resource in document.get("resource_changes", ()):
        change = resource["change"]
        after, unknown = change.get("after") or {}, change.get("after_unknown") or {}
        if resource["type"] != "aws_lambda_function" or tuple(change["actions"]) == ("no-op",):
            continue
        enforced = after.get("code_signing_config_arn") or unknown.get("code_signing_config_arn")
        if enforced and after.get("filename"):
            found.append(resource["address"])
    return found
