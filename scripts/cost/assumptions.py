"""What no plan says: how large a request is, how many people sign in, how long a function runs."""

# ruff: noqa: RUF009 (assumed() makes a dataclasses.field)
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation


class AssumptionError(Exception):
    """An assumption that was given cannot be taken; the message says why."""


def assumed(value: str, meaning: str) -> Decimal:
    """A field whose default is ``value`` and whose ``meaning`` the report prints."""
    default: Decimal = field(default=Decimal(value), metadata={"meaning": meaning})
    return default


@dataclass(frozen=True)
class Assumptions:
    """Each has a default, a sentence that the report prints, and can be set with ``--assume NAME=NUMBER``."""

    active_users: Decimal = assumed("100", "people who sign in within the month")
    audit_rows: Decimal = assumed(
        "2", "audit rows a request writes: the attempt and the outcome (docs/patient_api.md)"
    )
    archive_gb: Decimal = assumed("1", "GB in each bucket")
    aurora_backup_gb: Decimal = assumed("10", "GB of Aurora backups beyond the database's own size")
    aurora_gb: Decimal = assumed("10", "GB in each Aurora cluster")
    backup_gb: Decimal = assumed("1", "GB in each plan of AWS Backup")
    custom_metrics: Decimal = assumed(
        "6", "metrics of its own that the function that serves requests publishes"
    )
    dynamodb_gb: Decimal = assumed("1", "GB in each table, and as much in its point-in-time recovery")
    endpoint_kilobytes: Decimal = assumed("20", "KB a request sends through interface endpoints")
    export_rounding: Decimal = assumed(
        "2", "times that Firehose's rounding up to 5 KB makes the exported logs"
    )
    flow_log_kilobytes: Decimal = assumed("0.5", "KB of flow logs a request leaves")
    function_log_kilobytes: Decimal = assumed("1.5", "KB a request leaves in its function's log")
    api_log_kilobytes: Decimal = assumed("1.5", "KB a request leaves in the API's access and execution logs")
    waf_log_kilobytes: Decimal = assumed("2", "KB a request leaves in the WAF's log")
    idle_log_gb: Decimal = assumed("0.05", "GB each log group takes in a month in which nobody asks anything")
    idle_management_events: Decimal = assumed(
        "50000", "management events of an account in which nobody asks anything"
    )
    kms_requests: Decimal = assumed("1", "KMS calls a request makes; they are management events too")
    log_compression: Decimal = assumed(
        "0.15", "of a log's size is what is kept of it: CloudWatch compresses, then bills"
    )
    memory_megabytes: Decimal = assumed(
        "0", "MB of the function that serves requests; 0: what the plan gives patient_api"
    )
    polls_a_minute: Decimal = assumed(
        "15", "times Lambda asks an empty queue: 5 pollers, each waiting 20 seconds"
    )
    reads: Decimal = assumed("2", "DynamoDB items a request reads, consistently, up to 4 KB each")
    response_kilobytes: Decimal = assumed("5", "KB of a response")
    seconds: Decimal = assumed(
        "1", "seconds a request runs (the guide's; docs/benchmarks.md has what was measured)"
    )
    snapshots: Decimal = assumed("1", "published versions of each SnapStart function that are kept")
    traced: Decimal = assumed(
        "1", "of the requests are traced: X-Ray takes the first of every second, so at this rate all"
    )
    trail_event_kilobytes: Decimal = assumed("1.5", "KB of one event in the trail's log")

    def changed(self, given: Iterable[str]) -> Assumptions:
        """With each ``NAME=NUMBER``. Raises ``AssumptionError`` for an unknown name or a bad number."""
        values: dict[str, Decimal] = {}
        known = {item.name for item in fields(self)}
        for text in given:
            name, _, number = text.partition("=")
            if name not in known:
                raise AssumptionError(
                    f"There is no assumption {name!r}. There are: {', '.join(sorted(known))}."
                )
            try:
                values[name] = Decimal(number)
            except InvalidOperation as error:
                raise AssumptionError(f"{text!r} has no number. Say {name}=1.5, for instance.") from error
            if not values[name].is_finite() or values[name] < 0:
                raise AssumptionError(f"{text!r} must not be below 0, nor infinite.")
        return replace(self, **values)

    def sentences(self) -> list[str]:
        return [
            f"{item.name} = {getattr(self, item.name)}: {item.metadata['meaning']}" for item in fields(self)
        ]
