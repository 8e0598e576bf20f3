"""Restored S3 buckets."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from scripts.restore_test.account import Clients, RecoveryPoint, code_of, pages
from scripts.restore_test.proofs import Comparison, Digests, Proof, count_proof, key_proof
from scripts.restore_test.readers_of import FunctionRoles

CHUNK_BYTES = 1 << 20
CLOSED = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


@dataclass
class Buckets:
    """As ``Tables``, of objects. Names of objects are never told: they may name a patient."""

    clients: Clients
    digests: Digests
    roles: FunctionRoles
    sample: int
    minimum_percent: int

    def live_name(self, point: RecoveryPoint) -> str:
        return point.resource_arn.rpartition(":")[2]

    def metadata(self, point: RecoveryPoint, name: str) -> dict[str, str]:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-s3.html"""
        key = self._key_of_bucket(self.live_name(point))
        return {
            "CreationToken": str(uuid.uuid4()),
            "DestinationBucketName": name,
            "Encrypted": "true",
            "NewBucket": "true",
            **({"EncryptionType": "SSE-KMS", "KMSKey": key} if key else {}),
        }

    def _key_of_bucket(self, name: str) -> str | None:
        told = self.clients("s3").get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
        default = told["Rules"][0]["ApplyServerSideEncryptionByDefault"]
        key: str | None = default.get("KMSMasterKeyID")
        return key

    def prove(self, point: RecoveryPoint, name: str, arn: str) -> list[Proof]:
        live = self.live_name(point)
        comparison, keys = self._compared(name, live)
        proofs = [
            count_proof(self._count(name), self._count(live), "objects"),
            comparison.proof(self.minimum_percent, "objects"),
        ]
        wanted = self._key_of_bucket(live)
        proofs += [key_proof(key, wanted) for key in sorted(keys, key=str)]
        return [
            *proofs,
            self._closed(name),
            self._policy(name),
            self.roles.proof("s3:GetObject", f"{arn}/object"),
        ]

    def _count(self, name: str) -> int:
        listed = self.clients("s3").get_paginator("list_objects_v2").paginate(Bucket=name)
        return sum(page["KeyCount"] for page in listed)

    def _compared(self, name: str, live: str) -> tuple[Comparison, set[str | None]]:
        """And the keys that the sampled objects are under."""
        s3, comparison, keys = self.clients("s3"), Comparison(), set[str | None]()
        listed = s3.get_paginator("list_objects_v2").paginate(Bucket=name)
        for entry in islice((entry for page in listed for entry in page.get("Contents", [])), self.sample):
            restored = s3.get_object(Bucket=name, Key=entry["Key"])
            keys.add(restored.get("SSEKMSKeyId"))
            ours = self._digest(restored)
            try:
                theirs = self._digest(s3.get_object(Bucket=live, Key=entry["Key"]))
            except ClientError as error:
                if code_of(error) != "NoSuchKey":
                    raise
                comparison.gone += 1
                continue
            comparison.same += ours == theirs
            comparison.changed += ours != theirs
        return comparison, keys

    def _digest(self, answer: Any) -> str:
        return self.digests.of_chunks(answer["Body"].iter_chunks(CHUNK_BYTES))

    def _closed(self, name: str) -> Proof:
        try:
            told = self.clients("s3").get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        except ClientError as error:
            if code_of(error) != "NoSuchPublicAccessBlockConfiguration":
                raise
            told = {}
        closed = all(told.get(way) for way in CLOSED)
        return Proof("closed to the public", closed, "in all four ways" if closed else "not in all four ways")

    def _policy(self, name: str) -> Proof:
        try:
            self.clients("s3").get_bucket_policy(Bucket=name)
        except ClientError as error:
            if code_of(error) == "NoSuchBucketPolicy":
                return Proof("no policy of its own", True, "nobody is let in by the bucket itself")
            raise
        return Proof("no policy of its own", False, "the bucket has a policy")

    def delete(self, name: str) -> None:
        s3 = self.clients("s3")
        for kind in ("Versions", "DeleteMarkers"):
            for version in pages(s3, "list_object_versions", kind, Bucket=name):
                s3.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
        s3.delete_bucket(Bucket=name)

    def how_to_delete(self, name: str) -> str:
        return f"aws s3 rb --force s3://{name}  # once its versions are deleted (list-object-versions)"
