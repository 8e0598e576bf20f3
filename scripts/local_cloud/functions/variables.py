"""The variables of a function, decrypted by its role when an environment starts."""

from __future__ import annotations

from hipaa_policies.iam import Decision

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.authorization.access import Access
from scripts.local_cloud.authorization.callers import caller_of_session, session_with_key
from scripts.local_cloud.authorization.judgement import judge
from scripts.local_cloud.functions.credentials import Credentials
from scripts.local_cloud.functions.deployed import DeployedFunction
from scripts.local_cloud.protocol.errors import AwsError


def check_key(function: DeployedFunction, credentials: Credentials) -> None:
    """Raise ``AwsError`` KMSAccessDeniedException (502) where the role may not decrypt the variables.

    AWS's own key asks nothing of the role. The encryption context is the function's ARN:
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
    """
    if not function.environment or not function.environment_key_arn:
        return
    caller = caller_of_session(session_with_key(credentials.access_key_id))
    context = {
        "kms:CallerAccount": ACCOUNT_ID,
        "kms:EncryptionContext:aws:lambda:FunctionArn": function.arn,
        "kms:EncryptionContextKeys": ["aws:lambda:FunctionArn"],
    }
    access = Access("kms:Decrypt", function.environment_key_arn, context, needs_resource_policy=True)
    if judge(caller, access, context) is not Decision.ALLOWED:
        raise AwsError(
            "KMSAccessDeniedException",
            "Lambda was unable to decrypt the environment variables because KMS access was denied. "
            "Please check the function's KMS key settings. KMS Exception: AccessDeniedException",
            502,
        )
