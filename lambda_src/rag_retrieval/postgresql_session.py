"""One connection that outlives an invocation, and transactions whose context cannot outlive them.

The context (which patient, which labels, which document) is made of settings that end with the transaction,
`set_config(..., true)`: whatever happens in it, the next one starts without. Row-level security reads them.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import psycopg
from healthcare.problems import RETRY_LATER, RETRY_SOON, Problem, internal, unavailable
from psycopg.pq import TransactionStatus

Connection = psycopg.Connection[Any]
Result = TypeVar("Result")

KEPT_SECONDS: Final = 240
"""How long a connection may rest. What tracks it on the way may forget it after 350 s, without a word.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
"""

_RETRY_SOON: Final = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.SerializationFailure,
)


class Session:
    """Runs work in transactions, on a connection that it makes when it needs one."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._connection: Connection | None = None
        self._used_at = 0.0

    def run(self, context: Mapping[str, str], work: Callable[[Connection], Result]) -> Result:
        """What `work` gives, in one transaction with `context`. Problem for whatever the database refuses.

        Where a connection that was kept turns out to be dead, `work` is done again on a new one, once: so it
        must be such that twice is the same as once.
        """
        try:
            kept = self._take()
            if kept is not None:
                try:
                    return _transaction(kept, context, work)
                except psycopg.OperationalError:
                    if not kept.closed:
                        raise
            return _transaction(self._renew(), context, work)
        except psycopg.Error as error:
            raise problem_of(error) from None

    def _take(self) -> Connection | None:
        """The connection, where it is there, in no transaction, and has not rested for long."""
        connection = self._connection
        # The wall clock: a monotonic one may stand still while the function is frozen.
        rested, self._used_at = time.time() - self._used_at, time.time()
        if connection is None or connection.closed:
            return None
        if not 0 <= rested < KEPT_SECONDS:
            connection.close()
            return None
        if connection.info.transaction_status != TransactionStatus.IDLE:
            connection.close()  # with what may be left of a context
            return None
        return connection

    def _renew(self) -> Connection:
        self._connection = None
        self._connection = self._connect()
        return self._connection


def _transaction(
    connection: Connection, context: Mapping[str, str], work: Callable[[Connection], Result]
) -> Result:
    with connection.transaction():
        for name, value in context.items():
            connection.execute("SELECT set_config(%s, %s, true)", (name, value))
        return work(connection)


def problem_of(error: psycopg.Error) -> Problem:
    """The answer to a database error: its class's name, and nothing of its text, which quotes values."""
    name = type(error).__name__
    if isinstance(error, _RETRY_SOON):
        return unavailable(name, RETRY_SOON)
    if isinstance(error, psycopg.OperationalError):
        return unavailable(name, RETRY_LATER)
    return internal(name)
