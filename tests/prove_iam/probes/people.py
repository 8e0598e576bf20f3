"""Who treats whom, beyond the story's own rows."""

from __future__ import annotations

import time
from typing import Any

from scripts.demo.people import Person
from scripts.demo.story import decode_unverified
from tests.prove_iam.world import World

AN_HOUR = 3600


def treats(world: World, person: Person, patient: str, **changes: Any) -> None:
    """A row in the table of relationships, good for an hour."""
    row = {
        "principal": {"S": subject(world, person)},
        "patient_id": {"S": patient},
        "relationship": {"S": "treatment"},
        "expires_at": {"N": str(int(time.time()) + AN_HOUR)},
    }
    table = world.deployment.outputs["relationship_table"]
    world.deployment.client("dynamodb").put_item(TableName=table, Item=row | changes)


def subject(world: World, person: Person) -> str:
    return str(decode_unverified(world.story.tokens[person.username])["sub"])
