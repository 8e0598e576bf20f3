"""The schema's numbered SQL files, and what applies them: each once, all or none, one at a time."""

import hashlib
import re
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg

FOLDER: Final = Path(__file__).parent
_FILE: Final = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql", re.ASCII)
# Any number will do, as long as nobody else's advisory lock in this database has it.
_LOCK: Final = 0x7261675F6D696772  # "rag_migr"


class Migration(NamedTuple):
    """A file. `checksum` is the SHA-256 of its text, with line ends as \\n."""

    number: int
    name: str
    checksum: str
    sql: str


class MigrationChangedError(Exception):
    """A migration that has been applied is not the one at hand. Nothing was changed. Holds its number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"migration {number} has been applied in another form: put its file back as it was, and write "
            "what is to change into a new one"
        )


class SchemaNewerError(Exception):
    """The database has a migration that this package lacks. Nothing was changed. Holds its number only."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"migration {number} has been applied, and is not in this package: deploy a newer one"
        )


def read_migrations(folder: Path = FOLDER) -> list[Migration]:
    """The files in the order of their numbers. ValueError where numbers are not 1, 2, 3, ..."""
    found: list[Migration] = []
    for file in sorted(folder.glob("*.sql")):
        name = _FILE.fullmatch(file.name)
        if name is None or int(name[1]) != len(found) + 1:
            raise ValueError(f"{file.name}: migrations are numbered 0001, 0002, ... without a gap")
        text = file.read_text(encoding="utf-8")
        found.append(Migration(int(name[1]), name[2], hashlib.sha256(text.encode()).hexdigest(), text))
    return found


def migrate(connection: psycopg.Connection[Any], migrations: list[Migration]) -> list[int]:
    """Apply what has not been applied, in one transaction, and return its numbers.

    A second invocation waits for the first, and then finds nothing to do. Raises MigrationChangedError and
    SchemaNewerError, and psycopg.Error where the database refuses; nothing has changed then.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        applied = _applied(connection)
        known = {migration.number: migration for migration in migrations}
        for number, checksum in applied.items():
            if number not in known:
                raise SchemaNewerError(number)
            if known[number].checksum != checksum:
                raise MigrationChangedError(number)
        new = [migration for migration in migrations if migration.number not in applied]
        for migration in new:
            connection.execute(migration.sql.encode())  # without parameters, so it may be many statements
            connection.execute("SET LOCAL ROLE rag_owner")
            connection.execute(
                "INSERT INTO rag.migration (number, name, checksum) VALUES (%s, %s, %s)",
                (migration.number, migration.name, migration.checksum),
            )
            connection.execute("RESET ROLE")
    return [migration.number for migration in new]


def _applied(connection: psycopg.Connection[Any]) -> dict[int, str]:
    """Checksums by number. Empty where there is no schema yet: the first migration makes the table."""
    table = connection.execute(
        "SELECT FROM pg_class WHERE relname = 'migration' AND relnamespace = to_regnamespace('rag')"
    )
    if table.fetchone() is None:
        return {}
    connection.execute("SET LOCAL ROLE rag_owner")
    rows = connection.execute("SELECT number, checksum FROM rag.migration ORDER BY number").fetchall()
    connection.execute("RESET ROLE")
    return dict(rows)
