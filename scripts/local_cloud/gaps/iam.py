"""IAM: the root user's line of the credential report."""

from __future__ import annotations

from typing import Any

from moto.iam.models import IAMBackend

from scripts.local_cloud.gaps.patching import Method, wrap

# As AWS writes it for an account whose root user has MFA, and no access key:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
_ROOT = (
    "<root_account>,arn:aws:iam::{account}:root,2020-01-01T00:00:00+00:00,not_supported,no_information,"
    "not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n"
)


@wrap(IAMBackend, "get_credential_report")
def get_credential_report(original: Method, backend: Any) -> str:
    """moto's has the users, and not the root user, which AWS's begins with."""
    header, users = str(original(backend)).split("\n", 1)
    return f"{header}\n{_ROOT.format(account=backend.account_id)}{users}"
