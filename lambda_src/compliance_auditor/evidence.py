"""Reports in the evidence bucket: written once, with their SHA-256, and never over one another."""

import base64
import hashlib
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError
from hipaa_policies.assessment import Assessment
from hipaa_policies.reports.as_html import render_html
from hipaa_policies.reports.as_json import render_json

from compliance_auditor.runs import Run

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What S3 answers to If-None-Match: there is one already; or, with two at once, another is being written.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_EXISTS: Final = "PreconditionFailed"


class EvidenceBucket:
    """Puts reports; the role may do nothing else there. Key and lock are the bucket's own defaults."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def store(self, run: Run, assessment: Assessment) -> bool:
        """Write the run's HTML and JSON. ``False`` where an earlier delivery of the same event has done so.

        The JSON comes last and stands for both. An attempt that ended between the two has left its HTML:
        whoever writes the JSON then puts the HTML of the same reading on top. The bucket keeps both versions.
        Raises botocore's ``ClientError`` and ``BotoCoreError``.
        """
        page = render_html(assessment).encode()
        html = run.key(assessment.account, "html")
        first = self._put_new(html, page, "text/html; charset=utf-8")
        if not self._put_new(
            run.key(assessment.account, "json"), render_json(assessment).encode(), "application/json"
        ):
            return False
        if not first:
            self._put(html, page, "text/html; charset=utf-8")
        return True

    def _put_new(self, key: str, body: bytes, content_type: str) -> bool:
        try:
            self._put(key, body, content_type, {"IfNoneMatch": "*"})
        except ClientError as error:
            if error.response["Error"].get("Code") == _EXISTS:
                return False
            raise
        return True

    def _put(self, key: str, body: bytes, content_type: str, condition: dict[str, str] | None = None) -> None:
        self._s3.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=body,
            ContentType=content_type,
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=base64.b64encode(hashlib.sha256(body).digest()).decode(),
            ExpectedBucketOwner=key.split("/")[0],  # a bucket's name that was given up can be anyone's
            **(condition or {}),  # type: ignore[arg-type]
        )
