"""AWS clients that fail soon and are made once, and AWS's errors as answers that leak nothing.

The clients come from botocore and not through boto3, which loads resources and transfers that no function
uses: docs/patient_api.md has what that saves at a cold start.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

import botocore.session
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from healthcare.problems import RETRY_LATER, RETRY_SOON, Problem, internal, unavailable

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient
    from mypy_boto3_comprehendmedical import ComprehendMedicalClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient

# One call that fails for good takes at most 2 x (1 + 5) s and a back-off; the answer is due in 28 s.
_CONFIG: Final = Config(
    connect_timeout=1,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=2,
    tcp_keepalive=True,
)

# Error codes, and those that a cancelled transaction gives as reasons.
_THROTTLED: Final = frozenset(
    {
        "KmsThrottled",
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceQuotaExceededException",
        "SlowDown",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
# Faults of ours or of the data: trying again cannot help.
# ValidationError is a cancelled transaction's reason (an item of more than 400 KB).
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#API_TransactWriteItems_Errors
_PERMANENT: Final = frozenset(
    {
        "IncorrectKeyException",
        "InvalidCiphertextException",
        "InvalidMessageContents",
        "SerializationException",
        "ValidationError",
        "ValidationException",
    }
)


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def credentials() -> ReadOnlyCredentials:
    """The role's credentials as they are at this moment: botocore renews those that end."""
    with aws_errors():
        found = _session().get_credentials()
        if found is None:
            raise NoCredentialsError
        return found.get_frozen_credentials()


def bedrock_runtime(connections: int = 2, attempts: int = 2) -> "BedrockRuntimeClient":
    """A client of Bedrock's models: more connections and attempts for whom nobody waits."""
    retries: Any = {"mode": "standard", "total_max_attempts": attempts}
    config = _CONFIG.merge(Config(max_pool_connections=connections, retries=retries))
    return cast("BedrockRuntimeClient", _new_client("bedrock-runtime", config))


def comprehend_medical() -> "ComprehendMedicalClient":
    """The Comprehend Medical client."""
    return cast("ComprehendMedicalClient", _client("comprehendmedical"))


def dynamodb() -> "DynamoDBClient":
    """The DynamoDB client, with its connections. Ask for it when the function starts."""
    return cast("DynamoDBClient", _client("dynamodb"))


def events() -> "EventBridgeClient":
    """The EventBridge client."""
    return cast("EventBridgeClient", _client("events"))


def kms() -> "KMSClient":
    """The KMS client."""
    return cast("KMSClient", _client("kms"))


def lambda_(read_seconds: float) -> "LambdaClient":
    """A client that waits `read_seconds` for another function's answer, and asks once: it may have begun."""
    once = Config(read_timeout=read_seconds, retries={"mode": "standard", "total_max_attempts": 1})
    return cast("LambdaClient", _new_client("lambda", _CONFIG.merge(once)))


def s3() -> "S3Client":
    """The S3 client."""
    return cast("S3Client", _client("s3"))


def secretsmanager() -> "SecretsManagerClient":
    """The Secrets Manager client."""
    return cast("SecretsManagerClient", _client("secretsmanager"))


def sesv2() -> "SESV2Client":
    """The SES client."""
    return cast("SESV2Client", _client("sesv2"))


def sqs() -> "SQSClient":
    """The SQS client."""
    return cast("SQSClient", _client("sqs"))


@contextmanager
def aws_errors() -> Iterator[None]:
    """Turn botocore's exceptions into Problems, without their messages: those may quote values."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise problem_for(error_code(error)) from None


def error_code(error: ClientError | BotoCoreError) -> str:
    """AWS's error code, or the exception's type where AWS was not reached."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "Unknown"))
    return type(error).__name__


def problem_for(aws_error: str) -> Problem:
    """The answer to an AWS error code: 503 where trying again can help, 500 where it cannot."""
    if aws_error in _PERMANENT:
        return internal(aws_error)
    return unavailable(aws_error, RETRY_SOON if aws_error in _THROTTLED else RETRY_LATER)


@cache
def _client(service: str) -> object:
    return _new_client(service, _CONFIG)


def _new_client(service: str, config: Config) -> object:
    # botocore reads AWS_DEFAULT_REGION only; Lambda sets both.
    return _session().create_client(service, region_name=os.environ.get("AWS_REGION"), config=config)
