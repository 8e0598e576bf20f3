"""Put the parts together: moto behind the front door, the functions, the gateway, the alarms."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

# Read by moto when it is imported: roles may attach AWS's own policies.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from scripts.local_cloud import gaps  # noqa: F401  # importing them mends moto
from scripts.local_cloud.administrator import ACCOUNT_ID, REGION, create_administrator
from scripts.local_cloud.authorization.judgement import guard
from scripts.local_cloud.front_door import FrontDoor
from scripts.local_cloud.protocol.server import serve, url_of
from scripts.local_cloud.state import State, remove_state, write_state


class LocalCloud:
    """Everything that one process hosts. One at a time: moto keeps its state in module globals."""

    def __init__(self, port: int = 0, gateway_port: int = 0) -> None:
        key = create_administrator()
        self.endpoint = serve(FrontDoor([guard], {}), port)
        self.state = State(
            endpoint_url=url_of(self.endpoint),
            gateway_url=f"http://127.0.0.1:{gateway_port}",
            pid=os.getpid(),
            region=REGION,
            account_id=ACCOUNT_ID,
            access_key_id=key.access_key_id,
            secret_access_key=key.secret_access_key,
        )

    def close(self) -> None:
        self.endpoint.shutdown()


def run(state_dir: Path, port: int, gateway_port: int) -> int:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    cloud = LocalCloud(port, gateway_port)
    write_state(state_dir, cloud.state)
    print(f"Local cloud: {cloud.state.endpoint_url}\nGateway:     {cloud.state.gateway_url}", flush=True)
    try:
        ended.wait()
    finally:
        remove_state(state_dir, os.getpid())
        cloud.close()
    return 0


if __name__ == "__main__":
    sys.exit("Use: python -m scripts.local_cloud serve")
