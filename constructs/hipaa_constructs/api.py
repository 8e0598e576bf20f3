"""modules/api, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from constructs import Construct
from hipaa_constructs.runtime import Items, Output, TerraformModule


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """How many refused (4xx) and failed (5xx) requests in five minutes raise an alarm."""

    client_errors_per_5_minutes: float | Output = 100
    server_errors_per_5_minutes: float | Output = 10


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where and for whom this is deployed: 12-digit account, region, partition, the prefix of every name,
    and tags. ARNs are derived from it, so that no module reads the account.
    """

    account_id: str
    region: str
    name_prefix: str
    partition: str = "aws"
    tags: Mapping[str, str] | Output = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Cors:
    """Web origins whose pages may call the API (none by default), the request headers that they may send,
    and how long browsers may remember the answer.
    """

    headers: Items[str] | Output = (
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "X-Break-Glass-Reason",
    )
    max_age_seconds: float | Output = 600
    origins: Items[str] | Output = ()


@dataclass(frozen=True, kw_only=True)
class Domain:
    """Name of one's own for the API, with the ARN of its ACM certificate in this region: TLS 1.2 at least,
    and API Gateway's own address is switched off. Null: API Gateway's own address.
    """

    certificate_arn: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Functions:
    """Functions behind the API by the name that the document's x-lambda-function has, each with what
    modules/function gives. Operations of other functions are left out.
    """

    function_name: str
    invoke_arn: str
    qualifier: str


@dataclass(frozen=True, kw_only=True)
class LogExport:
    """Stream into a locked bucket, and the role with which CloudWatch Logs sends the access and execution
    logs to it (modules/audit: log_export). Null: they are not exported.
    """

    role_arn: str
    stream_arn: str


@dataclass(frozen=True, kw_only=True)
class LogMasking:
    """What CloudWatch hides in the access and execution logs, by its names of identifiers ("Ssn-US"). Both
    leave paths out anyway; this is for what an error message quotes.
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
class Throttle:
    """Requests a second that the stage takes in all, and how many may come at once."""

    burst: float | Output = 100
    requests_per_second: float | Output = 50


class Api(TerraformModule):
    """modules/api: variables as arguments, outputs as properties."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        alert_topic_arn: str,
        context: Context | Output,
        functions: Mapping[str, Functions] | Output,
        log_kms_key_arn: str,
        openapi_document: str,
        user_pool_arn: str,
        alarms: Alarms | Output = Alarms(),
        allowed_source_cidrs: Items[str] | Output = (),
        cors: Cors | Output = Cors(),
        domain: Domain | Output | None = None,
        execution_log_level: str = "ERROR",
        log_export: LogExport | Output | None = None,
        log_masking: LogMasking | Output = LogMasking(),
        log_retention_days: float | Output = 2557,
        manage_account_logging: bool | Output = True,
        permissions_boundary_arn: str | None = None,
        rate_limit: float | Output = 2000,
        stage_name: str = "live",
        throttle: Throttle | Output = Throttle(),
        tracing_enabled: bool | Output = False,
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``alert_topic_arn``: SNS topic that hears of the alarms.

        ``context``: see ``Context``.

        ``functions``: Functions behind the API by the name that the document's x-lambda-function has, each
        with what modules/function gives. Operations of other functions are left out.

        ``log_kms_key_arn``: Key that encrypts the log groups. Its policy must admit CloudWatch Logs
        (modules/encryption: services = ["logs"]).

        ``openapi_document``: The API as one plain OpenAPI 3.0 document, YAML or JSON: file("openapi.yaml").
        Each operation names its function in x-lambda-function and its security; integrations, authorizer,
        validators, gateway responses and CORS are added here.

        ``user_pool_arn``: Cognito user pool whose identity tokens the API accepts.

        ``alarms``: see ``Alarms``.

        ``allowed_source_cidrs``: IPv4 or IPv6 networks that may call the API. Empty: every network; callers
        are authenticated in any case.

        ``cors``: see ``Cors``.

        ``domain``: see ``Domain``.

        ``execution_log_level``: What API Gateway writes about its own work: ERROR or OFF. INFO is refused:
        it writes the paths of requests, which name patients.

        ``log_export``: see ``LogExport``.

        ``log_masking``: see ``LogMasking``.

        ``log_retention_days``: How long log groups keep their events. The default is 7 years; less than 6
        years (45 CFR 164.316(b)(2)(i)) is refused. 0 keeps them forever.

        ``manage_account_logging``: Whether to set the role with which API Gateway writes logs. There is one
        for the whole account and region: false where it is set elsewhere.

        ``permissions_boundary_arn``: Permissions boundary of the roles made here. Null: none.

        ``rate_limit``: Requests that one address may send in five minutes; more are refused.

        ``stage_name``: Name of the stage, the first part of the path below API Gateway's own address.

        ``throttle``: see ``Throttle``.

        ``tracing_enabled``: Whether X-Ray traces the stage. Off: its segments would keep each request's
        whole URL, and with it patients' ids, under no key of this account
        (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-understanding-xray-traces.html).
        The functions are traced all the same.
        """
        super().__init__(
            scope,
            id_,
            source=source,
            version=version,
            providers=providers,
            depends_on=depends_on,
            variables={
                "alert_topic_arn": alert_topic_arn,
                "context": context,
                "functions": functions,
                "log_kms_key_arn": log_kms_key_arn,
                "openapi_document": openapi_document,
                "user_pool_arn": user_pool_arn,
                "alarms": alarms,
                "allowed_source_cidrs": allowed_source_cidrs,
                "cors": cors,
                "domain": domain,
                "execution_log_level": execution_log_level,
                "log_export": log_export,
                "log_masking": log_masking,
                "log_retention_days": log_retention_days,
                "manage_account_logging": manage_account_logging,
                "permissions_boundary_arn": permissions_boundary_arn,
                "rate_limit": rate_limit,
                "stage_name": stage_name,
                "throttle": throttle,
                "tracing_enabled": tracing_enabled,
            },
        )

    @property
    def access_log_group_name(self) -> Output:
        """Log group of the access log."""
        return self.output("access_log_group_name")

    @property
    def alarm_names(self) -> Output:
        """Names of the API's alarms, by what they watch."""
        return self.output("alarm_names")

    @property
    def api_id(self) -> Output:
        """Id of the REST API."""
        return self.output("api_id")

    @property
    def domain_target(self) -> Output:
        """Where the DNS record of the domain points (an alias record's name and zone id). Null without a
        domain.
        """
        return self.output("domain_target")

    @property
    def execution_arn(self) -> Output:
        """ARN of the API's methods, for policies that let AWS services or roles call it."""
        return self.output("execution_arn")

    @property
    def execution_log_group_name(self) -> Output:
        """Log group of API Gateway's own messages."""
        return self.output("execution_log_group_name")

    @property
    def imported_document(self) -> Output:
        """The document as it was imported, JSON: with integrations, authorizer, validators, gateway responses
        and CORS.
        """
        return self.output("imported_document")

    @property
    def invoke_url(self) -> Output:
        """Address of the API: the domain's, or else API Gateway's own with the stage."""
        return self.output("invoke_url")

    @property
    def stage_arn(self) -> Output:
        """ARN of the stage."""
        return self.output("stage_arn")

    @property
    def stage_name(self) -> Output:
        """Name of the stage."""
        return self.output("stage_name")

    @property
    def waf_log_group_name(self) -> Output:
        """Log group of the web ACL."""
        return self.output("waf_log_group_name")

    @property
    def web_acl_arn(self) -> Output:
        """ARN of the web ACL."""
        return self.output("web_acl_arn")
