"""Signer: signing jobs for Lambda's packages. moto 5.2 has profiles alone.

Nothing is signed here: a job adds a file to the zip that says so, which changes its hash as a signature does.
https://docs.aws.amazon.com/signer/latest/api/API_StartSigningJob.html
"""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.signer import urls
from moto.signer.models import SignerBackend
from moto.signer.responses import SignerResponse

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.gaps.patching import Method, add, wrap

MARK = "META-INF/aws_signer_signature_v1.0.SF"

for path in ("signing-jobs/?$", "signing-jobs/(?P<job_id>[^/]+)/?$"):
    urls.url_paths["{0}/" + path] = SignerResponse.dispatch


@wrap(SignerBackend, "__init__")
def create_backend(original: Method, backend: Any, *args: Any, **kwargs: Any) -> None:
    original(backend, *args, **kwargs)
    backend.signing_jobs = {}


@wrap(SignerBackend, "get_signing_profile")
def get_signing_profile(original: Method, backend: Any, profile_name: str) -> Any:
    """moto fails where there is no such profile."""
    if profile_name not in backend.signing_profiles:
        raise refused("ResourceNotFoundException", f"Signing profile {profile_name} not found.", 404)
    return original(backend, profile_name)


def refused(code: str, message: str, status: int = 400) -> Exception:
    error: Exception = JsonRESTError(code, message)
    error.code = status  # type: ignore[attr-defined]  # moto answers with it
    return error


@add(SignerResponse, "start_signing_job")
def start_signing_job(response: Any) -> str:
    given = json.loads(response.body)
    profile = response.signer_backend.get_signing_profile(given["profileName"])
    if profile.status != "Active":
        raise refused("ValidationException", f"Signing profile {profile.name} is not active.")
    source, target = given["source"]["s3"], given["destination"]["s3"]
    store = backend_of("s3", response.region)
    found = store.get_object(source["bucketName"], source["key"], source["version"])
    if found is None or not store.get_bucket(source["bucketName"]).is_versioned:
        raise refused("ValidationException", "The source is no version of an object in a versioned bucket.")
    job = str(uuid.uuid4())
    status = {
        "jobId": job,
        "profileName": profile.name,
        "profileVersion": profile.profile_version,
        "source": given["source"],
    }
    if not zipfile.is_zipfile(io.BytesIO(found.value)):
        status |= {"status": "Failed", "statusReason": "The object is no zip."}
    else:
        key = f"{target.get('prefix', '')}{job}.zip"
        store.put_object(target["bucketName"], key, marked(found.value))
        status |= {
            "status": "Succeeded",
            "signedObject": {"s3": {"bucketName": target["bucketName"], "key": key}},
        }
    response.signer_backend.signing_jobs[job] = status
    return json.dumps({"jobId": job, "jobOwner": response.current_account})


def marked(package: bytes) -> bytes:
    """The zip with one file more."""
    changed = io.BytesIO(package)
    with zipfile.ZipFile(changed, "a") as archive:
        archive.writestr(MARK, "The local cloud has signed nothing.\n")
    return changed.getvalue()


@add(SignerResponse, "describe_signing_job")
def describe_signing_job(response: Any) -> str:
    job = response.path.rstrip("/").split("/")[-1]
    if job not in response.signer_backend.signing_jobs:
        raise refused("ResourceNotFoundException", f"Signing job {job} not found.", 404)
    return json.dumps(response.signer_backend.signing_jobs[job])
