"""modules/function, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from constructs import Construct
from hipaa_constructs.runtime import Items, Output, TerraformModule


@dataclass(frozen=True, kw_only=True)
class AlarmsThrottles:
    """`alarms.throttles`."""

    evaluation_periods: float | Output = 1
    period: float | Output = 60
    threshold: float | Output = 1


@dataclass(frozen=True, kw_only=True)
class AlarmsErrors:
    """`alarms.errors`."""

    evaluation_periods: float | Output = 1
    period: float | Output = 300
    threshold: float | Output = 10


@dataclass(frozen=True, kw_only=True)
class AlarmsDuration:
    """`alarms.duration`."""

    evaluation_periods: float | Output = 2
    period: float | Output = 300
    threshold: float | Output = 5000


@dataclass(frozen=True, kw_only=True)
class AlarmsDeadLetters:
    """`alarms.dead_letters`."""

    threshold: float | Output = 1


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """Figures of the function's alarms, all sent to `platform.alert_topic_arn`: the sum of errors in 300
    s, the average duration (ms) in two periods of 300 s, the throttles in 60 s, and the messages that
    wait in the dead-letter queue.
    """

    dead_letters: AlarmsDeadLetters | Output = AlarmsDeadLetters()
    duration: AlarmsDuration | Output = AlarmsDuration()
    errors: AlarmsErrors | Output = AlarmsErrors()
    throttles: AlarmsThrottles | Output = AlarmsThrottles()


@dataclass(frozen=True, kw_only=True)
class AllowListedEgress:
    """Subnets behind the network firewall ({ subnet_ids = values(module.network.egress_subnet_ids) }), for
    the function to run in instead of the private ones: from there it reaches the internet's hosts that
    the firewall allows, and no other. For what no endpoint and no private link offers. Null, the
    default: it stays where nothing is outside.
    """

    subnet_ids: Items[str] | Output


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
class DeadLetters:
    """Where an asynchronous event goes once its retries are used up: a queue of the function's own,
    encrypted with `platform.phi_key_arn` because the event may hold PHI. `enabled = false` is for
    functions that are only ever called synchronously; the catalogue (LAM-03) reports it.
    """

    enabled: bool | Output = True
    message_retention_days: float | Output = 14


@dataclass(frozen=True, kw_only=True)
class Egress:
    """What the function reaches in the VPC besides the endpoints, by a static name: a port of whatever has
    the security group, { database = { port = 5432, security_group_id = ... } }. That group must let the
    function in, too (output `security_group_id`).
    """

    port: float | Output
    security_group_id: str


@dataclass(frozen=True, kw_only=True)
class EventRules:
    """EventBridge rules that call the alias, one a name: on events that match `pattern` (JSON with a
    `source`) on the bus `bus_name`, or by `schedule` ("rate(1 day)", "cron(0 3 * * ? *)", in UTC).
    `input` (JSON) replaces the event. What can't be delivered within a day goes to the dead-letter
    queue, so the policy of `platform.phi_key_arn` must admit EventBridge (modules/encryption: services
    = ["events"]).
    """

    bus_name: str = "default"
    input: str | None = None
    pattern: str | None = None
    schedule: str | None = None


@dataclass(frozen=True, kw_only=True)
class Invokers:
    """AWS services that may invoke the alias, each pinned to the ARN of one thing in it: { uploads = {
    service = "s3.amazonaws.com", source_arn = ... } }. modules/api adds its own.
    """

    service: str
    source_arn: str


@dataclass(frozen=True, kw_only=True)
class PackageS3:
    """`package.s3`."""

    bucket: str
    hash: str
    key: str
    version: str | None = None


@dataclass(frozen=True, kw_only=True)
class Package:
    """The built code: a zip on this machine (`filename`), or an object in S3 (`s3`, with the base64
    SHA-256 of its content as `hash`). Terraform never builds it: `build_command` is what the message
    says where the zip is missing.
    """

    build_command: str = "make package"
    filename: str | None = None
    s3: PackageS3 | Output | None = None


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """What the function may do, one statement a name: { read_patients = { actions = ["dynamodb:GetItem"],
    resources = [arn], conditions = { StringEquals = { "kms:ViaService" = [...] } } } }. Logs, traces,
    network interfaces, dead letters and the environment key are there already.
    """

    actions: Items[str] | Output
    resources: Items[str] | Output
    conditions: Mapping[str, Mapping[str, Items[str]]] | Output = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlatformLogMasking:
    """`platform.log_masking`."""

    data_identifiers: Items[str] | Output = (
        "DrugEnforcementAgencyNumber-US",
        "EmailAddress",
        "HealthInsuranceClaimNumber-US",
        "MedicareBeneficiaryNumber-US",
        "PhoneNumber-US",
        "Ssn-US",
    )
    enabled: bool | Output = True


@dataclass(frozen=True, kw_only=True)
class PlatformLogExport:
    """`platform.log_export`."""

    role_arn: str
    stream_arn: str


@dataclass(frozen=True, kw_only=True)
class Platform:
    """The foundation that the function stands on. The root module gives exactly this object as its
    `function_platform` output.
    """

    alert_topic_arn: str
    endpoint_security_group_id: str
    environment_key_arn: str
    logs_key_arn: str
    phi_key_arn: str
    subnet_ids: Items[str] | Output
    vpc_id: str
    log_export: PlatformLogExport | Output | None = None
    log_masking: PlatformLogMasking | Output = PlatformLogMasking()
    permissions_boundary_arn: str | None = None
    prefix_list_ids: Mapping[str, str] | Output = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Queues:
    """SQS queues that the function consumes, one a name. Failures are reported message by message, so one
    bad message does not return its whole batch. `key_arn` is the queue's KMS key; the queue's
    visibility timeout must be at least the function's timeout (AWS advises six times it).
    """

    key_arn: str
    queue_arn: str
    batch_size: float | Output = 10
    batch_window: float | Output | None = None
    maximum_concurrency: float | Output | None = None


@dataclass(frozen=True, kw_only=True)
class Streams:
    """DynamoDB streams that the function reads from their beginning, one a name. `key_arn` is the table's
    KMS key. Failures are reported record by record and a failing batch is cut in two, so that one bad
    record is alone in the end; after `maximum_retries` its position (no data) goes to the dead-letter
    queue. The stream itself holds it for 24 hours. `filters` are patterns (JSON) of records that reach
    the function.
    """

    key_arn: str
    stream_arn: str
    batch_size: float | Output = 100
    batch_window: float | Output | None = None
    filters: Items[str] | Output = ()
    maximum_retries: float | Output = 10


class Function(TerraformModule):
    """modules/function: variables as arguments, outputs as properties."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        context: Context | Output,
        handler: str,
        name: str,
        package: Package | Output,
        platform: Platform | Output,
        alarms: Alarms | Output = Alarms(),
        allow_listed_egress: AllowListedEgress | Output | None = None,
        architecture: str = "arm64",
        asynchronous_retries: float | Output = 2,
        code_signing_config_arn: str | None = None,
        dead_letters: DeadLetters | Output = DeadLetters(),
        description: str = "",
        egress: Mapping[str, Egress] | Output = MappingProxyType({}),
        environment: Mapping[str, str] | Output = MappingProxyType({}),
        event_rules: Mapping[str, EventRules] | Output = MappingProxyType({}),
        invokers: Mapping[str, Invokers] | Output = MappingProxyType({}),
        log_retention_days: float | Output = 2557,
        memory_size: float | Output = 512,
        outside_vpc_reason: str | None = None,
        permissions: Mapping[str, Permissions] | Output = MappingProxyType({}),
        queues: Mapping[str, Queues] | Output = MappingProxyType({}),
        reserved_concurrency: float | Output | None = 20,
        runtime: str = "python3.13",
        snap_start: bool | Output = False,
        streams: Mapping[str, Streams] | Output = MappingProxyType({}),
        timeout: float | Output = 28,
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``context``: see ``Context``.

        ``handler``: Where Lambda enters the code, as in patient_api.handler.handler.

        ``name``: Name of the function after the prefix: patient-api becomes healthcare-patient-api.

        ``package``: see ``Package``.

        ``platform``: see ``Platform``.

        ``alarms``: see ``Alarms``.

        ``allow_listed_egress``: see ``AllowListedEgress``.

        ``architecture``: Processor of the function: arm64 or x86_64. The package must be built for it.

        ``asynchronous_retries``: How often Lambda tries an asynchronous event again that failed, 0 to 2,
        before it goes to the dead-letter queue.

        ``code_signing_config_arn``: ARN of a code signing configuration: only packages signed by its
        profiles are accepted.

        ``dead_letters``: see ``DeadLetters``.

        ``description``: What the function does, in a sentence. Shown in the console.

        ``egress``: What the function reaches in the VPC besides the endpoints, by a static name: a port of
        whatever has the security group, { database = { port = 5432, security_group_id = ... } }. That group
        must let the function in, too (output `security_group_id`).

        ``environment``: Environment variables, encrypted with `platform.environment_key_arn`. Never a
        secret: pass the ARN of a Secrets Manager secret instead.

        ``event_rules``: EventBridge rules that call the alias, one a name: on events that match `pattern`
        (JSON with a `source`) on the bus `bus_name`, or by `schedule` ("rate(1 day)", "cron(0 3 * * ? *)",
        in UTC). `input` (JSON) replaces the event. What can't be delivered within a day goes to the
        dead-letter queue, so the policy of `platform.phi_key_arn` must admit EventBridge
        (modules/encryption: services = ["events"]).

        ``invokers``: AWS services that may invoke the alias, each pinned to the ARN of one thing in it: {
        uploads = { service = "s3.amazonaws.com", source_arn = ... } }. modules/api adds its own.

        ``log_retention_days``: How long the function's log is kept. 2557 days are seven years; 0 keeps it
        for ever.

        ``memory_size``: Memory in MB. Processor time grows with it.

        ``outside_vpc_reason``: Why the function runs outside the VPC, in a sentence that stands in its tag
        `OutsideVpcReason`. Null, the default: it runs in the VPC. Outside, it has no network interface and
        no security group, and its code reaches the internet: for functions alone that see no health
        information and need what no endpoint offers. The catalogue (LAM-01) reports it. `platform` is given
        as ever.

        ``permissions``: What the function may do, one statement a name: { read_patients = { actions =
        ["dynamodb:GetItem"], resources = [arn], conditions = { StringEquals = { "kms:ViaService" = [...] }
        } } }. Logs, traces, network interfaces, dead letters and the environment key are there already.

        ``queues``: SQS queues that the function consumes, one a name. Failures are reported message by
        message, so one bad message does not return its whole batch. `key_arn` is the queue's KMS key; the
        queue's visibility timeout must be at least the function's timeout (AWS advises six times it).

        ``reserved_concurrency``: How many instances may run at once: a ceiling for cost and for what stands
        behind the function, and a share that no other function can take. null takes the account's shared
        pool; the catalogue (LAM-08) reports it. AWS keeps 100 of the account's limit unreserved: a new
        account, whose limit may be 10 in all, refuses every reservation until Service Quotas has raised it.

        ``runtime``: Lambda runtime. Only those that AWS still patches, as of 2025-11.

        ``snap_start``: Whether published versions start from a snapshot that was taken after their init
        (SnapStart): shorter cold starts, for a price by the snapshot and by each restore. For code that
        draws nothing random and opens nothing at init, whose instances would share it.

        ``streams``: DynamoDB streams that the function reads from their beginning, one a name. `key_arn` is
        the table's KMS key. Failures are reported record by record and a failing batch is cut in two, so
        that one bad record is alone in the end; after `maximum_retries` its position (no data) goes to the
        dead-letter queue. The stream itself holds it for 24 hours. `filters` are patterns (JSON) of records
        that reach the function.

        ``timeout``: Seconds after which an invocation is ended. Behind API Gateway at most 28: the gateway
        itself gives up after 29.
        """
        super().__init__(
            scope,
            id_,
            source=source,
            version=version,
            providers=providers,
            depends_on=depends_on,
            variables={
                "context": context,
                "handler": handler,
                "name": name,
                "package": package,
                "platform": platform,
                "alarms": alarms,
                "allow_listed_egress": allow_listed_egress,
                "architecture": architecture,
                "asynchronous_retries": asynchronous_retries,
                "code_signing_config_arn": code_signing_config_arn,
                "dead_letters": dead_letters,
                "description": description,
                "egress": egress,
                "environment": environment,
                "event_rules": event_rules,
                "invokers": invokers,
                "log_retention_days": log_retention_days,
                "memory_size": memory_size,
                "outside_vpc_reason": outside_vpc_reason,
                "permissions": permissions,
                "queues": queues,
                "reserved_concurrency": reserved_concurrency,
                "runtime": runtime,
                "snap_start": snap_start,
                "streams": streams,
                "timeout": timeout,
            },
        )

    @property
    def alarm_names(self) -> Output:
        """Names of the function's alarms, by what they watch."""
        return self.output("alarm_names")

    @property
    def alias_arn(self) -> Output:
        """ARN of the alias: what callers that are roles may be allowed to invoke."""
        return self.output("alias_arn")

    @property
    def alias_name(self) -> Output:
        """Name of the alias, the qualifier of every call."""
        return self.output("alias_name")

    @property
    def arn(self) -> Output:
        """ARN of the function, unqualified."""
        return self.output("arn")

    @property
    def dead_letter_queue_arn(self) -> Output:
        """ARN of the dead-letter queue, or null where it is off."""
        return self.output("dead_letter_queue_arn")

    @property
    def function_name(self) -> Output:
        """Name of the function."""
        return self.output("function_name")

    @property
    def invoke_arn(self) -> Output:
        """What API Gateway calls: the alias's invocation path."""
        return self.output("invoke_arn")

    @property
    def log_group_name(self) -> Output:
        """Name of the function's log group."""
        return self.output("log_group_name")

    @property
    def role_arn(self) -> Output:
        """ARN of the execution role."""
        return self.output("role_arn")

    @property
    def role_name(self) -> Output:
        """Name of the execution role."""
        return self.output("role_name")

    @property
    def security_group_id(self) -> Output:
        """The function's own security group, for rules of what it may reach besides the endpoints. Null
        outside the VPC.
        """
        return self.output("security_group_id")
