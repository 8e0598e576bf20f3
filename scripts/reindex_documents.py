"""Send documents through rag-ingest again: all of them, or those that are named.

Usage: ``python -m scripts.reindex_documents --table <name> --queue-url <url> [--document-id ID] [--send]``

For a new model of embeddings, a new store, or a store that was lost. Without ``--send`` it only counts. What
is sent names documents and nothing else: rag-ingest reads each one's row and does what it says, so sending
twice, or while documents change, does no harm. It needs dynamodb:Scan on the table of documents (of which it
reads ids and states alone) and sqs:SendMessage on the queue, which no function has.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

AT_ONCE = 10
"""Messages that SendMessageBatch takes."""


class NotTakenError(Exception):
    """SQS has refused messages of a batch. Says its code."""


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    sent: Counter[str] = Counter()
    waiting: list[str] = []
    try:
        dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")
        for document_id, status in documents(dynamodb, options.table, frozenset(options.document_id)):
            waiting.append(document_id)
            sent[status] += 1
            if options.send and len(waiting) == AT_ONCE:
                send(sqs, options.queue_url, waiting)
                waiting.clear()
        if options.send and waiting:
            send(sqs, options.queue_url, waiting)
    except (ClientError, BotoCoreError, NotTakenError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else str(error)
        print(
            f"AWS answered {code}: not all was sent. Run it again: sending twice does no harm.",
            file=sys.stderr,
        )
        return 1
    report(sent, options.send)
    missing = len(set(options.document_id)) - sent.total() if options.document_id else 0
    if missing:
        print(f"{missing} of the documents named are not in the table.", file=sys.stderr)
    return 1 if missing else 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Send documents through rag-ingest again.")
    parser.add_argument("--table", required=True, help="the table of documents: <prefix>-documents")
    parser.add_argument("--queue-url", required=True, help="url in Terraform's output rag_queue")
    parser.add_argument(
        "--document-id", action="append", default=[], help="only this one (repeat for several)"
    )
    parser.add_argument("--send", action="store_true", help="do it; without, nothing is sent")
    return parser.parse_args(arguments)


def documents(dynamodb: DynamoDBClient, table: str, wanted: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Id and state of each document, or of those that are wanted."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="#entry = :current",
        ProjectionExpression="#document_id, #status",
        ExpressionAttributeNames={"#document_id": "document_id", "#entry": "entry", "#status": "status"},
        ExpressionAttributeValues={":current": {"S": "current"}},
    )
    for page in pages:
        for item in page["Items"]:
            document_id = item["document_id"]["S"]
            if not wanted or document_id in wanted:
                yield document_id, item["status"]["S"]


def send(sqs: SQSClient, queue_url: str, document_ids: list[str]) -> None:
    """One message a document, so that each succeeds or fails by itself."""
    entries: list[Any] = [
        {"Id": str(number), "MessageBody": json.dumps({"reindex": {"document_id": document_id}})}
        for number, document_id in enumerate(document_ids)
    ]
    refused = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed", [])
    if refused:
        raise NotTakenError(refused[0]["Code"])


def report(sent: Counter[str], is_sent: bool) -> None:
    print(f"{'Sent' if is_sent else 'Would send'} {sent.total()} documents:")
    for status, count in sorted(sent.items()):
        print(f"  {count:6}  {status}")
    if not is_sent:
        print("Nothing was sent. Add --send to do it.")


if __name__ == "__main__":
    sys.exit(main())
