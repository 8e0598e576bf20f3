"""What a break of a plan is."""

from __future__ import annotations

from dataclasses import dataclass

from tests.unit.policies.plan.documents import Change, changing

ACCOUNT = "the account"


@dataclass(frozen=True)
class PlanBreak:
    """``words`` must be in the message."""

    control: str
    about: str
    words: str
    change: Change


def one(control: str, about: str, words: str, **values: object) -> PlanBreak:
    return PlanBreak(control, about, words, changing(about, **values))
