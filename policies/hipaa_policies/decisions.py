"""Waivers and attestations: what people decided, read strictly from YAML.

``waivers.yaml`` and ``attestations.yaml`` document their own schema. A file that breaks it is an
error with the place in it: a waiver that silently does not apply is worse than none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from hipaa_policies.settings import ATTESTABLE, Attestation, Settings, TrustedAccount
from hipaa_policies.verdicts import Finding, Status

_WAIVER = ("control", "resource", "reason", "owner", "expires")
_ATTESTATION = ("control", "statement", "by", "dated", "expires", "evidence")
_TRUSTED = ("account", "reason", "owner", "expires")


class DecisionFileError(Exception):
    """A waiver or attestation file is not usable; the message says where and why."""


@dataclass(frozen=True)
class Waiver:
    """A FAIL that somebody accepts for a time. ``resource`` is an ARN, in which ``*`` and ``?`` match.

    ``account`` narrows it to one account: API Gateway's and S3's ARNs name none.
    """

    control: str
    resource: str
    reason: str
    owner: str
    expires: date
    account: str | None = None

    def covers(self, finding: Finding) -> bool:
        return (
            self.control == finding.control_id
            and self.account in (None, finding.account)
            # A bracket is one of an address (module.api[0]), and no set of characters.
            and fnmatchcase(finding.resource, self.resource.replace("[", "[[]"))
        )


class _StrictLoader(yaml.SafeLoader):
    """YAML in which no key stands twice: PyYAML would take the last one, and drop the others in silence."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands twice", node.start_mark)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_waivers(path: Path, controls: Iterable[str]) -> tuple[Waiver, ...]:
    """Raises ``DecisionFileError``."""
    known = set(controls)
    document = _document(path, ("waivers",))
    entries = _entries(document, path, "waivers", _WAIVER, optional=("account",))
    for entry in entries:
        if "account" in entry:
            _check_account(path, entry["account"])
        if entry["control"] not in known:
            raise DecisionFileError(
                f"{path}: a waiver names the control {entry['control']!r}, which does not exist"
            )
    return tuple(Waiver(**entry) for entry in entries)


def read_settings(path: Path | None, today: date) -> Settings:
    """The attestations and trusted accounts. Raises ``DecisionFileError``."""
    if path is None:
        return Settings(today)
    document = _document(path, ("attestations", "trusted_accounts"))
    attestations = [Attestation(**entry) for entry in _entries(document, path, "attestations", _ATTESTATION)]
    trusted = [TrustedAccount(**entry) for entry in _entries(document, path, "trusted_accounts", _TRUSTED)]
    for one in trusted:
        _check_account(path, one.account)
    for given in attestations:
        if given.dated > today:
            raise DecisionFileError(
                f"{path}: {given.control} is dated {given.dated}, which is yet to come: enter it then"
            )
    counted = Counter(a.control for a in attestations)
    for control, number in counted.items():
        if control not in ATTESTABLE:
            raise DecisionFileError(f"{path}: {control!r} is not attested: only {', '.join(ATTESTABLE)} are")
        if number > 1:
            raise DecisionFileError(f"{path}: {control} is attested {number} times")
    return Settings(today, {a.control: a for a in attestations}, tuple(trusted))


def _document(path: Path, keys: Sequence[str]) -> Mapping[str, Any]:
    try:
        document: Any = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise DecisionFileError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DecisionFileError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    for key in keys:
        if not isinstance(document, Mapping) or not isinstance(document.get(key), list):
            raise DecisionFileError(f"{path} must have a list {key!r} (which may be empty: [])")
    if unknown := [str(key) for key in document if key not in keys]:
        raise DecisionFileError(f"{path} has {', '.join(unknown)}, which means nothing in it")
    return dict(document)


def _check_account(path: Path, account: str) -> None:
    if not re.fullmatch("[0-9]{12}", account):
        raise DecisionFileError(f"{path}: {account!r} is no account: 12 digits, in quotes")


def _entries(
    document: Mapping[str, Any], path: Path, key: str, names: Sequence[str], optional: Sequence[str] = ()
) -> list[dict[str, Any]]:
    return [
        _entry(entry, f"{path}: {key}[{index}]", names, optional) for index, entry in enumerate(document[key])
    ]


def _entry(entry: object, where: str, names: Sequence[str], optional: Sequence[str]) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or not set(names) <= set(entry) <= {*names, *optional}:
        also = f", and may have: {', '.join(optional)}" if optional else ""
        raise DecisionFileError(f"{where} must have exactly: {', '.join(names)}{also}")
    for name in entry:
        wanted = date if name in ("expires", "dated") else str
        if type(entry[name]) is not wanted or not entry[name]:
            form = "a date (2027-01-31)" if wanted is date else "a text in quotes"
            raise DecisionFileError(f"{where}: {name} must be {form}, not {entry[name]!r}")
    return dict(entry)


def apply_waivers(
    findings: Iterable[Finding], waivers: Sequence[Waiver], today: date
) -> tuple[tuple[Finding, ...], tuple[Waiver, ...]]:
    """The findings with their waivers, and the waivers that cover none.

    Only a FAIL can be waived. Raises ``DecisionFileError`` where two waivers cover one finding.
    """
    used: set[Waiver] = set()
    result = []
    for finding in findings:
        covering = [w for w in waivers if w.covers(finding)] if finding.status is Status.FAIL else []
        if len(covering) > 1:
            raise DecisionFileError(
                f"{len(covering)} waivers cover {finding.control_id} on {finding.resource}: keep one"
            )
        used.update(covering)
        result.append(_waived(finding, covering[0], today) if covering else finding)
    return tuple(result), tuple(waiver for waiver in waivers if waiver not in used)


def _waived(finding: Finding, waiver: Waiver, today: date) -> Finding:
    if waiver.expires < today:
        message = f"{finding.message} (the waiver of {waiver.owner} expired on {waiver.expires})"
        return replace(finding, message=message)
    message = f"{finding.message}. Waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"
    return replace(finding, status=Status.WAIVED, message=message)
