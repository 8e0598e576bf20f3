"""What AWS policies say: evaluation of one request, and questions over whole policies.

Nothing here calls AWS. docs/decisions/0001-iam-evaluation.md tells why this is written here.
"""

from hipaa_policies.iam.analysis import (
    Grant,
    actions_granted,
    could_allow,
    foreign_accounts,
    nameless_principals,
    organisations,
    public_statements,
    unpinned_services,
)
from hipaa_policies.iam.evaluation import evaluate
from hipaa_policies.iam.model import AccessRequest, Decision, MalformedPolicyError
from hipaa_policies.iam.statements import Condition, Statement, load_policy, statements

__all__ = [
    "AccessRequest",
    "Condition",
    "Decision",
    "Grant",
    "MalformedPolicyError",
    "Statement",
    "actions_granted",
    "could_allow",
    "evaluate",
    "foreign_accounts",
    "load_policy",
    "nameless_principals",
    "organisations",
    "public_statements",
    "statements",
    "unpinned_services",
]
