"""The function's entry: `compliance_auditor.handler.handler`, called by a schedule of EventBridge."""

from healthcare import aws
from healthcare.logs import function_logger
from hipaa_policies.assessment import Assessment
from hipaa_policies.auditing import audit

from compliance_auditor.auditor import Auditor
from compliance_auditor.evidence import EvidenceBucket
from compliance_auditor.measures import Measures
from compliance_auditor.settings import Settings


def build(settings: Settings) -> Auditor:
    """The auditor of the function's own account, as its own role sees it."""

    def assess() -> Assessment:
        return audit(regions=settings.regions, waivers=settings.waivers, attestations=settings.attestations)

    evidence = EvidenceBucket(aws.s3(), settings.evidence_bucket)
    return Auditor(assess, evidence, Measures(), function_logger())


_auditor = build(Settings.from_environment())


def handler(event: object, _context: object) -> dict[str, object]:
    """A scheduled event in, the place of the report out. Raises ``AuditNotDoneError``."""
    return _auditor.run(event)
