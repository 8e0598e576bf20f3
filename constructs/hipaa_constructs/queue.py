"""modules/queue, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from constructs import Construct
from hipaa_constructs.runtime import Output, TerraformModule


@dataclass(frozen=True, kw_only=True)
class AlarmsOldestMessage:
    """`alarms.oldest_message`."""

    threshold_seconds: float | Output = 900


@dataclass(frozen=True, kw_only=True)
class AlarmsDeadLetters:
    """`alarms.dead_letters`."""

    threshold: float | Output = 1


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """When the alarms ring: at so many messages in the dead-letter queue, and once the oldest message has
    waited for so many seconds (nobody consumes, or too slowly).
    """

    dead_letters: AlarmsDeadLetters | Output = AlarmsDeadLetters()
    oldest_message: AlarmsOldestMessage | Output = AlarmsOldestMessage()


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
class Senders:
    """Who may send, besides those whom the account's IAM policies allow: a service, pinned to the ARN of
    one thing in it ({ uploads = { service = "s3.amazonaws.com", source_arn = ... } }), or a role of
    this account ({ engine = { role_arn = ... } }).
    """

    role_arn: str | None = None
    service: str | None = None
    source_arn: str | None = None


class Queue(TerraformModule):
    """modules/queue: variables as arguments, outputs as properties."""

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
        alarms: Alarms | Output = Alarms(),
        content_based_deduplication: bool | Output = False,
        fifo: bool | Output = False,
        maximum_receives: float | Output = 5,
        message_retention_days: float | Output = 7,
        senders: Mapping[str, Senders] | Output = MappingProxyType({}),
        visibility_timeout_seconds: float | Output = 180,
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``alert_topic_arn``: SNS topic that hears of the alarms (modules/observability's output
        `alert_topic_arn`).

        ``context``: see ``Context``.

        ``kms_key_arn``: Key that encrypts the messages, dead letters included. Senders need
        kms:GenerateDataKey and kms:Decrypt with it, consumers kms:Decrypt; for services that send, its
        policy must admit them (modules/encryption: services = ["s3"]).

        ``name``: Name of the queue after the prefix: "hl7" makes <name_prefix>-hl7 and
        <name_prefix>-hl7-dead-letters.

        ``alarms``: see ``Alarms``.

        ``content_based_deduplication``: Whether a FIFO queue takes messages of one group with the same body
        within five minutes for one. Off: the sender gives each message its deduplication id.

        ``fifo``: Whether messages of one group come in order, and once. The throughput limit and the
        deduplication hold for each message group (high throughput). The names of both queues then end with
        .fifo.

        ``maximum_receives``: After so many receipts without success a message goes to the dead-letter
        queue. AWS advises at least 5 where Lambda consumes: a throttled call counts, too.

        ``message_retention_days``: How long a message waits to be consumed. Dead letters stay for 14 days,
        SQS's longest; those of a standard queue are counted from the day they were first sent.

        ``senders``: Who may send, besides those whom the account's IAM policies allow: a service, pinned to
        the ARN of one thing in it ({ uploads = { service = "s3.amazonaws.com", source_arn = ... } }), or a
        role of this account ({ engine = { role_arn = ... } }).

        ``visibility_timeout_seconds``: How long a message that was received is hidden from others. Where
        Lambda consumes: six times the function's timeout, plus the batch window. Shorter than the timeout,
        and Lambda refuses the queue.
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
                "alarms": alarms,
                "content_based_deduplication": content_based_deduplication,
                "fifo": fifo,
                "maximum_receives": maximum_receives,
                "message_retention_days": message_retention_days,
                "senders": senders,
                "visibility_timeout_seconds": visibility_timeout_seconds,
            },
        )

    @property
    def alarm_names(self) -> Output:
        """Names of the alarms, by what they watch: dead_letters, oldest_message."""
        return self.output("alarm_names")

    @property
    def arn(self) -> Output:
        """ARN of the queue."""
        return self.output("arn")

    @property
    def dead_letter_arn(self) -> Output:
        """ARN of the dead-letter queue."""
        return self.output("dead_letter_arn")

    @property
    def dead_letter_name(self) -> Output:
        """Name of the dead-letter queue."""
        return self.output("dead_letter_name")

    @property
    def dead_letter_url(self) -> Output:
        """URL of the dead-letter queue."""
        return self.output("dead_letter_url")

    @property
    def name(self) -> Output:
        """Name of the queue: <name_prefix>-<name>, with .fifo where it is one."""
        return self.output("name")

    @property
    def url(self) -> Output:
        """URL of the queue: where messages are sent to."""
        return self.output("url")
