"""Plan time and API calls: of our network module against the same written out flat, and of a second plan."""

from __future__ import annotations

import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from scripts.local_deployment import ROOT, TERRAFORM, LocalDeployment

REQUEST_LINE = re.compile(rb"(?:GET|HEAD|POST|PUT|DELETE|PATCH) \S+ HTTP/1\.1\r\n")
PLANS = 5


class CountingProxy:
    """Passes TCP on and counts the requests in it, so that the emulator need not be trusted to count."""

    def __init__(self, target: str) -> None:
        host, _, port = target.removeprefix("http://").partition(":")
        self.target = (host, int(port))
        self.requests = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            server = socket.create_connection(self.target)
            threading.Thread(target=self._pass_on, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(server, client, False), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, count: bool) -> None:
        try:
            while data := source.recv(65536):
                if count:
                    with self._lock:
                        self.requests += len(REQUEST_LINE.findall(data))
                sink.sendall(data)
        except OSError:
            pass  # either side may hang up at any time; the other then reads the end of its stream
        finally:
            for side in (source, sink):
                side.close()


def terraform(folder: Path, environment: Mapping[str, str], *words: str) -> str:
    """What Terraform printed."""
    command = [str(TERRAFORM), f"-chdir={folder}", *words]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    finished = subprocess.run(
        command, env=inherited | dict(environment), capture_output=True, text=True, check=False
    )
    if finished.returncode != 0:
        raise RuntimeError(
            f"terraform {words[0]} in {folder.name} failed:\n{finished.stdout}{finished.stderr}"
        )
    return finished.stdout


def measure_plan(
    folder: Path, environment: Mapping[str, str], proxy: CountingProxy, *words: str
) -> tuple[float, int]:
    """CPU seconds of a plan (Terraform's and the provider's) and the API calls that it made."""
    requests, before = proxy.requests, resource.getrusage(resource.RUSAGE_CHILDREN)
    terraform(folder, environment, "plan", "-input=false", *words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, proxy.requests - requests


def network(deployment: LocalDeployment, proxy: CountingProxy, scratch: Path) -> None:
    environment = LocalDeployment(deployment.directory, through=proxy.url).environment
    environment["TF_VAR_account_id"] = str(deployment.state.account_id)
    seconds: dict[str, list[float]] = {}
    calls: dict[str, int] = {}
    shutil.copytree(ROOT / "modules" / "network", scratch / "modules" / "network")
    folders = {}
    for name in ("network_module", "network_flat"):
        folders[name] = scratch / "tests" / "bench" / name
        shutil.copytree(Path(__file__).parent / name, folders[name])
        terraform(folders[name], environment, "init", "-input=false")
        terraform(folders[name], environment, "apply", "-auto-approve", "-input=false")
    for _ in range(PLANS):
        for name, folder in folders.items():
            used, made = measure_plan(folder, environment, proxy)
            seconds.setdefault(name, []).append(used)
            calls[name] = made
    module, flat = (statistics.median(seconds[name]) for name in ("network_module", "network_flat"))
    print(f"\nA plan of the network once it is applied, median of {PLANS} each, in turn")
    print(f"  modules/network  CPU {module:.2f} s   {calls['network_module']} API calls")
    print(f"  written out flat CPU {flat:.2f} s   {calls['network_flat']} API calls")
    ratio = calls["network_module"] / calls["network_flat"]
    print(f"  ratios           CPU {module / flat:.2f}     calls {ratio:.2f}   (aim: at most 1.1 each)")


def environment_local(deployment: LocalDeployment, proxy: CountingProxy) -> None:
    began = time.monotonic()
    resources = deployment.apply()
    applied = time.monotonic() - began
    began, before = time.monotonic(), proxy.requests
    empty, _ = LocalDeployment(deployment.directory, through=proxy.url).plan_is_empty()
    print("\nenvironments/local")
    print(f"  apply        {resources} resources in {applied:.0f} s")
    print(f"  second plan  {'empty' if empty else 'NOT EMPTY'}, {proxy.requests - before} API calls, "
          f"{time.monotonic() - began:.0f} s")  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        deployment = LocalDeployment(Path(folder) / "cloud")
        deployment.start()
        try:
            proxy = CountingProxy(deployment.state.endpoint_url)
            network(deployment, proxy, Path(folder))
            environment_local(deployment, proxy)
        finally:
            deployment.stop()
