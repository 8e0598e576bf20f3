"""The other end of ``control``: what the running cloud does when it is steered."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request, Response

from scripts.local_cloud.administrator import REGION
from scripts.local_cloud.authorization.recording import RECORDING
from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.control import PREFIX, ControlError
from scripts.local_cloud.event_sources.mapping import Settings
from scripts.local_cloud.event_sources.rules import Rules
from scripts.local_cloud.fault import read_fault
from scripts.local_cloud.faults import Faults
from scripts.local_cloud.web_identity import issue

Action = Callable[[Any], dict[str, Any]]


class ControlDesk:
    def __init__(
        self,
        secret: str,
        faults: Faults,
        settings: Settings,
        rules: Rules,
        end_idle_environments: Callable[[], None],
    ) -> None:
        self.secret = secret
        self.faults = faults
        self.settings = settings
        self.rules = rules
        self.end_idle_environments = end_idle_environments
        self.actions: dict[tuple[str, str], Action] = {
            ("POST", "fire"): self.fire,
            ("GET", "faults"): lambda _body: self.faults.report(),
            ("PUT", "faults"): self.set_faults,
            ("PUT", "settings"): self.set_settings,
            ("GET", "mail"): lambda _body: {"mail": sent_mail()},
            ("PUT", "recording"): self.set_recording,
            ("POST", "github-token"): lambda body: {"token": issue(body["claims"])},
            ("DELETE", "environments"): self.delete_environments,
        }

    def answer(self, environ: dict[str, Any]) -> Response:
        request = Request(environ)
        body = request.get_data()
        # Functions run on this machine, too: the loopback address alone proves nothing.
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.secret.encode()):
            return reply(403, {"message": "the administrator's secret key is missing"})
        action = self.actions.get((request.method, request.path.removeprefix(PREFIX)))
        if action is None:
            return reply(404, {"message": "there is no such control"})
        try:
            return reply(200, action(json.loads(body) if body else {}))
        except (ControlError, KeyError, TypeError, ValueError) as error:
            return reply(400, {"message": f"{type(error).__name__}: {error}"})

    def fire(self, body: Any) -> dict[str, Any]:
        return {"targets": self.rules.fire(body["rule"], body.get("event"), body.get("bus") or "default")}

    def set_faults(self, body: Any) -> dict[str, Any]:
        self.faults.set_plan([read_fault(fault) for fault in body["faults"]], int(body.get("seed", 0)))
        return self.faults.report()

    def set_settings(self, body: Any) -> dict[str, Any]:
        seconds = body["failed_messages_after_seconds"]
        self.settings.failed_messages_after_seconds = None if seconds is None else float(seconds)
        return {}

    def delete_environments(self, _body: Any) -> dict[str, Any]:
        self.end_idle_environments()
        return {}

    def set_recording(self, body: Any) -> dict[str, Any]:
        """What was recorded until now; from now on it is kept under the new label."""
        RECORDING.begin(None if body["label"] is None else str(body["label"]))
        return {"judgements": RECORDING.take()}


def sent_mail() -> list[dict[str, Any]]:
    """What SES would have delivered. Only simple messages: raw ones are not taken apart here."""
    letters = backend_of("ses", REGION).sent_messages
    return [
        {"to": letter.destinations["ToAddresses"], "subject": letter.subject, "body": letter.body}
        for letter in letters
        if hasattr(letter, "subject")
    ]


def reply(status: int, body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")
