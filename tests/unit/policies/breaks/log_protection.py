"""Breaks of the export and the masking of logs."""

from __future__ import annotations

from hipaa_policies.facts.stores import ObjectLock

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import GROUP, Break, changed, listed, one

_OTHER_GROUP = c.arn("logs", "log-group:/aws/lambda/other")


def _export(name: str, words: str, *also: str, **values: object) -> Break:
    return Break("LOG-03", name, GROUP, words, changed("log_exports", c.EXPORT, **values), also)


LOG_PROTECTION = (
    Break("LOG-03", "none", GROUP, "nothing takes", listed("log_exports"), (_OTHER_GROUP,)),
    _export("left out", "nothing takes", left_out=("/aws/lambda/reader",)),
    _export("of another group", "nothing takes", log_group="/aws/lambda/other"),
    _export("errors only", "nothing takes", _OTHER_GROUP, pattern="ERROR"),
    Break(
        "LOG-03",
        "a bucket without lock",
        GROUP,
        "no default lock",
        changed("buckets", c.BUCKET, lock=None),
        (_OTHER_GROUP,),
    ),
    Break(
        "LOG-03",
        "a short lock",
        GROUP,
        "for 90 days, less",
        changed("buckets", c.BUCKET, lock=ObjectLock("GOVERNANCE", 90)),
        (_OTHER_GROUP,),
    ),
    one("LOG-05", "not masked", "log_groups", GROUP, "no data protection policy", masked=False),
)
