"""A Mermaid flowchart that says what its nodes are, and a plan that holds it to that.

In the drawing's source a comment names, for each node, addresses of the root module (``*`` matches)::

    %% queue: module.hl7_queue.aws_sqs_queue.*, module.fhir_queue.*
    %% people: outside
    queue["HL7 queue"]
    queue --> ingest

``outside`` is what no plan has: people, AWS itself. Mermaid and GitHub ignore the comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from scripts.site.plan_facts import PlanFacts, top
from scripts.site.problems import SiteError

OUTSIDE = "outside"
_ANNOTATION = re.compile(r"^%% (\w+): (.+)$")
_NODE = re.compile(r"^(\w+)[\[({].*[\])}]$")
_EDGE = re.compile(r'^(\w+) (?:-->|-- "[^"]*" -->|-\.->|-\. "[^"]*" \.->|<-->|-- "[^"]*" ---|---) (\w+)$')
_OTHER = re.compile(r"^(flowchart|subgraph|end$|direction|accTitle:|accDescr:|%% )")
# What keeps things for others: an edge between a function and one of these has to be in the configuration.
_STORES = ("aws_dynamodb_table", "aws_s3_bucket", "aws_sqs_queue")
_FUNCTION = "aws_lambda_function"


@dataclass(frozen=True)
class Diagram:
    """What each node stands for, and which nodes an edge joins."""

    nodes: frozenset[str]
    meaning: dict[str, tuple[str, ...]]
    edges: tuple[tuple[str, str], ...]


def parse(source: str) -> Diagram:
    """Read a flowchart that has one statement a line. Raises ``SiteError`` for a line it does not know."""
    nodes, meaning, edges = set(), {}, []
    for line in filter(None, (line.strip() for line in source.splitlines())):
        if match := _ANNOTATION.match(line):
            meaning[match.group(1)] = tuple(part.strip() for part in match.group(2).split(","))
        elif match := _EDGE.match(line):
            edges.append((match.group(1), match.group(2)))
        elif _OTHER.match(line):
            continue
        elif match := _NODE.match(line):
            nodes.add(match.group(1))
        else:
            raise SiteError(f"This line of a diagram is neither a node, an edge nor a comment: {line}")
    return Diagram(frozenset(nodes), meaning, tuple(edges))


def is_annotated(source: str) -> bool:
    return any(_ANNOTATION.match(line.strip()) for line in source.splitlines())


def problems(diagram: Diagram, plan: PlanFacts) -> Iterator[str]:
    """Nodes that say nothing or something untrue, and edges that the configuration does not have."""
    for node in sorted(diagram.nodes - set(diagram.meaning)):
        yield f"{node} does not say what it is: add `%% {node}: <addresses>` or `%% {node}: {OUTSIDE}`"
    for node in sorted(set(diagram.meaning) - diagram.nodes):
        yield f"`%% {node}:` speaks of a node that is not drawn"
    for node, patterns in sorted(diagram.meaning.items()):
        for pattern in patterns:
            if pattern != OUTSIDE and not any(fnmatchcase(address, pattern) for address in plan.addresses):
                yield f"{node}: the plan has no {pattern}"
    for start, end in diagram.edges:
        if missing := [node for node in (start, end) if node not in diagram.nodes]:
            yield f"an edge joins {start} and {end}: {', '.join(missing)} is no node"
        elif not joined(diagram, plan, start, end):
            yield f"{start} and {end} are joined by an edge, and nothing in the configuration joins them"


def joined(diagram: Diagram, plan: PlanFacts, start: str, end: str) -> bool:
    """Whether one of the two is given the other.

    Asked of a function and a store alone, where a setting and a permission are a reference.
    """
    sides = [modules_of(diagram, plan, node) for node in (start, end)]
    kinds = [types_of(diagram, plan, node) for node in (start, end)]
    for function, store in ((0, 1), (1, 0)):
        if (
            _FUNCTION in kinds[function]
            and kinds[store].intersection(_STORES)
            and _FUNCTION not in kinds[store]
        ):
            return any(
                refers(plan, one, other) or refers(plan, other, one)
                for one in sides[function]
                for other in sides[store]
            )
    return True


def refers(plan: PlanFacts, user: str, used: str) -> bool:
    """Whether ``user`` is given ``used``, directly or by a local named for it: ``local.hl7_queue_arn``."""
    name = used.removeprefix("module.")
    return any(
        reference == used or reference.startswith((f"local.{name}", f"local._{name}"))
        for reference in plan.references.get(user, ())
    )


def modules_of(diagram: Diagram, plan: PlanFacts, node: str) -> set[str]:
    return {top(address) for address in _addresses(diagram, plan, node)}


def types_of(diagram: Diagram, plan: PlanFacts, node: str) -> set[str]:
    return {address.split(".")[-2] for address in _addresses(diagram, plan, node)}


def _addresses(diagram: Diagram, plan: PlanFacts, node: str) -> list[str]:
    patterns = diagram.meaning.get(node, ())
    return [
        address for address in plan.addresses if any(fnmatchcase(address, pattern) for pattern in patterns)
    ]


def left_out(diagrams: list[Diagram], plan: PlanFacts) -> set[str]:
    """Modules and resources of the root module that no node of any of the diagrams names.

    A node for all of a kind (``module.*_table.*``) names none: a new one would hide in it.
    """
    named = {
        pattern
        for diagram in diagrams
        for node in diagram.nodes
        for pattern in diagram.meaning.get(node, ())
        if "*" not in top(pattern)
    }
    drawn = {address for address in plan.addresses if any(fnmatchcase(address, pattern) for pattern in named)}
    return plan.top_level() - {top(address) for address in drawn}


def missing_edges(diagrams: list[Diagram], plan: PlanFacts) -> Iterator[str]:
    """Functions and stores that the configuration joins and that no edge of any of the diagrams does."""
    drawn = {
        frozenset((one, other))
        for diagram in diagrams
        for start, end in diagram.edges
        for one in modules_of(diagram, plan, start)
        for other in modules_of(diagram, plan, end)
    }
    functions = _modules_with(plan, (_FUNCTION,))
    for function in sorted(functions):
        for store in sorted(_modules_with(plan, _STORES) - functions):
            joins = refers(plan, function, store) or refers(plan, store, function)
            if joins and frozenset((function, store)) not in drawn:
                yield f"{function} uses {store}, and no edge says so"


def _modules_with(plan: PlanFacts, types: tuple[str, ...]) -> set[str]:
    return {top(address) for address in plan.addresses if address.split(".")[-2] in types}
