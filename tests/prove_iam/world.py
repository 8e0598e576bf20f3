"""What probes play in: a deployment, the story's people, and a wait that ends soon once IAM has refused."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from scripts.demo.people import EVERYONE, MARIA, SAM, SignIn, relate
from scripts.demo.story import Story
from scripts.local_cloud.control import Control
from scripts.local_deployment import LocalDeployment

Found = TypeVar("Found")
LONGEST_SECONDS = 120.0  # for a busy machine; what is waited for usually takes a second
# After the first refusal, at least. Messages that failed come back after half a second: several tries go by.
AFTER_REFUSAL_SECONDS = 3.0
# And so many times what the same wait took at its longest: a refusal may have done no harm.
SLOWER = 2
FAILED_MESSAGES_AFTER_SECONDS = 0.5
PAUSE_SECONDS = 0.2


class ProbeFailedError(Exception):
    """The stack did not do what the probe expects; the message says what."""


@dataclass(frozen=True)
class Probe:
    """A short end-to-end test that leaves nothing behind which another run of it would stumble over.

    ``functions`` are those that it exercises, by their names in ``environments/local``'s outputs.
    """

    name: str
    functions: tuple[str, ...]
    play: Callable[[World], None]


@dataclass
class World:
    """``judgements`` are those of IAM since ``listen``, as ``Control.record`` gives them.

    ``took``: the longest that a wait ended well after, in seconds, by the label and by what was waited for.
    """

    deployment: LocalDeployment
    story: Story
    control: Control
    judgements: list[dict[str, Any]] = field(default_factory=list)
    label: str | None = None
    refused: Callable[[dict[str, Any]], bool] = lambda _judgement: False
    took: dict[tuple[str | None, str], float] = field(default_factory=dict)

    @classmethod
    def of(cls, deployment: LocalDeployment) -> World:
        """One without people."""
        return cls(deployment, Story(deployment), Control(deployment.state))

    @classmethod
    def enter(cls, deployment: LocalDeployment) -> World:
        """Sign the story's people in, as if nobody had before."""
        story, control = Story(deployment), Control(deployment.state)
        forget_people(deployment)
        control.set_faults([])
        control.hurry_failed_messages(FAILED_MESSAGES_AFTER_SECONDS)
        sign_in = SignIn(deployment)
        for person in EVERYONE:
            relate(deployment, person, sign_in.create(person))
            story.tokens[person.username] = sign_in.token(person)
        story.create_records()
        return cls(deployment, story, control)

    def leave(self) -> None:
        self.control.record(None)
        self.control.hurry_failed_messages(None)

    # --- listening to IAM ----------------------------------------------------------------------

    def listen(self, label: str, refused: Callable[[dict[str, Any]], bool] | None = None) -> None:
        """Begin anew; ``refused`` says which judgements end a wait."""
        self.control.record(label)
        self.label, self.judgements = label, []
        self.refused = refused or (lambda _judgement: False)

    def hear(self) -> bool:
        """Take what IAM has said since; whether there was a refusal that ends a wait."""
        self.judgements += self.control.record(self.label)
        return any(self.refused(judgement) for judgement in self.judgements)

    # --- for probes ----------------------------------------------------------------------------

    def until(self, look: Callable[[], Found | None], what: str) -> Found:
        """What ``look`` finds, asked again and again. Raises ``ProbeFailedError``."""
        began, heard, wait = time.monotonic(), False, (self.label, what)
        deadline = began + LONGEST_SECONDS
        while not (found := look()):
            if not heard and self.hear():
                patience = max(AFTER_REFUSAL_SECONDS, SLOWER * self.took.get(wait, 0.0))
                heard, deadline = True, time.monotonic() + patience
            if time.monotonic() > deadline:
                raise ProbeFailedError(f"not there: {what}")
            time.sleep(PAUSE_SECONDS)
        self.took[wait] = max(self.took.get(wait, 0.0), time.monotonic() - began)
        return found

    def check(self, holds: object, what: str) -> None:
        if not holds:
            raise ProbeFailedError(f"expected: {what}")

    def fresh(self, prefix: str) -> str:
        """A name that no other run has."""
        return f"{prefix}{uuid.uuid4().hex[:12]}"

    def function(self, name: str) -> str:
        return str(self.deployment.outputs["function_names"][name])

    def role(self, name: str) -> str:
        return str(self.deployment.outputs["role_names"][name])

    def invoke(self, name: str, payload: object, qualifier: str = "live") -> Any:
        """What the function answers, or its error as Lambda has it."""
        answer = self.deployment.client("lambda").invoke(
            FunctionName=self.function(name), Qualifier=qualifier, Payload=json.dumps(payload)
        )
        return json.loads(answer["Payload"].read())


def forget_people(deployment: LocalDeployment) -> None:
    """Undo an earlier ``World.enter`` on the same deployment."""
    cognito, pool = deployment.client("cognito-idp"), deployment.outputs["user_pool_id"]
    for person in EVERYONE:
        with contextlib.suppress(cognito.exceptions.UserNotFoundException):
            cognito.admin_delete_user(UserPoolId=pool, Username=person.username)
    for patient in (MARIA, SAM):
        deployment.client("dynamodb").delete_item(
            TableName=deployment.outputs["patient_table"], Key={"patient_id": {"S": patient}}
        )
