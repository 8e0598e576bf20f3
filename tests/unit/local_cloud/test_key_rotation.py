"""A key that is rotated on demand: new material for what comes, all material for what is there."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.unit.local_cloud.support import Cloud


def test_what_was_encrypted_before_a_rotation_is_read_after_it(cloud: Cloud) -> None:
    kms = cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    context = {"EncryptionContext": {"record": "1"}}
    written = []
    for number in range(3):
        written.append(kms.encrypt(KeyId=key, Plaintext=f"{number}".encode(), **context)["CiphertextBlob"])
        kms.rotate_key_on_demand(KeyId=key)
    read = [kms.decrypt(CiphertextBlob=blob, **context) for blob in written]
    assert [answer["Plaintext"] for answer in read] == [b"0", b"1", b"2"]
    assert {answer["KeyId"] for answer in read} == {cloud.arn("kms", f"key/{key}")}
    assert kms.decrypt(CiphertextBlob=written[0], KeyId=key, **context)["Plaintext"] == b"0"
    rotations = kms.list_key_rotations(KeyId=key)["Rotations"]
    assert [rotation["RotationType"] for rotation in rotations] == ["ON_DEMAND"] * 3


def test_a_rotation_lets_in_nobody_else(cloud: Cloud) -> None:
    kms = cloud.client("kms")
    key, other = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    context = {"EncryptionContext": {"record": "1"}}
    blob = kms.encrypt(KeyId=key, Plaintext=b"1", **context)["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=key)
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext={"record": "2"})
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=blob[:-1] + bytes([blob[-1] ^ 1]), **context)
    with pytest.raises(ClientError):
        kms.decrypt(CiphertextBlob=blob, KeyId=other, **context)
