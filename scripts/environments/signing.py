"""`make sign`: have AWS Signer sign dist/*.zip, and write where the signed packages are.

Signer reads a version of an object and writes the signed zip beside it. Both are kept, so that what runs can
be traced to what was built, and packages that were signed before are not signed again.
https://docs.aws.amazon.com/signer/latest/developerguide/lambda-workflow.html
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from scripts.environments import terraform
from scripts.environments.environment import Environment
from scripts.environments.problems import RefusedError
from scripts.environments.terraform import Progress

# What signing needs of the environment, which can be made before any function is.
TARGETS = ("module.healthcare.module.code_signing", "module.healthcare.module.packages_bucket")
WAIT = {"Delay": 2, "MaxAttempts": 150}


@dataclass(frozen=True)
class Signer:
    """Signs with one profile, in one bucket. ``signer`` and ``s3`` are boto3 clients."""

    profile: str
    bucket: str
    signer: Any
    s3: Any

    def prefix(self, package: Path) -> str:
        """Where the package is once it is signed: by who signed it, its name, and what was signed."""
        return f"signed/{self.profile}/{package.stem}/{hashlib.sha256(package.read_bytes()).hexdigest()}/"

    def signed(self, package: Path) -> str | None:
        """The key of the package as this profile has signed it, if it has."""
        found = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=self.prefix(package)).get("Contents", [])
        return max((item["Key"] for item in found), default=None)

    def start(self, package: Path) -> str:
        """Upload the package and have it signed. Returns the id of the job."""
        key = self.prefix(package).replace("signed/", "unsigned/", 1) + package.name
        version = self.s3.put_object(Bucket=self.bucket, Key=key, Body=package.read_bytes())["VersionId"]
        started = self.signer.start_signing_job(
            source={"s3": {"bucketName": self.bucket, "key": key, "version": version}},
            destination={"s3": {"bucketName": self.bucket, "prefix": self.prefix(package)}},
            profileName=self.profile,
        )
        return str(started["jobId"])

    def finish(self, job: str) -> str:
        """The key of what the job has signed. Raises ``RefusedError`` where it could not."""
        try:
            self.signer.get_waiter("successful_signing_job").wait(jobId=job, WaiterConfig=WAIT)
        except WaiterError as error:
            reason = error.last_response.get("statusReason", error)
            raise RefusedError(
                f"Signer could not sign (job {job}): {reason}. No package was changed."
            ) from error
        return str(self.signer.describe_signing_job(jobId=job)["signedObject"]["s3"]["key"])

    def described(self, key: str) -> dict[str, str]:
        """The object as var.packages takes it."""
        found = self.s3.get_object(Bucket=self.bucket, Key=key)
        digest = hashlib.sha256(found["Body"].read()).digest()
        return {
            "bucket": self.bucket,
            "hash": base64.b64encode(digest).decode(),
            "key": key,
            "version": found["VersionId"],
        }


def sign(environment: Environment, progress: Progress) -> int:
    """Sign what `make package` has built, and write environments/<name>/packages.auto.tfvars.json."""
    packages = sorted((environment.root / "dist").glob("*.zip"))
    if not packages:
        raise RefusedError("There is no package in dist/, so nothing was signed. Build them: make package")
    progress(f"terraform init, on the state of {environment.name}")
    terraform.initialise(environment)
    bucket, profile = _made(environment, progress)
    session = boto3.Session(region_name=environment.region)
    signer = Signer(profile, bucket, session.client("signer"), session.client("s3"))
    try:
        keys = _sign_all(signer, packages, progress)
        described = {package.stem: signer.described(keys[package.stem]) for package in packages}
    except (BotoCoreError, ClientError) as error:
        raise RefusedError(
            f"AWS refused while packages were signed ({error}). No function was changed."
        ) from error
    file = environment.folder / "packages.auto.tfvars.json"
    file.write_text(json.dumps({"packages": described}, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(
        f"{len(described)} packages are signed by {profile}: {environment.file(file)}. "
        "Commit it: it says which code runs.\n"
        f"Next: make plan ENV={environment.name}"
    )
    return 0


def _sign_all(signer: Signer, packages: list[Path], progress: Progress) -> dict[str, str]:
    """The keys of the signed packages, by name. Jobs run side by side."""
    keys, jobs = {}, {}
    for package in packages:
        key = signer.signed(package)
        if key is None:
            progress(f"{package.name}: sent to be signed")
            jobs[package.stem] = signer.start(package)
        else:
            progress(f"{package.name}: was signed before")
            keys[package.stem] = key
    return keys | {name: signer.finish(job) for name, job in jobs.items()}


def _made(environment: Environment, progress: Progress) -> tuple[str, str]:
    """Bucket and profile. The first time they are made by themselves: no function can be, without them."""
    found = terraform.outputs(environment)
    if not found.get("packages_bucket") or not found.get("signing_profile"):
        progress(
            "there is no profile to sign with yet: terraform apply of it, its bucket, and what they stand on"
        )
        terraform.apply(environment, *(f"-target={target}" for target in TARGETS))
        found = terraform.outputs(environment)
    bucket, profile = found.get("packages_bucket"), found.get("signing_profile")
    if not bucket or not profile:
        raise RefusedError(
            f"{environment.name} has no profile of its own to sign with: set code_signing = {{}} in its "
            "terraform.tfvars, or sign where the profiles are that it trusts. Nothing was signed."
        )
    return bucket, profile
