"""One run: faults on, everything sent, the queue empty, faults off, the books judged."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from scripts.local_cloud.control import Control
from scripts.local_deployment import LocalDeployment
from tests.reliability.ehr import Ehr, say
from tests.reliability.messages import traffic
from tests.reliability.report import Report, judge
from tests.reliability.trouble import faults_of_hl7, injected

FAILED_MESSAGES_AFTER_SECONDS = 1.0  # instead of the queue's six minutes


def run(deployment: LocalDeployment, messages: int, seed: int, *, progress: bool = False) -> Report:
    """Send `messages` to the deployed HL7 queue while AWS fails; what became of them.

    A seed may be used once in a deployment: its control ids are remembered. StuckError where the queue does
    not become empty.
    """
    planned = traffic(messages, seed)
    control, ehr = Control(deployment.state), Ehr(deployment)
    began, since = time.monotonic(), datetime.now(UTC) - timedelta(seconds=1)
    before, dead_before = ehr.metrics(since - timedelta(days=1)), ehr.dead_letters()
    try:
        control.hurry_failed_messages(FAILED_MESSAGES_AFTER_SECONDS)
        control.set_faults(faults_of_hl7(str(deployment.outputs["hl7_ingest_role"]), messages), seed)
        sent = ehr.send(planned.messages, progress)
        ehr.wait(progress)
        faults = injected(control.faults())
        control.set_faults([])
        seconds = time.monotonic() - began
        if progress:
            say("the queue is empty: reading the table, the bucket and the bus")
        after = ehr.metrics(since - timedelta(days=1))
        own = {name: number - before[name] for name, number in after.items()}
        report = judge(planned, sent, ehr.books(), ehr.dead_letters() - dead_before, own, faults)
    finally:
        control.set_faults([])
        control.hurry_failed_messages(None)
        ehr.close()
    kind = "FIFO" if ehr.is_fifo else "standard"
    report.lines.insert(0, f"{messages} HL7 messages, {kind} queue, seed {seed}: {seconds:.0f} s")
    return report
