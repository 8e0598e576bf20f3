"""KMS keys: one list call, and four calls for each key (AWS has none for all of them)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.keys import Key
from hipaa_policies.readers.live.aws import Aws, UnreadableError
from hipaa_policies.readers.live.registry import Facts, Where, reader


@reader(
    "keys",
    operations={
        "kms": (
            "DescribeKey",
            "GetKeyPolicy",
            "GetKeyRotationStatus",
            "ListAliases",
            "ListGrants",
            "ListKeys",
        )
    },
)
def read_keys(aws: Aws, _: Where) -> Facts:
    listed = aws.pages("kms", "ListKeys", "Keys")
    aliases = aws.pages("kms", "ListAliases", "Aliases")
    by_key: dict[str, list[str]] = {}
    for alias in aliases.items:
        by_key.setdefault(alias.get("TargetKeyId", ""), []).append(alias["AliasName"])

    def read(entry: dict[str, Any]) -> Key | Unreadable:
        try:
            found = aws.call("kms", "DescribeKey", KeyId=entry["KeyId"])["KeyMetadata"]
        except UnreadableError as error:
            return error.problem
        names = tuple(sorted(by_key.get(entry["KeyId"], ())))
        return _key(aws, found, aliases.problem or names)

    keys = aws.each(listed.items, read)
    problem = next((key for key in keys if isinstance(key, Unreadable)), None)
    return {"keys": Listing(tuple(k for k in keys if isinstance(k, Key)), listed.problem or problem)}


def _key(aws: Aws, found: dict[str, Any], aliases: tuple[str, ...] | Unreadable) -> Key:
    identifier = found["KeyId"]
    # Customers cannot make aliases below alias/aws/: what has one is AWS's.
    reserved = not isinstance(aliases, Unreadable) and any(a.startswith("alias/aws/") for a in aliases)
    customer = found.get("KeyManager", "CUSTOMER") == "CUSTOMER" and not reserved
    key = Key(
        arn=found["Arn"],
        id=identifier,
        state=found["KeyState"],
        spec=found.get("KeySpec") or found.get("CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"),
        origin=found.get("Origin", "AWS_KMS"),
        customer_managed=customer,
        aliases=aliases,
    )
    if not customer:
        return key
    policy = aws.optional("kms", "GetKeyPolicy", [], KeyId=identifier, PolicyName="default")
    grants = aws.pages("kms", "ListGrants", "Grants", KeyId=identifier)
    rotation: Any = None
    if key.rotates and key.state in ("Enabled", "Disabled"):
        rotation = aws.optional("kms", "GetKeyRotationStatus", [], KeyId=identifier)
    return replace(
        key,
        policy=policy if isinstance(policy, Unreadable) else (policy or {}).get("Policy"),
        rotation=(
            rotation
            if isinstance(rotation, Unreadable) or rotation is None
            else bool(rotation.get("KeyRotationEnabled"))
        ),
        grantees=Listing(tuple(grant["GranteePrincipal"] for grant in grants.items), grants.problem),
    )
