"""Objects of a bucket that are written once: whoever comes again finds them there."""

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from healthcare.aws import aws_errors, error_code

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Not ConditionalRequestConflict: another write is under way, and may yet fail.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_THERE_ALREADY: Final = "PreconditionFailed"


def put_once(
    client: "S3Client", bucket: str, key: str, content: bytes, media_type: str, **options: Any
) -> None:
    """Put an object whose key says its content: one that is there already is the same. Problem otherwise.

    `options` are further arguments of PutObject, as Metadata.
    """
    with aws_errors():
        try:
            client.put_object(
                Bucket=bucket, Key=key, Body=content, ContentType=media_type, IfNoneMatch="*", **options
            )
        except ClientError as error:
            if error_code(error) != _THERE_ALREADY:
                raise
