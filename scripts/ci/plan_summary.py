"""What a reviewer reads of a saved plan: counts, controls and addresses, and never a value.

Usage: ``python -m scripts.ci.plan_summary ENVIRONMENT``, after ``make plan``. Writes
``reports/<environment>/plan-summary.md``; on GitHub also into the job's summary, and the hash of the changes
into its outputs, which ``make apply-approved`` takes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from hipaa_policies.commands.common import existing
from hipaa_policies.commands.plan import judge_plan
from hipaa_policies.problems import NotDoneError
from hipaa_policies.reports.as_json import render_json

from scripts.ci.changes import Changes, PlanFormError, changes_of
from scripts.ci.github import append
from scripts.ci.markdown import code, prose
from scripts.ci.sections import FILE, missing
from scripts.environments.environment import Environment, find
from scripts.environments.problems import RefusedError

# A comment takes 65,536 characters; three environments and the heading share it.
# https://github.com/telia-oss/github-pr-resource/issues/259
LONGEST = 20_000
_ADDRESSES, _FEW = 10, 3  # of a control that FAILs, or of what would be lost; of another control
_STATUSES = ("FAIL", "UNKNOWN", "WAIVED", "PASS", "ATTESTED", "NOT_APPLICABLE")
_LISTED = ("FAIL", "UNKNOWN", "WAIVED")
_WORDS = {
    "create": "to create",
    "change": "to change",
    "replace": "to replace",
    "destroy": "to destroy",
    "forget": "to forget",
    "import": "to import",
    "moved": "moved",
    "output": "outputs to change",
}


def render(environment: str, changes: Changes, report: Mapping[str, Any]) -> str:
    """The section of one environment. ``report`` is what `hipaa plan --format json` prints."""
    summary, findings = report["summary"], report["findings"]
    verdict = "no control fails" if not summary["FAIL"] else f"{summary['FAIL']} FAIL"
    head = [
        f"### {prose(environment)}: {verdict}",
        "",
        f"Terraform: {_totals(changes)}.",
        f"Planned by {prose(' and '.join(changes.made_with))}.",
        f"Changes: {code('sha256:' + changes.sha256)}",
        "",
        "| " + " | ".join(_STATUSES) + " |",
        "|" + " ---: |" * len(_STATUSES),
        "| " + " | ".join(str(summary[status]) for status in _STATUSES) + " |",
        "",
    ]
    if changes.lost:
        head += [f"**Replaced or destroyed**: {_some(changes.lost)}", ""]
    tables = [_table(status, [f for f in findings if f["status"] == status]) for status in _LISTED]
    return _shortened(head, [line for table in tables for line in table])


def _totals(changes: Changes) -> str:
    if changes.nothing:
        return "no changes"
    return ", ".join(
        f"{changes.counts[kind]} {words}" for kind, words in _WORDS.items() if kind in changes.counts
    )


def _table(status: str, findings: list[Mapping[str, Any]]) -> list[str]:
    """A row a control. FAILs are open, the rest is folded."""
    by_control: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        by_control.setdefault((finding["control_id"], finding["title"]), []).append(_address(finding))
    if not by_control:
        return []
    most = _ADDRESSES if status == "FAIL" else _FEW
    rows = [
        f"| {code(control)} | {prose(title)} | {len(addresses)} | {_some(sorted(set(addresses)), most)} |"
        for (control, title), addresses in sorted(by_control.items())
    ]
    table = ["| control | what it asks | resources | which |", "| --- | --- | ---: | --- |", *rows, ""]
    title = f"{status} ({len(findings)})"
    if status == "FAIL":
        return [f"**{title}**", "", *table]
    return [f"<details><summary>{title}</summary>", "", *table, "</details>", ""]


def _address(finding: Mapping[str, Any]) -> str:
    """Terraform's address. Without one: the part of the ARN that holds no account's number."""
    if finding.get("address"):
        return str(finding["address"])
    resource = str(finding["resource"])
    if not resource.startswith("arn:"):
        return resource
    name = resource.split(":", 5)[-1]
    return "the account" if name == "root" else name


def _some(addresses: Iterable[str], most: int = _ADDRESSES) -> str:
    every = list(addresses)
    shown = "<br>".join(code(address) for address in every[:most])
    more = len(every) - most
    return f"{shown}<br>and {more} more" if more > 0 else shown


def _shortened(head: list[str], tables: list[str]) -> str:
    """All of it, or what fits: whole lines, with every fold closed and a word on what is missing."""
    kept, size, folded = list[str](), len("\n".join(head).encode()) + 500, False
    for index, line in enumerate(tables):
        size += len(line.encode()) + 1
        if size > LONGEST:
            rest = sum(line.startswith("| <code>") for line in tables[index:])
            kept += [
                "",
                *(["</details>", ""] if folded else []),
                f"{rest} more rows are in the job's report.",
                "",
            ]
            break
        folded = line.startswith("<details>") or (folded and line != "</details>")
        kept.append(line)
    return "\n".join([*head, *kept]).rstrip() + "\n"


def summarise(environment: Environment) -> tuple[str, Changes | None]:
    """The section, and the changes where there is a plan."""
    try:
        raw = environment.document.read_bytes()
        judged = judge_plan(
            raw,
            root=environment.folder,
            account=environment.account_id,
            region=environment.region,
            waivers=existing(environment.decisions("waivers.yaml")),
            attestations=existing(environment.decisions("attestations.yaml")),
        )
        changes = changes_of(environment)
    except FileNotFoundError:
        return missing(environment.name, "No plan was made. The job's log says why."), None
    except (NotDoneError, PlanFormError) as error:
        return missing(environment.name, f"The plan could not be judged: {error}"), None
    return render(environment.name, changes, json.loads(render_json(judged.assessment))), changes


def main(words: list[str]) -> int:
    try:
        environment = find(words[0] if words else "")
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 2
    text, changes = summarise(environment)
    file = environment.reports / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    append("GITHUB_STEP_SUMMARY", text)
    if changes is None:
        print(
            f"There is no plan of {environment.name} that could be read. {environment.file(file)} says so. "
            f"`make plan ENV={environment.name}` makes one."
        )
        return 1
    append("GITHUB_OUTPUT", f"changes={changes.sha256}\n")
    print(f"{environment.file(file)}: {_totals(changes)}; sha256:{changes.sha256}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
