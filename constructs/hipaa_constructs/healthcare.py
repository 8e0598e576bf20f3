"""The root module, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from constructs import Construct
from hipaa_constructs.runtime import Items, Output, TerraformModule


@dataclass(frozen=True, kw_only=True)
class ApiThrottle:
    """`api.throttle`."""

    burst: float | Output = 100
    requests_per_second: float | Output = 50


@dataclass(frozen=True, kw_only=True)
class ApiDomain:
    """`api.domain`."""

    certificate_arn: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Api:
    """The API: origins whose pages may call it, networks that may (empty: all), a domain of its own, and
    its limits. See modules/api.
    """

    allowed_origins: Items[str] | Output = ()
    allowed_source_cidrs: Items[str] | Output = ()
    domain: ApiDomain | Output | None = None
    manage_account_logging: bool | Output = True
    rate_limit: float | Output = 2000
    stage_name: str = "live"
    throttle: ApiThrottle | Output = ApiThrottle()
    tracing_enabled: bool | Output = False


@dataclass(frozen=True, kw_only=True)
class PackageS3:
    """`appointments.package.s3`, `compliance_auditor.package.s3`, `documents.package.s3`,
    `fhir.package.s3`, `hl7.package.s3`, `patient_api.package.s3`, `rag.packages.retrieval.s3`,
    `rag.packages.orchestrator.s3`.
    """

    bucket: str
    hash: str
    key: str
    version: str | None = None


@dataclass(frozen=True, kw_only=True)
class Package:
    """`appointments.package`, `compliance_auditor.package`, `documents.package`, `fhir.package`,
    `hl7.package`, `patient_api.package`, `rag.packages.retrieval`, `rag.packages.orchestrator`.
    """

    build_command: str = "make package"
    filename: str | None = None
    s3: PackageS3 | Output | None = None


@dataclass(frozen=True, kw_only=True)
class AppointmentsNotifications:
    """`appointments.notifications`."""

    portal_url: str
    sender: str
    identity: str | None = None
    reserved_concurrency: float | Output = 5


@dataclass(frozen=True, kw_only=True)
class AppointmentsApi:
    """`appointments.api`."""

    memory_size: float | Output = 512
    reserved_concurrency: float | Output = 20


@dataclass(frozen=True, kw_only=True)
class Appointments:
    """Appointments, `{}` for all defaults: booking, a patient's calendar, cancelling. Null, the default:
    off. `notifications` sends the patient an e-mail that says only that there is a message on
    `portal_url`: `sender` is an address of a domain that SES may send for; `identity`, that domain, is
    made here where it is given (publish its DKIM records), and is yours where it is not. Without
    `notifications` nobody is told. `package` is dist/appointments.zip, for both functions.
    """

    api: AppointmentsApi | Output = AppointmentsApi()
    notifications: AppointmentsNotifications | Output | None = None
    package: Package | Output = Package()


@dataclass(frozen=True, kw_only=True)
class ObjectLock:
    """`audit.object_lock`, `compliance_auditor.object_lock`."""

    acknowledge_compliance_locks: bool | Output = False
    mode: str = "GOVERNANCE"
    retention_days: float | Output = 2557


@dataclass(frozen=True, kw_only=True)
class AuditDetection:
    """`audit.detection`."""

    access_analyzer: bool | Output = True
    guardduty: bool | Output = True
    guardduty_features: Items[str] | Output = ("LAMBDA_NETWORK_LOGS", "S3_DATA_EVENTS")
    inspector: bool | Output = True
    inspector_code: bool | Output = False


@dataclass(frozen=True, kw_only=True)
class AuditDataEventArnPrefixes:
    """`audit.data_event_arn_prefixes`."""

    dynamodb: Items[str] | Output = ()
    lambda_: Items[str] | Output = ()
    s3: Items[str] | Output = ()


@dataclass(frozen=True, kw_only=True)
class Audit:
    """The trail: what its data events are narrowed to (empty: nothing is left out), how its archive is
    locked, and whether destroy may empty it. `log_export` sends what functions and the API log there as
    well. `detection` has GuardDuty, Inspector and an access analyzer, one each for an account and
    region: false for those that your organisation or another deployment in the account has. See
    modules/audit.
    """

    data_event_arn_prefixes: AuditDataEventArnPrefixes | Output = AuditDataEventArnPrefixes()
    detection: AuditDetection | Output = AuditDetection()
    force_destroy: bool | Output = False
    log_export: bool | Output = True
    object_lock: ObjectLock | Output = ObjectLock()


@dataclass(frozen=True, kw_only=True)
class BackupRules:
    """`backup.rules`."""

    delete_after_days: float | Output
    schedule: str
    cold_storage_after_days: float | Output | None = None
    completion_window_minutes: float | Output = 720
    start_window_minutes: float | Output = 60


@dataclass(frozen=True, kw_only=True)
class BackupRestoreTesting:
    """`backup.restore_testing`."""

    schedule: str = "cron(0 7 ? 1/3 SUN#1 *)"
    selection_window_days: float | Output = 30
    validation_window_hours: float | Output = 1


@dataclass(frozen=True, kw_only=True)
class BackupLock:
    """`backup.lock`."""

    acknowledge_compliance_lock: bool | Output = False
    grace_days: float | Output = 3
    mode: str = "GOVERNANCE"


@dataclass(frozen=True, kw_only=True)
class Backup:
    """Copies of every table, of the buckets of documents and messages, and of the database, in a locked
    vault under a key of its own; `{}`, the default: daily ones for 35 days, monthly ones for 7 years.
    Null: none, which the catalogue reports (BKP-01). `rules` replaces both rules. `lock.mode`
    COMPLIANCE can't be undone, and has to be acknowledged. `copy_vault_arns` are vaults in other
    regions or accounts, by a static name. `restore_testing` has AWS restore tables by itself (null: it
    does not; `make restore-test` does, and compares). See modules/backup.
    """

    copy_vault_arns: Mapping[str, str] | Output = field(default_factory=dict)
    deletion_role_arns: Items[str] | Output = ()
    force_destroy: bool | Output = False
    lock: BackupLock | Output = BackupLock()
    missed_after_hours: float | Output = 36
    restore_testing: BackupRestoreTesting | Output | None = None
    rules: Mapping[str, BackupRules] | Output = field(
        default_factory=lambda: {
            "daily": BackupRules(delete_after_days=35, schedule="cron(0 3 * * ? *)"),
            "monthly": BackupRules(
                cold_storage_after_days=90, delete_after_days=2557, schedule="cron(0 4 1 * ? *)"
            ),
        }
    )


@dataclass(frozen=True, kw_only=True)
class ComplianceAuditor:
    """The daily HIPAA checklist of this account, `{}` for all defaults. Null, the default: off. `regions`
    are those that it reads (empty: the deployment's own), `schedule` is EventBridge's (in UTC),
    `missed_after_hours` the silence after which an alarm goes off: more than the schedule's interval.
    `waivers_file` and `attestations_file` are paths in the package, or null for none. `package` is
    dist/compliance_auditor.zip unless another zip or an S3 object is named. `object_lock` holds the
    reports; see modules/bucket.
    """

    attestations_file: str = "policies/attestations.yaml"
    force_destroy: bool | Output = False
    memory_size: float | Output = 1024
    missed_after_hours: float | Output = 26
    object_lock: ObjectLock | Output = ObjectLock()
    package: Package | Output = Package()
    regions: Items[str] | Output = ()
    reserved_concurrency: float | Output = 1
    schedule: str = "cron(0 5 * * ? *)"
    timeout: float | Output = 900
    waivers_file: str = "policies/waivers.yaml"


@dataclass(frozen=True, kw_only=True)
class DocumentsMaximumMegabytes:
    """`documents.maximum_megabytes`."""

    ccda: float | Output = 20
    pdf: float | Output = 100
    text: float | Output = 10


@dataclass(frozen=True, kw_only=True)
class Documents:
    """Medical documents (PDF, text, CCDA, DICOM), `{}` for all defaults: a bucket, and what becomes of the
    objects below its incoming/. Null, the default: off. It needs patient_identifier.
    `default_access_label` is that of documents that say none (HL7 Confidentiality: U, L, M, N, R, V);
    `maximum_megabytes` are the largest files that are read, by kind (of DICOM only the header is);
    `force_destroy` lets destroy empty the bucket. `package` is dist/document_ingest.zip unless another
    is named.
    """

    default_access_label: str = "R"
    force_destroy: bool | Output = False
    maximum_megabytes: DocumentsMaximumMegabytes | Output = DocumentsMaximumMegabytes()
    memory_size: float | Output = 1536
    package: Package | Output = Package()
    reserved_concurrency: float | Output = 10


@dataclass(frozen=True, kw_only=True)
class Senders:
    """`fhir.senders`, `hl7.senders`."""

    role_arn: str | None = None
    service: str | None = None
    source_arn: str | None = None


@dataclass(frozen=True, kw_only=True)
class FhirIngest:
    """`fhir.ingest`."""

    maximum_concurrency: float | Output = 10
    memory_size: float | Output = 1024
    reserved_concurrency: float | Output = 10


@dataclass(frozen=True, kw_only=True)
class FhirApi:
    """`fhir.api`."""

    memory_size: float | Output = 512
    reserved_concurrency: float | Output = 20


@dataclass(frozen=True, kw_only=True)
class Fhir:
    """FHIR R4, `{}` for all defaults: a queue of resources and Bundles, their store, and GET
    /fhir/{type}/{id}. Null, the default: off. It needs patient_identifier. `senders` may send to the
    queue (see modules/queue), `maximum_receives` is when a message becomes a dead letter,
    `force_destroy` lets destroy empty the bucket of originals. `package` is dist/fhir_ingest.zip, for
    both functions.
    """

    api: FhirApi | Output = FhirApi()
    force_destroy: bool | Output = False
    ingest: FhirIngest | Output = FhirIngest()
    maximum_receives: float | Output = 8
    package: Package | Output = Package()
    senders: Mapping[str, Senders] | Output = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Hl7:
    """HL7 v2, `{}` for all defaults: a queue of messages, their store and the originals. Null, the
    default: off. It needs patient_identifier. `fifo` makes the queue FIFO (one message group a
    patient); `acknowledgements` adds a queue of ACKs; `processing_ids` are those of MSH-11 that are
    taken; `time_zone` is that of time stamps without an offset; `control_id_days` is how long a control
    id is remembered; `force_destroy` lets destroy empty the bucket of originals. `package` is
    dist/hl7_ingest.zip unless another is named.
    """

    acknowledgements: bool | Output = False
    control_id_days: float | Output = 365
    fifo: bool | Output = False
    force_destroy: bool | Output = False
    maximum_concurrency: float | Output = 10
    maximum_message_megabytes: float | Output = 20
    maximum_receives: float | Output = 5
    memory_size: float | Output = 1024
    package: Package | Output = Package()
    processing_ids: Items[str] | Output = ("P",)
    reserved_concurrency: float | Output = 10
    senders: Mapping[str, Senders] | Output = field(default_factory=dict)
    time_zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class IdentityTokenValidity:
    """`identity.token_validity`."""

    access_minutes: float | Output = 15
    id_minutes: float | Output = 15
    refresh_hours: float | Output = 8


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The user pool: ways to sign in besides SRP, threat protection (ENFORCED, AUDIT, OFF), token
    lifetimes. See modules/identity.
    """

    additional_auth_flows: Items[str] | Output = ()
    threat_protection: str = "ENFORCED"
    token_validity: IdentityTokenValidity | Output = IdentityTokenValidity()


@dataclass(frozen=True, kw_only=True)
class LogMasking:
    """What CloudWatch hides in the logs of functions and of the API, by its names of identifiers
    ("Ssn-US"): the second net under functions that log none of it. It costs by the gigabyte that is
    logged. `enabled = false` is for regions without it; the catalogue (LOG-05) reports it. See
    modules/function.
    """

    data_identifiers: Items[str] | Output = (
        "DrugEnforcementAgencyNumber-US",
        "EmailAddress",
        "HealthInsuranceClaimNumber-US",
        "MedicareBeneficiaryNumber-US",
        "PhoneNumber-US",
        "Ssn-US",
    )
    enabled: bool | Output = True


@dataclass(frozen=True, kw_only=True)
class NetworkSubnets:
    """`network.subnets`."""

    cidr: str


@dataclass(frozen=True, kw_only=True)
class NetworkEgress:
    """`network.egress`."""

    cidr: str | None = None
    hosts: Items[str] | Output = ()
    private_names: Items[str] | Output = ()
    zones: Items[str] | Output = ()


@dataclass(frozen=True, kw_only=True)
class Network:
    """The VPC: private subnets by zone (at least two), interface endpoints besides those that the
    workloads here need, and the zones that get them (empty: all). `egress` is the one way out: hosts of
    functions of your own besides those that the workloads here need; without any there is none. See
    modules/network.
    """

    subnets: Mapping[str, NetworkSubnets] | Output
    egress: NetworkEgress | Output = NetworkEgress()
    interface_endpoint_zones: Items[str] | Output = ()
    interface_endpoints: Items[str] | Output = ()
    vpc_cidr: str = "10.0.0.0/16"


@dataclass(frozen=True, kw_only=True)
class ObservabilitySubscribers:
    """`observability.subscribers`."""

    endpoint: str
    protocol: str


@dataclass(frozen=True, kw_only=True)
class ObservabilityMonthlyBudget:
    """`observability.monthly_budget`."""

    actual_percent: Items[float] | Output = (80, 100)
    forecast_percent: Items[float] | Output = (100,)
    limit_usd: float | Output = 500


@dataclass(frozen=True, kw_only=True)
class Observability:
    """Who hears of alerts, and the monthly budget (null: none). `alert_on_findings` sends what GuardDuty,
    Inspector and access analyzers find along. See modules/observability.
    """

    alert_on_findings: bool | Output = True
    monthly_budget: ObservabilityMonthlyBudget | Output = ObservabilityMonthlyBudget()
    subscribers: Mapping[str, ObservabilitySubscribers] | Output = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PatientApi:
    """The patient API, `{}` for all defaults. Null, the default: off. `package` is dist/patient_api.zip
    unless another zip or an S3 object is named. A new account, whose limit of concurrency may be 10 in
    all, refuses every `reserved_concurrency` but null: see modules/function.
    """

    memory_size: float | Output = 512
    package: Package | Output = Package()
    reserved_concurrency: float | Output = 20


@dataclass(frozen=True, kw_only=True)
class PatientIdentifier:
    """The one identifier that is the patient_id everywhere: the authority of your medical record numbers,
    as HL7 v2 names it (namespace_id or oid, in PID-3.4) and as FHIR does (system, a URI), and its type
    code. HL7 v2 and FHIR need it, and meet on it.
    """

    system: str
    namespace_id: str | None = None
    oid: str | None = None
    type: str = "MR"


@dataclass(frozen=True, kw_only=True)
class RagSearchCollection:
    """`rag.search_collection`."""

    standby_replicas: bool | Output = True


@dataclass(frozen=True, kw_only=True)
class RagRetrieval:
    """`rag.retrieval`."""

    memory_size: float | Output = 1024
    reserved_concurrency: float | Output = 20


@dataclass(frozen=True, kw_only=True)
class RagRedaction:
    """`rag.redaction`."""

    keep: Items[str] | Output = ()
    layers: Items[str] | Output = ("patterns",)


@dataclass(frozen=True, kw_only=True)
class RagPrivateLink:
    """`rag.private_link`."""

    service_name: str
    private_dns: bool | Output = False


@dataclass(frozen=True, kw_only=True)
class RagPinecone:
    """`rag.pinecone`."""

    host: str
    secret_arn: str
    acknowledge_business_associate_agreement: bool | Output = False
    secret_kms_key_arn: str | None = None


@dataclass(frozen=True, kw_only=True)
class RagPackages:
    """`rag.packages`."""

    orchestrator: Package | Output = Package()
    retrieval: Package | Output = Package()


@dataclass(frozen=True, kw_only=True)
class RagOrchestrator:
    """`rag.orchestrator`."""

    memory_size: float | Output = 1024
    reserved_concurrency: float | Output = 20
    snap_start: bool | Output = True


@dataclass(frozen=True, kw_only=True)
class RagModel:
    """`rag.model`."""

    api: str | None = None
    base_url: str | None = None
    id: str | None = None
    maximum_retries: float | Output = 1
    resource_arns: Items[str] | Output = ()
    secret_arn: str | None = None
    secret_key_arn: str | None = None
    timeout_seconds: float | Output = 20


@dataclass(frozen=True, kw_only=True)
class RagIngest:
    """`rag.ingest`."""

    maximum_concurrency: float | Output = 5
    memory_size: float | Output = 1024
    reserved_concurrency: float | Output = 5


@dataclass(frozen=True, kw_only=True)
class RagEmbeddings:
    """`rag.embeddings`."""

    dimensions: float | Output = 1024
    model: str | None = None
    provider: str | None = None
    sends_dimensions: bool | Output = True


@dataclass(frozen=True, kw_only=True)
class RagDatabase:
    """`rag.database`."""

    host: str
    master_secret_arn: str
    name: str
    resource_id: str
    security_group_id: str
    ca_file: str | None = None
    master_secret_key_arn: str | None = None
    port: float | Output = 5432


@dataclass(frozen=True, kw_only=True)
class RagCapacity:
    """`rag.capacity`."""

    maximum: float | Output = 8
    minimum: float | Output = 0.5
    pause_after_seconds: float | Output = 3600


@dataclass(frozen=True, kw_only=True)
class Rag:
    """Answers from a patient's own documents, `{}` for all defaults: retrieval, POST
    /patients/{patient_id}/questions. Null, the default: off. It needs documents. `store` is where
    chunks are: postgresql (Aurora, made here unless `database` names yours), s3, opensearch or
    pinecone. `model_access` is how the model is reached: bedrock (no key, no egress), openai (through
    the allow-list of that one host), azure or custom (through `private_link`). `database_ca_file` is a
    file of certificate authorities in the functions' zip or on their machine, where the database's are
    not Amazon's own. `manage_monitoring_log_group` is false where another database of this account and
    region has made the log group RDSOSMetrics already. `embeddings.sends_dimensions` is false for a
    server whose model has one length and refuses to be told of it. `capacity.minimum = 0` lets the
    database pause: a question that finds it paused is refused with Retry-After, and the check of
    row-level security wakes it every 12 hours. `redaction` is what takes identifiers out of questions:
    the layer patterns, and besides it comprehend (Comprehend Medical, by the character) or spacy (a
    model that you add to the package); `keep` are kinds that stay. `direct_caller` is who direct
    invocations are judged and recorded as; null refuses them. See docs/rag.md.
    """

    acknowledge_baa: bool | Output = False
    access_labels: Mapping[str, Items[str]] | Output = field(
        default_factory=lambda: {
            "Provider": ("U", "L", "M", "N", "R"),
            "VeryRestrictedAccess": ("U", "L", "M", "N", "R", "V"),
        }
    )
    capacity: RagCapacity | Output = RagCapacity()
    database: RagDatabase | Output | None = None
    database_ca_file: str | None = None
    database_instances: float | Output = 2
    database_port: float | Output = 5432
    direct_caller: str | None = None
    embeddings: RagEmbeddings | Output = RagEmbeddings()
    force_destroy: bool | Output = False
    ingest: RagIngest | Output = RagIngest()
    manage_monitoring_log_group: bool | Output = True
    model: RagModel | Output = RagModel()
    model_access: str = "bedrock"
    orchestrator: RagOrchestrator | Output = RagOrchestrator()
    packages: RagPackages | Output = RagPackages()
    pinecone: RagPinecone | Output | None = None
    policy_version: str = "1"
    private_link: RagPrivateLink | Output | None = None
    redaction: RagRedaction | Output = RagRedaction()
    retrieval: RagRetrieval | Output = RagRetrieval()
    search_collection: RagSearchCollection | Output = RagSearchCollection()
    store: str = "postgresql"


class Healthcare(TerraformModule):
    """The root module: variables as arguments, outputs as properties."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        account_id: str,
        network: Network | Output,
        region: str,
        api: Api | Output = Api(),
        appointments: Appointments | Output | None = None,
        architecture: str = "arm64",
        audit: Audit | Output = Audit(),
        backup: Backup | Output | None = Backup(),
        code_signing_config_arn: str | None = None,
        compliance_auditor: ComplianceAuditor | Output | None = None,
        deletion_protection: bool | Output = True,
        documents: Documents | Output | None = None,
        fhir: Fhir | Output | None = None,
        hl7: Hl7 | Output | None = None,
        identity: Identity | Output = Identity(),
        key_deletion_window_days: float | Output = 30,
        log_masking: LogMasking | Output = LogMasking(),
        log_retention_days: float | Output = 2557,
        name_prefix: str = "healthcare",
        observability: Observability | Output = Observability(),
        partition: str = "aws",
        patient_api: PatientApi | Output | None = None,
        patient_identifier: PatientIdentifier | Output | None = None,
        permissions_boundary_arn: str | None = None,
        rag: Rag | Output | None = None,
        tags: Mapping[str, str] | Output = MappingProxyType({}),
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``account_id``: The AWS account, 12 digits. Give the same to the provider's allowed_account_ids:
        then nothing is ever applied to another account.

        ``network``: see ``Network``.

        ``region``: The AWS region, the same as the provider's.

        ``api``: see ``Api``.

        ``appointments``: see ``Appointments``.

        ``architecture``: Processor of the functions: arm64 or x86_64. The packages must be built for it.

        ``audit``: see ``Audit``.

        ``backup``: see ``Backup``.

        ``code_signing_config_arn``: Code signing configuration of the functions. Null: none.

        ``compliance_auditor``: see ``ComplianceAuditor``.

        ``deletion_protection``: Whether AWS refuses to delete tables and the user pool. Off only where the
        data is worth nothing.

        ``documents``: see ``Documents``.

        ``fhir``: see ``Fhir``.

        ``hl7``: see ``Hl7``.

        ``identity``: see ``Identity``.

        ``key_deletion_window_days``: Days for which a deleted key can still be called back, from 7 to 30.

        ``log_masking``: see ``LogMasking``.

        ``log_retention_days``: How long log groups keep their events. The default is 7 years; less than 6
        years (45 CFR 164.316(b)(2)(i)) is refused. 0 keeps them forever.

        ``name_prefix``: What every name begins with: healthcare makes healthcare-patient-api,
        healthcare-patients and so on. One for each deployment in the account, in whichever region: names of
        roles and buckets carry no region.

        ``observability``: see ``Observability``.

        ``partition``: AWS partition: aws, aws-cn or aws-us-gov.

        ``patient_api``: see ``PatientApi``.

        ``patient_identifier``: see ``PatientIdentifier``.

        ``permissions_boundary_arn``: Permissions boundary of all roles made here. Null: none.

        ``rag``: see ``Rag``.

        ``tags``: Tags of every resource that takes tags.
        """
        super().__init__(
            scope,
            id_,
            source=source,
            version=version,
            providers=providers,
            depends_on=depends_on,
            variables={
                "account_id": account_id,
                "network": network,
                "region": region,
                "api": api,
                "appointments": appointments,
                "architecture": architecture,
                "audit": audit,
                "backup": backup,
                "code_signing_config_arn": code_signing_config_arn,
                "compliance_auditor": compliance_auditor,
                "deletion_protection": deletion_protection,
                "documents": documents,
                "fhir": fhir,
                "hl7": hl7,
                "identity": identity,
                "key_deletion_window_days": key_deletion_window_days,
                "log_masking": log_masking,
                "log_retention_days": log_retention_days,
                "name_prefix": name_prefix,
                "observability": observability,
                "partition": partition,
                "patient_api": patient_api,
                "patient_identifier": patient_identifier,
                "permissions_boundary_arn": permissions_boundary_arn,
                "rag": rag,
                "tags": tags,
            },
        )

    @property
    def alarm_names(self) -> Output:
        """Names of all alarms, by what they watch."""
        return self.output("alarm_names")

    @property
    def alert_topic_arn(self) -> Output:
        """ARN of the topic that hears of every alarm."""
        return self.output("alert_topic_arn")

    @property
    def api_id(self) -> Output:
        """Id of the REST API. Null where no workload has one."""
        return self.output("api_id")

    @property
    def api_stage(self) -> Output:
        """Name of the API's stage. Null where no workload has one."""
        return self.output("api_stage")

    @property
    def api_url(self) -> Output:
        """Address of the API. Null where no workload has one."""
        return self.output("api_url")

    @property
    def backup(self) -> Output:
        """Where backups are: vault_name, vault_arn, role_arn, restore_role_arn. Null where there are none."""
        return self.output("backup")

    @property
    def context(self) -> Output:
        """Where this is deployed: what every module here takes as `context`."""
        return self.output("context")

    @property
    def documents_bucket(self) -> Output:
        """Name of the bucket of documents: what is put below incoming/ is read. Null where documents are off."""
        return self.output("documents_bucket")

    @property
    def egress_subnet_ids(self) -> Output:
        """Ids of the subnets from which the hosts on the allow-list can be reached, by zone: what
        modules/function takes as `allow_listed_egress`. Empty where no host is named.
        """
        return self.output("egress_subnet_ids")

    @property
    def email_dkim_tokens(self) -> Output:
        """What proves to SES that the sender's domain is yours: publish each as a CNAME,
        TOKEN._domainkey.DOMAIN to TOKEN.dkim.amazonses.com. Empty where no identity is made here.
        """
        return self.output("email_dkim_tokens")

    @property
    def evidence_bucket(self) -> Output:
        """Name of the bucket that holds the checklist's locked reports. Null where the auditor is off."""
        return self.output("evidence_bucket")

    @property
    def fhir_queue(self) -> Output:
        """The queue that takes FHIR resources and Bundles: url, dead_letter_url. Null where FHIR is off."""
        return self.output("fhir_queue")

    @property
    def function_platform(self) -> Output:
        """What a function of your own stands on: what modules/function takes as `platform`."""
        return self.output("function_platform")

    @property
    def functions(self) -> Output:
        """The functions by name: function_name, arn, alias_arn, role_name, role_arn, log_group_name,
        security_group_id.
        """
        return self.output("functions")

    @property
    def hl7_bucket(self) -> Output:
        """Name of the bucket of HL7 messages: incoming/, received/, quarantine/, documents/. Null where HL7 is
        off.
        """
        return self.output("hl7_bucket")

    @property
    def hl7_queue(self) -> Output:
        """The queue that takes HL7 messages: url, dead_letter_url, acknowledgement_url (null without
        acknowledgements). Null where HL7 is off.
        """
        return self.output("hl7_queue")

    @property
    def key_arns(self) -> Output:
        """ARNs of the keys by data domain: backup, configuration, logs, phi; hashing where RAG is on."""
        return self.output("key_arns")

    @property
    def log_group_names(self) -> Output:
        """Names of all log groups, by what writes to them."""
        return self.output("log_group_names")

    @property
    def rag_database(self) -> Output:
        """The database of chunks that was made here: cluster_identifier, host, port, name, security_group_id,
        master_secret_arn. Null where there is none.
        """
        return self.output("rag_database")

    @property
    def rag_model_secret_arn(self) -> Output:
        """ARN of the secret that takes the model's API key: put it there before the first question. Null where
        the secret is yours, or no key is needed.
        """
        return self.output("rag_model_secret_arn")

    @property
    def rag_queue(self) -> Output:
        """The queue of documents that wait for their chunks: url, dead_letter_url. Null where RAG is off."""
        return self.output("rag_queue")

    @property
    def tables(self) -> Output:
        """The tables by what they hold: name and ARN."""
        return self.output("tables")

    @property
    def trail_archive_bucket(self) -> Output:
        """Name of the bucket that holds the locked archive of the trail."""
        return self.output("trail_archive_bucket")

    @property
    def user_pool_client_id(self) -> Output:
        """Id of the user pool's client."""
        return self.output("user_pool_client_id")

    @property
    def user_pool_id(self) -> Output:
        """Id of the user pool."""
        return self.output("user_pool_id")

    @property
    def user_pool_issuer(self) -> Output:
        """Issuer of the user pool's tokens."""
        return self.output("user_pool_issuer")

    @property
    def vpc_id(self) -> Output:
        """Id of the VPC."""
        return self.output("vpc_id")
