"""Steer a running local cloud from a test or a shell: fire rules, inject faults, hurry retries, read mail.

Requests go to ``<endpoint>/_local_cloud/...`` on the loopback, with the administrator's secret key.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from scripts.local_cloud.fault import Fault
from scripts.local_cloud.state import State

PREFIX = "/_local_cloud/"


class ControlError(Exception):
    """The local cloud did not do it; the message says why."""


class Control:
    def __init__(self, state: State) -> None:
        self.state = state

    def fire(self, rule: str, event: dict[str, Any] | None = None, bus: str = "default") -> list[str]:
        """Send a rule's targets an event now: ``event``, or for a schedule the one that it would send.

        Returns the targets' ARNs. Raises ``ControlError`` for a rule that does not exist, is disabled or does
        not match, and where a target could not be reached.
        """
        answer = self.ask("POST", "fire", {"rule": rule, "event": event, "bus": bus})
        targets: list[str] = answer["targets"]
        return targets

    def set_faults(self, faults: Sequence[Fault], seed: int = 0) -> None:
        """Replace the plan of faults; counts begin anew. An empty plan switches them off."""
        self.ask("PUT", "faults", {"seed": seed, "faults": [asdict(fault) for fault in faults]})

    def faults(self) -> dict[str, Any]:
        """The plan, with ``matched`` and ``injected`` for each fault."""
        return self.ask("GET", "faults")

    def describe_faults(self) -> str:
        """A line a fault, to be printed by tests."""
        report = self.faults()
        lines = [
            f"  {fault['kind']} {fault['service']}:{fault['operation']} by {fault['role'] or 'anybody'}: "
            f"{fault['injected']} of {fault['matched']} calls"
            for fault in report["faults"]
        ]
        return "\n".join([f"faults, seed {report['seed']}:", *lines])

    def mail(self) -> list[dict[str, Any]]:
        """The e-mails that SES took, oldest first: ``to`` (addresses), ``subject``, ``body``."""
        letters: list[dict[str, Any]] = self.ask("GET", "mail")["mail"]
        return letters

    def hurry_failed_messages(self, seconds: float | None) -> None:
        """Let messages that a function failed on come back after ``seconds``; None: as the queue says."""
        self.ask("PUT", "settings", {"failed_messages_after_seconds": seconds})

    def end_idle_environments(self) -> None:
        """Let the next invocation of each function be a cold start: nothing that one remembers is left."""
        self.ask("DELETE", "environments")

    def record(self, label: str | None) -> list[dict[str, Any]]:
        """Keep IAM's judgements under ``label`` from now on (None: keep none); return what was kept before.

        Of each: label, principal, action, resource, context, decision, needs_role.
        """
        judgements: list[dict[str, Any]] = self.ask("PUT", "recording", {"label": label})["judgements"]
        return judgements

    def github_token(self, subject: str, audience: str = "sts.amazonaws.com", **claims: str) -> str:
        """An identity token as a workflow of GitHub's gets it, for STS's AssumeRoleWithWebIdentity."""
        body = {"claims": {"sub": subject, "aud": audience, **claims}}
        return str(self.ask("POST", "github-token", body)["token"])

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310  # the state's endpoint is http on the loopback
            self.state.endpoint_url + PREFIX + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.state.secret_access_key}"},
        )
        # No proxy stands between this machine and itself.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request) as response:
                answer: dict[str, Any] = json.load(response)
        except urllib.error.HTTPError as error:
            raise ControlError(json.load(error).get("message", error.reason)) from error
        return answer
