"""What breaks each control: one change of the compliant account, and the resource that must FAIL for it."""

from tests.unit.policies.breaks.access import ACCESS
from tests.unit.policies.breaks.agreement import AGREEMENT
from tests.unit.policies.breaks.attacks import ATTACKS
from tests.unit.policies.breaks.audit_logging import AUDIT
from tests.unit.policies.breaks.backups import BACKUPS
from tests.unit.policies.breaks.changes import Break
from tests.unit.policies.breaks.detection import DETECTION
from tests.unit.policies.breaks.egress import EGRESS
from tests.unit.policies.breaks.encryption import ENCRYPTION
from tests.unit.policies.breaks.log_protection import LOG_PROTECTION
from tests.unit.policies.breaks.monitoring import MONITORING
from tests.unit.policies.breaks.near_misses import NEAR_MISSES
from tests.unit.policies.breaks.network import NETWORK
from tests.unit.policies.breaks.permissions import PERMISSIONS
from tests.unit.policies.breaks.sign_in import SIGN_IN

BREAKS: tuple[Break, ...] = (
    *NETWORK,
    *EGRESS,
    *ENCRYPTION,
    *ACCESS,
    *PERMISSIONS,
    *AUDIT,
    *MONITORING,
    *AGREEMENT,
    *BACKUPS,
    *SIGN_IN,
    *LOG_PROTECTION,
    *DETECTION,
    *ATTACKS,
    *NEAR_MISSES,
)

__all__ = ["BREAKS", "Break"]
