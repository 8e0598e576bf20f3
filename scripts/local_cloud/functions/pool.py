"""The execution environments of all functions: reuse, limits, replacement."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.local_cloud.functions.code import CodeStore
from scripts.local_cloud.functions.deployed import DeployedFunction
from scripts.local_cloud.functions.environment import Environment, Host
from scripts.local_cloud.protocol.errors import AwsError

# Lambda would start up to the account's thousand; a laptop would not survive that. Beyond it callers wait.
UNRESERVED_ENVIRONMENTS = 8


@dataclass
class Environments:
    """Those of one function, over all its versions: reserved concurrency counts them together."""

    idle: list[tuple[str, Environment]] = field(default_factory=list)
    busy: int = 0
    running: list[Environment] = field(default_factory=list)


class EnvironmentPool:
    def __init__(self, python: Path, endpoint_url: str, code: CodeStore) -> None:
        self.python = python
        self.endpoint_url = endpoint_url
        self.code = code
        self.changed = threading.Condition()
        self.functions: dict[str, Environments] = defaultdict(Environments)
        self.ended = False

    @contextmanager
    def environment(self, function: DeployedFunction) -> Iterator[Environment]:
        """Lend an environment, warm if there is one. Raises ``AwsError`` TooManyRequestsException."""
        self.enter(function)
        try:
            environment = self.take_idle(function) or self.start(function)
            running = self.functions[function.arn].running
            running.append(environment)
            try:
                if self.ended:  # it was about to start when all were ended
                    environment.kill()
                yield environment
            finally:
                running.remove(environment)
                self.give_back(function, environment)
        finally:
            with self.changed:
                self.functions[function.arn].busy -= 1
                self.changed.notify_all()

    def enter(self, function: DeployedFunction) -> None:
        reserved = function.reserved_concurrency
        with self.changed:
            environments = self.functions[function.arn]
            if reserved is None:
                self.changed.wait_for(lambda: environments.busy < UNRESERVED_ENVIRONMENTS or self.ended)
            elif environments.busy >= reserved:
                raise AwsError("TooManyRequestsException", "Rate Exceeded.", 429)
            if self.ended:
                raise AwsError("ServiceException", "The local cloud is ending.", 500)
            environments.busy += 1

    def take_idle(self, function: DeployedFunction) -> Environment | None:
        stale: list[Environment] = []
        found: Environment | None = None
        with self.changed:
            environments = self.functions[function.arn]
            kept = []
            for version, environment in environments.idle:
                current = environment.fingerprint == function.fingerprint
                if version != function.version:
                    kept.append((version, environment))
                elif not (current and environment.usable):
                    stale.append(environment)
                elif found is None:
                    found = environment
                else:
                    kept.append((version, environment))
            environments.idle = kept
        for environment in stale:
            environment.close()
        return found

    def start(self, function: DeployedFunction) -> Environment:
        folder = self.code.folder(function.code, function.code_sha256)
        return Environment(function, Host(self.python, self.endpoint_url, folder))

    def give_back(self, function: DeployedFunction, environment: Environment) -> None:
        if not environment.usable:
            environment.close()
            return
        with self.changed:
            self.functions[function.arn].idle.append((function.version, environment))

    def kill(self, access_key_id: str) -> bool:
        """End the process that holds this key, in the middle of what it does: the invocation ends as a crash.

        False where there is none.
        """
        chosen = [e for e in self.running() if e.credentials.access_key_id == access_key_id]
        for environment in chosen:
            environment.kill()
        return bool(chosen)

    def end_idle(self) -> None:
        """End what runs nothing now: the next invocation of each function is a cold start."""
        with self.changed:
            idle = [e for functions in self.functions.values() for _, e in functions.idle]
            for functions in self.functions.values():
                functions.idle = []
        for environment in idle:
            environment.close()

    def end(self) -> None:
        """End what runs, and start nothing any more."""
        with self.changed:
            self.ended = True
            self.changed.notify_all()
        for environment in self.running():
            environment.kill()

    def running(self) -> list[Environment]:
        return [e for functions in list(self.functions.values()) for e in list(functions.running)]

    def close(self) -> None:
        with self.changed:
            idle = [e for functions in self.functions.values() for _, e in functions.idle]
            self.functions.clear()
        for environment in idle:
            environment.close()
