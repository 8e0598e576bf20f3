"""``state.json``: where the local cloud listens, and the administrator's key for it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

STATE_FILE = "state.json"


@dataclass(frozen=True)
class State:
    """Written once both servers listen; removed when the process ends."""

    endpoint_url: str
    gateway_url: str
    pid: int
    region: str
    account_id: str
    access_key_id: str
    secret_access_key: str
    database_port: int
    database_ca_file: str

    def environment(self) -> dict[str, str]:
        """The variables that point Terraform, boto3 and the AWS CLI at this cloud."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }


def write_state(state_dir: Path, state: State) -> None:
    """Write the file readable by its owner alone: it holds a secret, if only a local one."""
    state_dir.mkdir(parents=True, exist_ok=True)
    temporary = state_dir / f".{STATE_FILE}.{os.getpid()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(state), file, indent=2)
        file.write("\n")
    temporary.replace(state_dir / STATE_FILE)


def read_state(state_dir: Path) -> State | None:
    """Return the state, or None where no local cloud was started with this folder."""
    try:
        text = (state_dir / STATE_FILE).read_text()
    except FileNotFoundError:
        return None
    return State(**json.loads(text))


def remove_state(state_dir: Path, pid: int) -> None:
    state = read_state(state_dir)
    if state is not None and state.pid == pid:
        (state_dir / STATE_FILE).unlink(missing_ok=True)
