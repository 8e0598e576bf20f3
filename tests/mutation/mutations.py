"""All mutations, and what is known of those that are not there or are not killed."""

from __future__ import annotations

from hipaa_policies.catalogue import catalogue

from tests.mutation import (  # noqa: F401 - importing them enters their mutations
    access,
    audit_logging,
    databases,
    encryption,
    monitoring,
    permissions,
    vpc,
    watch,
    workloads,
)
from tests.mutation.model import registered

CONTROLS = [control.id for control in catalogue()]
MUTATIONS = registered()

# Controls that nothing deployed can break.
UNREACHABLE = {
    "ATT-01": "a person attests it: no API shows it (tests/unit/policies breaks the attestation)",
    "ATT-02": "a person attests it: no API shows it (tests/unit/policies breaks the attestation)",
    "ATT-04": "a person attests it: no API shows it (tests/unit/policies breaks the attestation)",
    "NET-09": "the local cloud has no firewalls of VPCs (tests/unit/policies breaks them)",
    "ATT-03": "every service that the live lens reads is eligible (tests/unit/policies breaks it)",
}
# Mutations that are not killed, each with why that is accepted. One that is killed must go from here.
SURVIVORS: dict[str, str] = {}
