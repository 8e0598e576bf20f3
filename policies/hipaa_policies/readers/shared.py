"""What both lenses read alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# Which groups an account's subscription leaves out:
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
LEFT_OUT = re.compile(r"LogGroupName NOT IN (\[.*\])")

# The parameter by which a database refuses plain connections, and its values that mean yes:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
TLS_PARAMETERS = {
    "aurora-mysql": "require_secure_transport",
    "aurora-postgresql": "rds.force_ssl",
    "mariadb": "require_secure_transport",
    "mysql": "require_secure_transport",
    "postgres": "rds.force_ssl",
    "sqlserver-ee": "rds.force_ssl",
    "sqlserver-ex": "rds.force_ssl",
    "sqlserver-se": "rds.force_ssl",
    "sqlserver-web": "rds.force_ssl",
}
ON = ("1", "ON", "true")

# Engines whose users may sign in with IAM's tokens:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.RDS_Fea_Regions_DB-eng.Feature.IamDatabaseAuthentication.html
IAM_ENGINES = frozenset({"aurora-mysql", "aurora-postgresql", "mariadb", "mysql", "postgres"})

# What a rule of a web ACL may do with a request, other than to let it pass and to count it:
# https://docs.aws.amazon.com/waf/latest/APIReference/API_RuleAction.html
STOPPING = ("Block", "Captcha", "Challenge")


def attached_policy(holder: str, policy: str) -> str:
    """What stands for the attachment of a managed policy of AWS's, by ARNs: IAM gives it none."""
    return f"{holder}/attached-policy/{policy.rpartition('/')[2]}"


def can_stop(acl: Mapping[str, Any]) -> bool:
    """Whether a web ACL, as the API describes it, refuses anything: by default, by a rule, or by a rule group
    (of its own, or Firewall Manager's) that is not told to count instead."""
    groups = ("PreProcessFirewallManagerRuleGroups", "PostProcessFirewallManagerRuleGroups")
    rules = [rule for name in ("Rules", *groups) for rule in acl.get(name) or ()]
    return "Block" in (acl.get("DefaultAction") or {}) or any(
        any(action in (rule.get("Action") or {}) for action in STOPPING)
        or "None" in (rule.get("OverrideAction") or {})
        for rule in rules
    )


def suricata_rule(action: str, protocol: str, options: Iterable[tuple[str, Sequence[str]]]) -> str:
    """A rule of a firewall that is given in parts, as text. From where to where is left open: it narrows."""
    words = [f"{word}:{','.join(settings)}" if settings else word for word, settings in options]
    return f"{action.lower()} {protocol.lower()} any any -> any any ({' '.join(f'{w};' for w in words)})"
