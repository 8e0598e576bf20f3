"""What breaks each control: one change of the compliant account, and the resource that must FAIL for it."""

from tests.unit.policies.breaks.access import ACCESS
from tests.unit.policies.breaks.agreement import AGREEMENT
from tests.unit.policies.breaks.attacks import ATTACKS
from tests.unit.policies.breaks.audit_logging import AUDIT
from tests.unit.policies.breaks.changes import Break
from tests.unit.policies.breaks.encryption import ENCRYPTION
from tests.unit.policies.breaks.monitoring import MONITORING
from tests.unit.policies.breaks.network import NETWORK
from tests.unit.policies.breaks.permissions import PERMISSIONS

BREAKS: tuple[Break, ...] = (
    *NETWORK,
    *ENCRYPTION,
    *ACCESS,
    *PERMISSIONS,
    *AUDIT,
    *MONITORING,
    *AGREEMENT,
    *ATTACKS,
)

__all__ = ["BREAKS", "Break"]
