"""Put the parts together: moto behind the front door, the functions, the gateway, the alarms."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from types import FrameType

# Read by moto when it is imported: roles may attach AWS's own policies.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from scripts.lambda_python import LAMBDA_VERSION, find_lambda_python, inspect_python
from scripts.local_cloud import bedrock, gaps, small_services  # noqa: F401  # importing gaps mends moto
from scripts.local_cloud.administrator import ACCOUNT_ID, REGION, create_administrator
from scripts.local_cloud.alarms import AlarmLoop
from scripts.local_cloud.authorization.judgement import guard
from scripts.local_cloud.backup import service as backup
from scripts.local_cloud.control import PREFIX
from scripts.local_cloud.control_desk import ControlDesk
from scripts.local_cloud.database.front import DatabaseFront
from scripts.local_cloud.event_sources.bucket_events import route_bucket_events
from scripts.local_cloud.event_sources.creation import check_role
from scripts.local_cloud.event_sources.expiry import Expiry
from scripts.local_cloud.event_sources.mapping import Host, Settings
from scripts.local_cloud.event_sources.mappings import EventSourceMappings
from scripts.local_cloud.event_sources.queue_metrics import QueueMetrics
from scripts.local_cloud.event_sources.rules import Rules, route_events
from scripts.local_cloud.event_sources.schedules import Schedules
from scripts.local_cloud.faults import Faults
from scripts.local_cloud.front_door import FrontDoor
from scripts.local_cloud.functions.deliveries import route_deliveries
from scripts.local_cloud.functions.networking import check_network
from scripts.local_cloud.functions.service import FunctionService
from scripts.local_cloud.gateway.server import Gateway
from scripts.local_cloud.limits import check_limits
from scripts.local_cloud.log_subscriptions import check_subscription
from scripts.local_cloud.protocol.server import serve, url_of
from scripts.local_cloud.state import State, remove_state, write_state
from scripts.local_cloud.web_identity import check_web_identity

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parent.parent.parent
# It takes three. Where it takes longer, the log says what each thread waits for.
SLOW_END_SECONDS = 20.0
SIGNAL_LOOK_SECONDS = 0.2


class LocalCloud:
    """Everything that one process hosts. One at a time: moto keeps its state in module globals."""

    def __init__(self, port: int = 0, gateway_port: int = 0) -> None:
        key = create_administrator()
        front_door = FrontDoor(
            [guard, check_limits, check_role, check_network, check_subscription, check_web_identity]
        )
        self.endpoint = serve(front_door, port)
        endpoint_url = url_of(self.endpoint)
        self.folder = Path(tempfile.mkdtemp(prefix="local-cloud-"))
        self.functions = FunctionService(functions_python(), endpoint_url, self.folder / "code")
        self.database = DatabaseFront(self.folder)
        route_deliveries(self.functions)
        front_door.operations[("lambda", "Invoke")] = self.functions.invoke_operation
        front_door.operations |= small_services.operations()
        front_door.operations |= backup.operations()
        front_door.operations |= bedrock.operations()
        self.state = State(
            endpoint_url=endpoint_url,
            gateway_url="",
            pid=os.getpid(),
            region=REGION,
            account_id=ACCOUNT_ID,
            access_key_id=key.access_key_id,
            secret_access_key=key.secret_access_key,
            database_port=self.database.port,
            database_ca_file=str(self.database.ca_file),
        )
        self.gateway = Gateway(self.state, self.functions)
        self.gateway_server = serve(self.gateway, gateway_port)
        self.state = replace(self.state, gateway_url=url_of(self.gateway_server))
        self.alarms = AlarmLoop(REGION)
        self.start_event_sources(front_door)

    def start_event_sources(self, front_door: FrontDoor) -> None:
        accept = self.functions.asynchronous.accept
        self.rules = Rules(REGION, accept)
        route_events(self.rules)
        route_bucket_events(self.rules, accept)
        self.faults = Faults(self.functions.pool.kill)
        front_door.between = self.faults.answer
        settings = Settings()
        end_idle = self.functions.pool.end_idle
        desk = ControlDesk(self.state.secret_access_key, self.faults, settings, self.rules, end_idle)
        front_door.pages[PREFIX] = desk.answer
        host = Host(self.functions.run, self.state.endpoint_url, REGION, settings)
        self.mappings = EventSourceMappings(host)
        self.schedules = Schedules(REGION, lambda name: self.rules.fire(name, None, "default"))
        self.expiry = Expiry(REGION)
        self.queue_metrics = QueueMetrics(REGION)

    def close(self) -> None:
        self.faults.closing.set()
        self.schedules.close()
        self.expiry.close()
        self.queue_metrics.close()
        self.mappings.stop()
        self.functions.interrupt()
        self.mappings.close()
        self.rules.close()
        self.alarms.close()
        self.gateway_server.shutdown()
        self.gateway.close()
        self.functions.close()
        self.database.close()
        self.endpoint.shutdown()
        self.folder.rmdir()


def functions_python() -> Path:
    """The Python of ``.venv-lambda``; raises ``SystemExit`` where that environment is not set up."""
    python = ROOT / ".venv-lambda" / "bin" / "python"
    found = inspect_python(python) if python.exists() else None
    if found is None:
        wanted = find_lambda_python().executable
        raise SystemExit(
            f"{python} does not run, so no function can. Set it up (with {wanted}): "
            "python3 scripts/setup_environment.py lambda_runtime"
        )
    if not found.exact:
        logger.warning("functions run on Python %d.%d: no %d.%d was found", *found.version, *LAMBDA_VERSION)
    return python


def run(state_dir: Path, port: int, gateway_port: int) -> int:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    ended = end_at_signals()
    cloud = LocalCloud(port, gateway_port)
    write_state(state_dir, cloud.state)
    print(f"Local cloud: {cloud.state.endpoint_url}\nGateway:     {cloud.state.gateway_url}", flush=True)
    try:
        wait_for(ended)
    finally:
        remove_state(state_dir, os.getpid())
        faulthandler.dump_traceback_later(SLOW_END_SECONDS)
        cloud.close()
    return 0


def end_at_signals() -> threading.Event:
    """Set by SIGTERM and SIGINT, which end nothing by themselves any more."""
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return ended


def wait_for(ended: threading.Event) -> None:
    """To be called by the main thread: it alone runs Python's signal handlers.

    The system may hand a signal to another thread, which does not end a wait without a time limit here.
    https://docs.python.org/3/library/signal.html#signals-and-threads
    """
    while not ended.wait(SIGNAL_LOOK_SECONDS):
        pass
