"""What a mutation is, and what it must do to the findings.

A mutation is a generator over a ``Cloud``. It breaks one thing, yields ``Broken`` with what must fail,
and undoes it after the yield::

    @mutation("LAM-09", "tracing off")
    def untraced(cloud: Cloud) -> Steps:
        cloud.configure(TracingConfig={"Mode": "PassThrough"})
        yield Broken(cloud.function.arn)
        cloud.configure(TracingConfig={"Mode": "Active"})

Where ``environments/local`` is weaker than production (and waives it) it first mends that, and yields
``MENDED``: the findings from then on are what the break is compared with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from hipaa_policies.verdicts import Finding, Status

from tests.mutation.cloud import Cloud

Pair = tuple[str, str]
"""A control's id and a resource's ARN."""
Statuses = Mapping[Pair, Counter[Status]]


@dataclass(frozen=True)
class Mended:
    """The stack is now compliant where the environment is not."""


MENDED = Mended()


@dataclass(frozen=True)
class Broken:
    """``resource`` must now FAIL. ``also`` are side effects that cannot be avoided, each a control and a
    resource: they must happen too."""

    resource: str
    also: tuple[Pair, ...] = ()


Steps = Iterator[Mended | Broken]


@dataclass(frozen=True)
class Mutation:
    control: str
    name: str
    steps: Callable[[Cloud], Steps]

    def __str__(self) -> str:
        return f"{self.control} {self.name}"


_ALL: list[Mutation] = []


def mutation(control: str, name: str) -> Callable[[Callable[[Cloud], Steps]], Callable[[Cloud], Steps]]:
    """Enter a mutation. Raises ``ValueError`` where a control has two of one name."""

    def register(steps: Callable[[Cloud], Steps]) -> Callable[[Cloud], Steps]:
        made = Mutation(control, name, steps)
        if str(made) in {str(other) for other in _ALL}:
            raise ValueError(f"there are two mutations {made}")
        _ALL.append(made)
        return steps

    return register


def registered() -> tuple[Mutation, ...]:
    return tuple(_ALL)


def statuses(findings: Iterable[Finding]) -> Statuses:
    """How often each control gave each status to each resource."""
    found: dict[Pair, Counter[Status]] = {}
    for finding in findings:
        found.setdefault((finding.control_id, finding.resource), Counter())[finding.status] += 1
    return found


def changes(before: Statuses, after: Statuses) -> dict[Pair, str]:
    """The pairs whose statuses differ, with how.

    Left out: a new resource that is judged good (its PASS takes nothing from others), and that a control
    is no longer without anything to judge.
    """
    found = {}
    for pair in sorted(set(before) | set(after)):
        old, new = before.get(pair, Counter()), after.get(pair, Counter())
        if old == new or (not old and not new[Status.FAIL] and not new[Status.UNKNOWN]):
            continue
        if not new and set(old) == {Status.NOT_APPLICABLE}:
            continue
        found[pair] = f"{_named(old)} became {_named(new)}"
    return found


def _named(counted: Counter[Status]) -> str:
    return ", ".join(sorted(f"{n} {status.value}" for status, n in counted.items() if n)) or "nothing"


def why_it_survived(control: str, broken: Broken, before: Statuses, after: Statuses) -> str | None:
    """What is wrong with the findings of a broken account; ``None`` where the mutation was killed."""
    wanted = (control, broken.resource)
    fails_before = before.get(wanted, Counter())[Status.FAIL]
    if after.get(wanted, Counter())[Status.FAIL] <= fails_before:
        return f"{control} does not fail {broken.resource}" + (" (it failed before)" if fails_before else "")
    found = changes(before, after)
    allowed = {wanted, *broken.also}
    if unexpected := sorted(set(found) - allowed):
        return "changed elsewhere: " + "; ".join(f"{c} {r}: {found[c, r]}" for c, r in unexpected)
    if missing := sorted(allowed - set(found)):
        return "side effects did not happen: " + "; ".join(f"{c} {r}" for c, r in missing)
    return None
