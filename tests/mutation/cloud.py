"""The deployed stack as mutations see it: boto3 clients, and what is where."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

import boto3
from hipaa_policies.facts import Account
from hipaa_policies.facts.functions import Function
from hipaa_policies.facts.keys import Key
from hipaa_policies.facts.messaging import Queue
from hipaa_policies.facts.stores import Bucket

FOREIGN = "999999999999"


class Cloud:
    """The compliant account, and clients to break it with. ``touched`` are the services that were asked
    for since it was last emptied: what a reader must look at again."""

    def __init__(self, session: boto3.Session, account: Account) -> None:
        self.account = account
        self.touched: set[str] = set()
        self._session = session
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        self.touched.add(service)
        if service not in self._clients:
            self._clients[service] = self._session.client(service)  # type: ignore[call-overload]
        return self._clients[service]

    # --- what is where -----------------------------------------------------------------------

    @property
    def root(self) -> str:
        """What findings about the whole account are about."""
        return self.account.arn

    @cached_property
    def function(self) -> Function:
        return next(f for f in self.account.functions.items if f.name.endswith("-patient-api"))

    @property
    def role(self) -> str:
        """The name of the function's role."""
        return self.function.role_arn.rpartition("/")[2]

    @cached_property
    def trail(self) -> Any:
        return self.account.trails.items[0]

    @cached_property
    def archive(self) -> Bucket:
        """The bucket that the trail writes to."""
        return next(b for b in self.account.buckets.items if b.name == self.trail.bucket)

    @cached_property
    def stage(self) -> Any:
        return self.account.stages.items[0]

    @cached_property
    def pool(self) -> Any:
        return self.account.user_pools.items[0]

    @cached_property
    def topic(self) -> Any:
        return self.account.topics.items[0]

    @cached_property
    def dead_letters(self) -> str:
        """The URL of the function's dead-letter queue."""
        name = str(self.function.dead_letter_arn).rpartition(":")[2]
        return str(self._session.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])

    def key(self, alias: str) -> Key:
        """The key whose alias ends so."""
        return next(k for k in self.account.keys.items if any(a.endswith(alias) for a in _aliases(k)))

    @property
    def spare_key(self) -> Key:
        """A sound key that nothing uses (``with_spare_key``): to be broken without side effects."""
        return self.key("-mutation-spare")

    def bucket(self, name: str) -> Bucket:
        """The bucket that was named so (its whole name ends with the account)."""
        return next(b for b in self.account.buckets.items if b.name.endswith(f"-{name}-{self.account.id}"))

    def queue(self, name: str) -> Queue:
        return next(q for q in self.account.queues.items if q.name.endswith(name))

    def queue_url(self, queue: Queue) -> str:
        return str(self._session.client("sqs").get_queue_url(QueueName=queue.name)["QueueUrl"])

    def function_named(self, name: str) -> Function:
        return next(f for f in self.account.functions.items if f.name.endswith(name))

    def bus(self, name: str) -> Any:
        return next(b for b in self.account.event_buses.items if b.name.endswith(name))

    def alarmed(self) -> tuple[tuple[str, str], ...]:
        """What has alarms on the one topic: it fails where that topic is closed to CloudWatch."""
        functions = (("ALM-01", function.arn) for function in self.account.functions.items)
        databases = (("RDS-05", database.arn) for database in self.account.databases.items)
        whole = ((control, self.root) for control in ("ALM-02", "ALM-03", "IAM-10"))
        return (*functions, *databases, *whole)

    def table(self, name: str) -> Any:
        return next(t for t in self.account.tables.items if t.name.endswith(name))

    # --- what many mutations do --------------------------------------------------------------

    def configure(self, **settings: Any) -> None:
        """Change the function's configuration."""
        self.client("lambda").update_function_configuration(FunctionName=self.function.name, **settings)

    def permit(self, role: str, name: str, *statements: dict[str, Any]) -> None:
        """Give a role an inline policy."""
        self.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=policy(*statements))

    def forbid(self, role: str, name: str) -> None:
        self.client("iam").delete_role_policy(RoleName=role, PolicyName=name)

    def alarm(self, name: str) -> dict[str, Any]:
        """An alarm as ``put_metric_alarm`` takes it."""
        client = self.client("cloudwatch")
        known = set(client.meta.service_model.operation_model("PutMetricAlarm").input_shape.members)
        answer = client.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
        return {key: value for key, value in answer.items() if key in known and value not in (None, [], "")}


def _aliases(key: Key) -> tuple[str, ...]:
    return key.aliases if isinstance(key.aliases, tuple) else ()


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str], **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def with_statement(document: str, statement: dict[str, Any]) -> str:
    """A policy with one more statement."""
    parsed = json.loads(document)
    return json.dumps({**parsed, "Statement": [*parsed["Statement"], statement]})


PUBLIC = {"Principal": {"AWS": "*"}}
STRANGER = {"Principal": {"AWS": f"arn:aws:iam::{FOREIGN}:root"}}
