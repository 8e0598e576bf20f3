"""The HL7 queue's function: batches of ten messages against ten invocations with one each.

The packaged zip in AWS's own runtime client, with an AWS that answers at once. Each way in turn, in processes
of its own: what a process took to start is taken off its CPU.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
import zipfile
from pathlib import Path

from scripts.local_deployment import host_architecture
from scripts.package_functions import package
from tests.bench import canned_aws
from tests.bench.functions import Process, Unpacked
from tests.reliability.facts import facts
from tests.reliability.messages import er7

MESSAGES, ROUNDS = 500, 3
VARIABLES = {
    "AUDIT_TABLE": "audit",
    "CONTROL_ID_DAYS": "365",
    "EVENT_BUS": "bus",
    "HL7_TABLE": "patient-events",
    "MAXIMUM_MESSAGE_BYTES": "20971520",
    "MESSAGE_BUCKET": "messages",
    "PATIENT_IDENTIFIER": json.dumps(
        {"namespace_id": "MAIN", "oid": "2.16.840.1.113883.19.5", "system": "urn:bench", "type": "MR"}
    ),
    "POWERTOOLS_METRICS_NAMESPACE": "Healthcare/Messages",
    "PROCESSING_IDS": "P",
    "TIME_ZONE": "UTC",
}


def main() -> None:
    endpoint_url = canned_aws.start()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        package(["hl7_ingest"], host_architecture(), Path(folder) / "dist")
        zipfile.ZipFile(Path(folder) / "dist" / "hl7_ingest.zip").extractall(Path(folder) / "hl7_ingest")
        function = Unpacked(Path(folder) / "hl7_ingest", "hl7_ingest.handler.handler")
        sizes = (10, 1)
        found: dict[int, list[tuple[float, float]]] = {size: [] for size in sizes}
        for _ in range(ROUNDS):
            for size in sizes:
                found[size].append(measure(function, endpoint_url, size))
    show({size: (median(rounds, 0), median(rounds, 1)) for size, rounds in found.items()})


def median(rounds: list[tuple[float, float]], place: int) -> float:
    return statistics.median(values[place] for values in rounds)


def show(found: dict[int, tuple[float, float]]) -> None:
    print(f"\nHL7 queue, {MESSAGES} messages, median of {ROUNDS} rounds, in turn; warm, AWS answers at once")
    print(f"  {'messages in one':<16} {'invocations':>11} {'CPU a message':>14} {'time a message':>15}")
    for size, (cpu, wall) in found.items():
        print(f"  {size:<16} {MESSAGES // size:>11} {cpu * 1e3:>11.2f} ms {wall * 1e3:>12.2f} ms")
    (cpu, wall), (cpu_single, wall_single) = found[10], found[1]
    print(f"  single / batch   {10:>10}x {cpu_single / cpu:>13.2f}x {wall_single / wall:>14.2f}x")


def measure(function: Unpacked, endpoint_url: str, size: int) -> tuple[float, float]:
    """CPU and wall seconds a message, without the start and the first invocation."""
    bodies = [er7(fact, f"bench-{number}") for number, fact in enumerate(facts(MESSAGES, 1))]
    # The first brings what is imported late, and the connections.
    idle = Process(function, endpoint_url, VARIABLES)
    deliver(idle, bodies[:1], 0)
    start = idle.end()
    process = Process(function, endpoint_url, VARIABLES)
    deliver(process, bodies[:1], 0)
    began = time.perf_counter()
    for first in range(0, MESSAGES, size):
        deliver(process, bodies[first : first + size], first)
    wall = time.perf_counter() - began
    return (process.end() - start) / MESSAGES, wall / MESSAGES


def deliver(process: Process, bodies: list[str], first: int) -> None:
    """One invocation, which must leave nothing to be delivered again."""
    records = [record(body, first + number) for number, body in enumerate(bodies)]
    _, answer = process.ask(json.dumps({"Records": records}).encode())
    if json.loads(answer) != {"batchItemFailures": []}:
        raise RuntimeError(f"the function answered {answer.decode()[:500]}")


def record(body: str, number: int) -> dict[str, object]:
    return {
        "messageId": f"00000000-0000-4000-8000-{number:012}",
        "receiptHandle": "bench",
        "body": body,
        "attributes": {"SentTimestamp": "1767225600000", "ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:healthcare-hl7",
        "awsRegion": "us-east-1",
    }


if __name__ == "__main__":
    main()
