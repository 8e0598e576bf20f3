"""Whose documents a caller may see, and how confidential ones: judged here, whatever was judged before.

The orchestrator has judged already. It is the side that talks to a model, and its word is no ground for
disclosure: relationship and labels are looked up again, so that what was withdrawn in between is withdrawn.
There is no break glass here: the record itself is for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from healthcare.callers import Caller
from healthcare.problems import forbidden
from healthcare.relationships import TREATMENT, Relationships

from rag_retrieval.store import Scope


@dataclass(frozen=True, slots=True)
class Judge:
    """`labels` are the access labels that members of a role may see. A role that is not in it adds none."""

    relationships: Relationships
    labels: Mapping[str, frozenset[str]]

    def scope(self, caller: Caller, patient_id: str) -> Scope:
        """What this caller may see of this patient; Problem 403 where that is nothing, 503 from DynamoDB."""
        if not caller.is_a("Provider"):
            raise forbidden()
        relationship = self.relationships.find(caller.subject, patient_id)
        if relationship is None or relationship.kind != TREATMENT:
            raise forbidden()
        labels = frozenset[str]().union(*(self.labels.get(role, frozenset()) for role in caller.roles))
        if relationship.access_labels is not None:
            labels &= relationship.access_labels
        if not labels:
            raise forbidden()
        return Scope(patient_id, labels)
