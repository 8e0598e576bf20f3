"""Send HL7 messages of the message bucket to the queue again: those in quarantine, or everything received.

Usage: ``python -m scripts.replay_hl7 --bucket <name> --queue-url <url> [--from received] [--code CODE ...]
[--segment PID] [--since 2026-01-31T09:00] [--until ...] [--again] [--send]``

Without ``--send`` it only says what it would do. The message is sent as a pointer to the object, so its
bytes are the ones that came. What was sent is tagged ``replayed``, and left out the next time unless
``--again`` is given. Replaying is safe: a message that is stored already is recognised by its control id
and body. It says nothing of what is in a message: keys, codes and places alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

TAG = "replayed"
PROGRESS_EVERY = 100


@dataclass(frozen=True)
class Wanted:
    """Which objects: below ``prefix``, refused with one of ``codes`` at ``segment``, stored within the
    times.
    """

    prefix: str
    codes: frozenset[str]
    segment: str | None
    since: datetime
    until: datetime
    again: bool


@dataclass(frozen=True)
class Candidate:
    key: str
    version_id: str | None
    reason: str


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    wanted = Wanted(
        f"{options.origin}/",
        frozenset(options.code),
        options.segment,
        options.since,
        # What is sent is received, and maybe refused, again: without an end it would be sent for ever.
        min(options.until, datetime.now(UTC)),
        options.again,
    )
    s3, sqs = boto3.client("s3"), boto3.client("sqs")
    skipped: Counter[str] = Counter()
    sent: Counter[str] = Counter()
    try:
        for candidate in candidates(s3, options.bucket, wanted, skipped):
            if options.send:
                send(s3, sqs, options.bucket, options.queue_url, candidate)
            else:
                print(f"  would send {candidate.key}  ({candidate.reason})")
            sent[candidate.reason] += 1
            if options.send and sent.total() % PROGRESS_EVERY == 0:
                print(f"  {sent.total()} sent …", flush=True)
    except (ClientError, BotoCoreError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        report(options, sent, skipped)
        print(
            f"AWS answered {code}: the rest was not looked at. Run it again: what was sent is left out.",
            file=sys.stderr,
        )
        return 1
    report(options, sent, skipped)
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Send HL7 messages of the bucket to the queue again.")
    parser.add_argument("--bucket", required=True, help="Terraform's output hl7_bucket")
    parser.add_argument("--queue-url", required=True, help="url in Terraform's output hl7_queue")
    parser.add_argument("--from", dest="origin", choices=["quarantine", "received"], default="quarantine")
    parser.add_argument("--code", action="append", default=[], help="an error code (repeat for several)")
    parser.add_argument("--segment", help="the segment that was wrong, as in PID")
    parser.add_argument(
        "--since", type=moment, default=datetime.min.replace(tzinfo=UTC), help="ISO 8601, UTC"
    )
    parser.add_argument(
        "--until", type=moment, default=datetime.max.replace(tzinfo=UTC), help="ISO 8601, UTC"
    )
    parser.add_argument("--again", action="store_true", help="also what was replayed before")
    parser.add_argument("--send", action="store_true", help="do it; without, nothing is sent")
    options = parser.parse_args(arguments)
    if options.origin == "received" and (options.code or options.segment):
        parser.error("--code and --segment are for --from quarantine: what was received carries no reason.")
    return options


def moment(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def candidates(s3: S3Client, bucket: str, wanted: Wanted, skipped: Counter[str]) -> Iterator[Candidate]:
    """What is to be sent; ``skipped`` counts the rest by why."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=wanted.prefix):
        for found in page.get("Contents", []):
            if not wanted.since <= found["LastModified"] <= wanted.until:
                skipped["outside of the times"] += 1
                continue
            head = s3.head_object(Bucket=bucket, Key=found["Key"])
            metadata = head["Metadata"]
            code, segment = metadata.get("error-code", "received"), metadata.get("segment", "none")
            if (wanted.codes and code not in wanted.codes) or wanted.segment not in (None, segment):
                skipped["another reason"] += 1
            elif not wanted.again and was_replayed(s3, bucket, found["Key"]):
                skipped["replayed before"] += 1
            else:
                reason = code if segment == "none" else f"{code} {segment}-{metadata['field']}"
                yield Candidate(found["Key"], head.get("VersionId"), reason)


def was_replayed(s3: S3Client, bucket: str, key: str) -> bool:
    tags = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    return any(tag["Key"] == TAG for tag in tags)


def send(s3: S3Client, sqs: SQSClient, bucket: str, queue_url: str, candidate: Candidate) -> None:
    pointer = {"key": candidate.key}
    if candidate.version_id not in (None, "null"):
        pointer["version_id"] = str(candidate.version_id)
    order: Any = {}
    if queue_url.endswith(".fifo"):
        # A group of its own: whose message it is can't be known here, and order comes from the event times.
        identity = candidate.key.rpartition("/")[2]
        order = {
            "MessageGroupId": identity,
            "MessageDeduplicationId": f"{identity}-{datetime.now(UTC):%Y%m%dT%H%M%S}",
        }
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps({"hl7v2": pointer}), **order)
    tags = [{"Key": TAG, "Value": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}]
    s3.put_object_tagging(Bucket=bucket, Key=candidate.key, Tagging={"TagSet": tags})  # type: ignore[typeddict-item]


def report(options: argparse.Namespace, sent: Counter[str], skipped: Counter[str]) -> None:
    print(f"{'Sent' if options.send else 'Would send'} {sent.total()} of {options.origin}/:")
    for reason, count in sorted(sent.items()):
        print(f"  {count:6}  {reason}")
    print(f"Not sent: {skipped.total()}")
    for why, count in sorted(skipped.items()):
        print(f"  {count:6}  {why}")
    if not options.send:
        print("Nothing was sent. Add --send to do it.")


if __name__ == "__main__":
    sys.exit(main())
