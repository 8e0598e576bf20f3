"""A detached signature of the checksums, with an SSH key: see docs/decisions/0015-releases.md for why.

`ssh-keygen -Y` comes with OpenSSH 8.1 and later (https://man.openbsd.org/ssh-keygen.1), which git users have.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from scripts.release.descriptions import CHECKSUMS
from scripts.release.errors import ReleaseError

# A signature made for something else, as for a commit, is none of a release.
NAMESPACE = "release@terraform-aws-hipaa-serverless"
SIGNATURE = f"{CHECKSUMS}.sig"


def sign(folder: Path, key: Path) -> Path:
    """Sign the checksums. ``key`` is a private key, or a public one whose other half an agent has.

    Raises ``ReleaseError``.
    """
    require(key)
    (folder / SIGNATURE).unlink(missing_ok=True)
    ssh_keygen("sign", "-q", "-f", str(key), "-n", NAMESPACE, str(folder / CHECKSUMS))
    return folder / SIGNATURE


def require(key: Path) -> None:
    """Raises ``ReleaseError`` where there is no such key: to be asked before anything is built."""
    if not key.is_file():
        raise ReleaseError(f"There is no key {key}, so nothing was released. Name one in SIGNING_KEY.")


def verify(folder: Path, signers: Path) -> str:
    """Who signed the checksums, as ``signers`` names them. Raises ``ReleaseError`` for anybody else.

    ``signers`` has one line for each who may: a name, a key type and the public key.
    """
    if not signers.is_file():
        raise ReleaseError(f"There is no file {signers}, so nobody's signature was checked: see SIGNERS.")
    if not (folder / SIGNATURE).is_file():
        raise ReleaseError(
            f"{folder} has no {SIGNATURE}: it was not signed, or the signature was taken away."
        )
    signed = ("-s", str(folder / SIGNATURE), "-n", NAMESPACE)
    principals = ssh_keygen("find-principals", "-f", str(signers), *signed[:2]).split()
    if not principals:
        raise ReleaseError(f"Nobody in {signers} signed {CHECKSUMS}: do not use these files.")
    with (folder / CHECKSUMS).open("rb") as content:
        ssh_keygen("verify", "-f", str(signers), "-I", principals[0], *signed, content=content.fileno())
    return principals[0]


def ssh_keygen(what: str, *words: str, content: int | None = None) -> str:
    """Run `ssh-keygen -Y what`. Signing may ask for the key's passphrase, or for a touch, on the terminal."""
    try:
        finished = subprocess.run(
            ["ssh-keygen", "-Y", what, *words],
            stdin=content,
            stdout=subprocess.PIPE,
            stderr=None if what == "sign" else subprocess.PIPE,  # where it asks to touch the token
            text=True,
            env=os.environ | {"LC_ALL": "C"},
            check=False,
        )
    except FileNotFoundError as error:
        raise ReleaseError(
            "`ssh-keygen` was not found, so nothing was signed or verified. Install OpenSSH 8.1 or newer."
        ) from error
    if finished.returncode != 0:
        said = f"{finished.stderr or 'see above'} {finished.stdout}".strip()
        raise ReleaseError(
            f"The signature of {CHECKSUMS} was not {'made' if what == 'sign' else 'accepted'}: {said}"
        )
    return finished.stdout
