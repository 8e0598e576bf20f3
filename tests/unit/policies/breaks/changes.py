"""Changes of the compliant account, one broken thing each, and names of what they break."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hipaa_policies.facts import Account, Listing, Policy
from hipaa_policies.facts.functions import EventSource
from hipaa_policies.settings import Settings

from tests.unit.policies import compliant as c

Change = Callable[[Account, Settings], tuple[Account, Settings]]


@dataclass(frozen=True)
class Break:
    """``words`` must be in the message of the FAIL; ``also`` shares what was broken, and fails too."""

    control: str
    name: str
    about: str
    words: str
    change: Change
    also: tuple[str, ...] = ()


def changed(listing: str, about: str, **values: Any) -> Change:
    """Change fields of one resource."""

    def change(account: Account, settings: Settings) -> tuple[Account, Settings]:
        items = getattr(account, listing).items
        assert about in {item.arn for item in items}
        new = tuple(replace(item, **values) if item.arn == about else item for item in items)
        return c.with_listing(account, listing, Listing(new)), settings

    return change


def listed(listing: str, *items: Any) -> Change:
    """Replace a whole listing."""
    return lambda account, settings: (c.with_listing(account, listing, Listing(items)), settings)


def added(listing: str, *items: Any) -> Change:
    def change(account: Account, settings: Settings) -> tuple[Account, Settings]:
        new = (*getattr(account, listing).items, *items)
        return c.with_listing(account, listing, Listing(new)), settings

    return change


def both(*changes: Change) -> Change:
    def change(account: Account, settings: Settings) -> tuple[Account, Settings]:
        for one in changes:
            account, settings = one(account, settings)
        return account, settings

    return change


def told(**values: Any) -> Change:
    return lambda account, settings: (account, replace(settings, **values))


def role_says(*statements: dict[str, Any], name: str = "workload", managed: str | None = None) -> Change:
    return changed("roles", c.ROLE, policies=(Policy(name, c.policy(*statements), managed),))


def alarm_with(name: str, **values: Any) -> Change:
    return changed("alarms", c.arn("cloudwatch", f"alarm:{name}"), **values)


def without_alarm(name: str) -> Change:
    return lambda a, s: (replace(a, alarms=a.alarms.where(lambda alarm: alarm.name != name)), s)


EVERYONE = {"AWS": "*"}
PUBLIC = c.policy(c.allow("s3:GetObject", "*", Principal="*"))
UNPINNED = c.policy(c.allow("sqs:SendMessage", "*", Principal={"Service": "sns.amazonaws.com"}))
STRANGERS = c.policy(c.allow("s3:GetObject", "*", Principal={"AWS": c.FOREIGN}))
SG, DEFAULT_SG = c.arn("ec2", "security-group/sg-1"), c.arn("ec2", "security-group/sg-default")
SUBNET_A = c.arn("ec2", "subnet/subnet-a")
VPC = c.arn("ec2", "vpc/vpc-1")
GROUP = c.arn("logs", "log-group:/aws/lambda/reader")
ACL = c.arn("wafv2", "regional/webacl/api/1")
DOMAIN = c.arn("apigateway", "/domainnames/a.example.org", account="")
DATABASE, SECRET = c.DATABASE, c.arn("secretsmanager", "secret:db")
BUS = c.arn("events", "event-bus/default")
RTB = c.arn("ec2", "route-table/rtb-1")
BEDROCK_ENDPOINT = c.arn("ec2", "vpc-endpoint/vpce-bedrock-runtime")
KMS_ENDPOINT = c.arn("ec2", "vpc-endpoint/vpce-kms")
SOURCE_QUEUE = c.arn("sqs", "in")
SOURCE = EventSource(c.arn("lambda", "event-source-mapping:1"), c.FUNCTION, SOURCE_QUEUE)
NO_DEAD_LETTERS = changed("functions", c.FUNCTION, dead_letter_arn=None)


def fn(control: str, name: str, words: str, **values: Any) -> Break:
    return Break(control, name, c.FUNCTION, words, changed("functions", c.FUNCTION, **values))


def one(control: str, name: str, listing: str, about: str, words: str, **values: Any) -> Break:
    return Break(control, name, about, words, changed(listing, about, **values))
