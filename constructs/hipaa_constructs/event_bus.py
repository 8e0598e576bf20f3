"""modules/event_bus, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from constructs import Construct
from hipaa_constructs.runtime import Output, TerraformModule


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where and for whom this is deployed: 12-digit account, region, partition, the prefix of every name,
    and tags. ARNs are derived from it, so that no module reads the account.
    """

    account_id: str
    region: str
    name_prefix: str
    partition: str = "aws"
    tags: Mapping[str, str] | Output = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Queues:
    """SQS queues that are sent what matches `pattern` (JSON with a `source`), one a name, each by a rule
    <name_prefix>-<bus>-<name>. The queue's policy must admit that rule (modules/queue: senders, with
    the service events.amazonaws.com; the output `queue_rule_arns` names it) and its key EventBridge
    (modules/encryption: services = ["events"]). What can't be delivered within a day goes to the bus's
    dead letters.
    """

    pattern: str
    queue_arn: str


class EventBus(TerraformModule):
    """modules/event_bus: variables as arguments, outputs as properties."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        alert_topic_arn: str,
        context: Context | Output,
        kms_key_arn: str,
        name: str,
        publisher_role_arns: Mapping[str, str] | Output = MappingProxyType({}),
        queues: Mapping[str, Queues] | Output = MappingProxyType({}),
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``alert_topic_arn``: SNS topic that hears of the alarms (modules/observability's output
        `alert_topic_arn`).

        ``context``: see ``Context``.

        ``kms_key_arn``: Key that encrypts the events on the bus, its rules and targets, and its dead
        letters. Its policy must admit EventBridge for both (modules/encryption: services = ["event_buses",
        "events"]).

        ``name``: Name of the bus after the prefix: "clinical-events" makes <name_prefix>-clinical-events.

        ``publisher_role_arns``: Roles of this account that may put events, by a static name: { hl7-ingest =
        module.hl7_ingest.role_arn }. Each needs events:PutEvents in its own policy, too. Everybody else is
        refused, whatever their policies say. Empty: whoever the account's IAM policies allow.

        ``queues``: SQS queues that are sent what matches `pattern` (JSON with a `source`), one a name, each
        by a rule <name_prefix>-<bus>-<name>. The queue's policy must admit that rule (modules/queue:
        senders, with the service events.amazonaws.com; the output `queue_rule_arns` names it) and its key
        EventBridge (modules/encryption: services = ["events"]). What can't be delivered within a day goes
        to the bus's dead letters.
        """
        super().__init__(
            scope,
            id_,
            source=source,
            version=version,
            providers=providers,
            depends_on=depends_on,
            variables={
                "alert_topic_arn": alert_topic_arn,
                "context": context,
                "kms_key_arn": kms_key_arn,
                "name": name,
                "publisher_role_arns": publisher_role_arns,
                "queues": queues,
            },
        )

    @property
    def alarm_names(self) -> Output:
        """Names of the alarms, by what they watch: dead_letters."""
        return self.output("alarm_names")

    @property
    def arn(self) -> Output:
        """ARN of the bus."""
        return self.output("arn")

    @property
    def dead_letter_arn(self) -> Output:
        """ARN of the dead-letter queue."""
        return self.output("dead_letter_arn")

    @property
    def name(self) -> Output:
        """Name of the bus: <name_prefix>-<name>."""
        return self.output("name")

    @property
    def queue_rule_arns(self) -> Output:
        """ARNs of the rules that send to queues, by the names in `queues`."""
        return self.output("queue_rule_arns")
