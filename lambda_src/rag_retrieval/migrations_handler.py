"""The entry of the function that makes the schema and checks it: `rag_retrieval.migrations_handler.handler`.

Invoked after a deployment and by a schedule. Metric RowLevelSecurityForced: 1 where the check found nothing.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from aws_lambda_powertools import Logger, Metrics
from healthcare import aws
from healthcare.aws import aws_errors
from healthcare.logs import describe, function_logger
from healthcare.problems import Problem
from healthcare.settings import required

from rag_retrieval.migrations import MigrationChangedError, SchemaNewerError, migrate, read_migrations
from rag_retrieval.postgresql_checks import schema_deviations, transport_deviations
from rag_retrieval.postgresql_connection import Limits, Server
from rag_retrieval.settings import SettingUnusableError

# Nobody waits. A cluster that has paused takes some 15 s to wake up, and another's migration its time.
_LIMITS: Final = Limits(connect_seconds=60, statement_seconds=200, lock_seconds=120)
METRIC: Final = "RowLevelSecurityForced"


class SchemaNotReadyError(Exception):
    """The schema could not be made or checked, or is not as it must be. Its text names no value.

    Lambda writes it to the log and gives it to whoever invoked; the driver's own text quotes statements.
    """


@dataclass(frozen=True, slots=True)
class Migrations:
    """`secret_arn`: the master user's secret, as RDS manages it, JSON with username and password."""

    server: Server
    secret_arn: str
    metrics: Metrics
    logger: Logger

    def run(self) -> dict[str, object]:
        """{"applied": [numbers], "deviations": []}. Raises SchemaNotReadyError."""
        try:
            applied, deviations = self._run()
        except (Problem, MigrationChangedError, SchemaNewerError, psycopg.Error) as error:
            self.logger.error("schema not checked", extra=describe(error) | _sqlstate(error))
            raise SchemaNotReadyError(_reason(error)) from None
        self.metrics.add_metric(name=METRIC, unit="Count", value=0 if deviations else 1)
        self.metrics.flush_metrics()
        for deviation in deviations:
            self.logger.error("schema deviates", extra={"code": deviation})
        if deviations:
            raise SchemaNotReadyError(
                f"the database is not as the migrations made it: {'; '.join(deviations)}. Stop rag-retrieval "
                "until it is mended: docs/rag_database.md"
            )
        self.logger.info("schema checked")
        return {"applied": applied, "deviations": deviations}

    def _run(self) -> tuple[list[int], list[str]]:
        user, password = self._master()
        with self.server.connect(user, password, _LIMITS) as connection:
            applied = migrate(connection, read_migrations())
            deviations = schema_deviations(connection)
            return applied, deviations + transport_deviations(connection, self.server, user)

    def _master(self) -> tuple[str, str]:
        """Read at each run: RDS changes the password by itself."""
        with aws_errors():
            found = aws.secretsmanager().get_secret_value(SecretId=self.secret_arn)
        try:
            secret = json.loads(found["SecretString"])
            return str(secret["username"]), str(secret["password"])
        except (KeyError, TypeError, ValueError):
            raise SchemaNotReadyError(
                "nothing was done: the secret of DATABASE_SECRET_ARN must be JSON with username and password"
            ) from None


def build() -> Migrations:
    """The function, from STORE and DATABASE_SECRET_ARN. SettingMissingError or SettingUnusableError."""
    try:
        setting: Any = json.loads(required("STORE"))
        server = Server.of(setting, str(setting["database"]))
    except (KeyError, TypeError, ValueError):
        raise SettingUnusableError('STORE must be JSON: {"host", "port", "database", "ca_file"}') from None
    return Migrations(server, required("DATABASE_SECRET_ARN"), Metrics(), function_logger())


_migrations = build()


def handler(_event: object, _context: object) -> dict[str, object]:
    """Whatever the event, the schema is brought up to date, and then checked."""
    return _migrations.run()


def _reason(error: BaseException) -> str:
    if isinstance(error, (MigrationChangedError, SchemaNewerError)):
        return f"nothing was changed: {error}"
    kind = error.aws_error if isinstance(error, Problem) else type(error).__name__
    return (
        f"the schema was not checked: {kind}. New migrations were applied all or none. Look whether the "
        "database answers, and its master user may do what docs/rag_database.md asks; then invoke again"
    )


def _sqlstate(error: BaseException) -> dict[str, str]:
    """PostgreSQL's five characters for what went wrong: no text, no value."""
    state = getattr(error, "sqlstate", None)
    return {"code": state} if isinstance(state, str) else {}
