"""The HIPAA checklist that reports are read by: six groups, and the lines of each."""

from __future__ import annotations

from enum import Enum


class Group(Enum):
    """A group of the checklist; the value is its title in reports."""

    VPC = "VPC configuration"
    ENCRYPTION = "Encryption"
    ACCESS = "Access control"
    AUDIT = "Audit logging"
    MONITORING = "Monitoring"
    BAA = "Business associate agreement"


class Line(Enum):
    """A line of the checklist: its group, and its words."""

    PRIVATE_SUBNETS = (Group.VPC, "Functions in private subnets")
    SECURITY_GROUPS = (Group.VPC, "Security groups minimal")
    NO_EGRESS = (Group.VPC, "Endpoints for AWS services, no internet egress")
    ENVIRONMENT = (Group.ENCRYPTION, "Environment variables encrypted with KMS")
    AT_REST = (Group.ENCRYPTION, "Data at rest encrypted and protected (DynamoDB, S3, RDS)")
    IN_TRANSIT = (Group.ENCRYPTION, "TLS 1.2 or newer in transit")
    ROTATION = (Group.ENCRYPTION, "Key rotation")
    LEAST_PRIVILEGE = (Group.ACCESS, "Least-privilege roles")
    AUTHORIZER = (Group.ACCESS, "Cognito (or another) authorizer on the API")
    MFA = (Group.ACCESS, "MFA for administrative functions")
    ROLE_BASED = (Group.ACCESS, "Role-based access")
    LOGS_ON = (Group.AUDIT, "CloudWatch logs on")
    DATA_EVENTS = (Group.AUDIT, "CloudTrail data events on")
    PHI_AUDIT = (Group.AUDIT, "Custom audit logs for PHI access")
    LOGS_KEPT = (Group.AUDIT, "Logs encrypted and kept (7 years by default, 6 at the least)")
    ERROR_ALARMS = (Group.MONITORING, "Alarms for errors")
    SECURITY_ALERTS = (Group.MONITORING, "Security alerts")
    PERFORMANCE = (Group.MONITORING, "Performance")
    COST = (Group.MONITORING, "Cost alerts")
    BAA_SIGNED = (Group.BAA, "Agreement signed")
    ELIGIBLE_SERVICES = (Group.BAA, "Only eligible services used")
    DOCUMENTED = (Group.BAA, "Compliance documented")

    @property
    def group(self) -> Group:
        return self.value[0]

    @property
    def text(self) -> str:
        return self.value[1]
