"""Read an account once from moto, then again from memory with any one call answering otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from hipaa_policies.facts import Account
from hipaa_policies.readers.live import Record, read_account

REGION = "us-east-1"
FIREWALL = "arn:aws:network-firewall:us-east-1:123456789012:firewall/egress"
# What moto does not implement: AWS's answer where there is nothing of the kind.
NOT_IN_MOTO: Mapping[str, dict[str, Any]] = {
    "ListAnalyzers": {
        "analyzers": [{"arn": "arn:analyzer", "name": "a", "type": "ACCOUNT", "status": "ACTIVE"}]
    },
    "ListFindingsV2": {"findings": [{"id": "1", "resource": "arn:aws:s3:::open"}]},
    "ListBackupSelections": {"BackupSelectionsList": [{"SelectionId": "s"}]},
    "GetBackupSelection": {"BackupSelection": {"Resources": ["arn:aws:dynamodb:*"]}},
    "ListRestoreJobs": {
        "RestoreJobs": [
            {
                "RestoreJobId": "1",
                "ResourceType": "DynamoDB",
                "CompletionDate": datetime(2026, 10, 1, 12, tzinfo=UTC),
            }
        ]
    },
    "DescribeAccountPolicies": {"accountPolicies": []},
    "DescribeRegionSettings": {
        "ResourceTypeOptInPreference": {"Aurora": True, "DynamoDB": True, "RDS": True}
    },
    "GetAccountSettings": {
        "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 995}
    },
    "GetAnomalySubscriptions": {"AnomalySubscriptions": []},
    "ListCodeSigningConfigs": {"CodeSigningConfigs": [{"CodeSigningConfigArn": "arn:csc"}]},
    "ListFunctionUrlConfigs": {
        "FunctionUrlConfigs": [{"FunctionUrl": "https://x/", "AuthType": "AWS_IAM"}],
    },
    "ListFunctionsByCodeSigningConfig": {
        "FunctionArns": ["arn:aws:lambda:us-east-1:123456789012:function:reader"]
    },
    "ListFirewalls": {"Firewalls": [{"FirewallArn": FIREWALL, "FirewallName": "egress"}]},
    "DescribeFirewall": {
        "Firewall": {"VpcId": "vpc-1", "FirewallPolicyArn": "arn:policy"},
        "FirewallStatus": {
            "SyncStates": {
                "us-east-1a": {"Attachment": {"EndpointId": "vpce-a", "Status": "READY"}},
                "us-east-1b": {"Attachment": {"Status": "CREATING"}},
            }
        },
    },
    "DescribeFirewallPolicy": {
        "FirewallPolicy": {
            "StatelessDefaultActions": ["aws:forward_to_sfe"],
            "StatelessFragmentDefaultActions": ["aws:drop"],
            "StatefulDefaultActions": ["aws:drop_established"],
            "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER"},
            "StatefulRuleGroupReferences": [{"ResourceArn": "arn:rules/own"}],
        }
    },
    "DescribeRuleGroup": {
        "RuleGroup": {"RulesSource": {"RulesString": "drop udp any any -> any any (sid:1;)"}}
    },
    "ListFirewallConfigs": {
        "FirewallConfigs": [{"Id": "rslvr-fc-1", "ResourceId": "vpc-1", "FirewallFailOpen": "DISABLED"}]
    },
    "ListFirewallDomainLists": {
        "FirewallDomainLists": [
            {"Id": "all"},
            {"Id": "aws", "ManagedOwnerName": "Route 53 Resolver DNS Firewall"},
        ]
    },
    "ListFirewallDomains": {"Domains": ["*."]},
    "ListFirewallRuleGroupAssociations": {
        "FirewallRuleGroupAssociations": [
            {"Arn": "arn:association", "VpcId": "vpc-1", "Priority": 101, "FirewallRuleGroupId": "group"}
        ]
    },
    "ListFirewallRules": {
        "FirewallRules": [
            {"Name": "block", "Action": "BLOCK", "Priority": 2, "FirewallDomainListId": "all"},
            {"Name": "threats", "Action": "ALERT", "Priority": 1, "FirewallDomainListId": "aws"},
        ]
    },
    "ListResourcesForWebACL": {"ResourceArns": []},
    "DescribeSubscribersForNotification": {
        "Subscribers": [{"SubscriptionType": "SNS", "Address": "arn:aws:sns:us-east-1:123456789012:alerts"}]
    },
    "DescribeNotificationsForBudget": {
        "Notifications": [
            {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
        ]
    },
}

Told = Mapping[str, Any] | Exception | None
Answer = Callable[[str, str], Told | Callable[[Mapping[str, Any]], Told]]


def operation_of(client: Any, name: str) -> tuple[str, str]:
    """boto3's names: ("s3", "ListBuckets")."""
    model = client.meta.service_model
    return model.service_name, name


def refusal(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "not allowed"}}, operation)


class _CachingSession(boto3.Session):
    """Makes one client of a service: making them takes a second for all, reading from memory nothing."""

    def client(self, service_name: str, *args: Any, **kwargs: Any) -> Any:
        made = self.__dict__.setdefault("_made", {})
        if service_name not in made:
            made[service_name] = super().client(service_name, *args, **kwargs)  # type: ignore[call-overload]
        return made[service_name]


class Recording:
    """Answers of moto, by operation and parameters."""

    def __init__(self) -> None:
        self._answers: dict[str, Any] = {}
        self._session = _CachingSession("testing", "testing", region_name=REGION)

    def record(self) -> tuple[Account, Record]:
        real = BaseClient._make_api_call  # type: ignore[attr-defined]

        def recorded(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            key = self._key(client, operation, parameters)
            if operation in NOT_IN_MOTO:
                self._answers[key] = NOT_IN_MOTO[operation]
                return NOT_IN_MOTO[operation]
            try:
                self._answers[key] = real(client, operation, parameters)
            except ClientError as error:
                self._answers[key] = error
                raise
            return self._answers[key]

        return self._read(recorded)

    def replay(self, answer: Answer = lambda service, operation: None) -> tuple[Account, Record]:
        """``answer`` gives another answer, or an error, for an operation, or what makes one of its
        parameters; ``None``: as recorded."""

        def replayed(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            other = answer(*operation_of(client, operation))
            other = other(parameters) if callable(other) else other
            chosen = self._recorded(client, operation, parameters) if other is None else other
            if isinstance(chosen, Exception):
                raise chosen
            return chosen

        return self._read(replayed)

    def _recorded(self, client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        """The answer; of what moto lacks also where nobody had asked it while it was recorded."""
        key = self._key(client, operation, parameters)
        return self._answers[key] if key in self._answers else NOT_IN_MOTO[operation]

    @staticmethod
    def _key(client: Any, operation: str, parameters: dict[str, Any]) -> str:
        return json.dumps([*operation_of(client, operation), parameters], sort_keys=True, default=str)

    def _read(self, call: Callable[..., Any]) -> tuple[Account, Record]:
        with patch.object(BaseClient, "_make_api_call", call):
            return read_account(self._session, REGION, lambda text: None)
