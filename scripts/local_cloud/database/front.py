"""What a client of RDS meets before PostgreSQL: TLS always, then a password that may be a token of IAM's.

A session that is let in is joined to PostgreSQL's Unix socket, and every byte passes unchanged.
https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-START-UP
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import struct
import threading
from dataclasses import dataclass
from pathlib import Path

from scripts.local_cloud.database import messages
from scripts.local_cloud.database.authentication import check_password, check_token
from scripts.local_cloud.database.certificates import ADDRESS, HOST, make_certificates
from scripts.local_cloud.database.messages import FatalError
from scripts.local_cloud.database.servers import Servers, signs_in_by_iam
from scripts.local_cloud.gaps import rds
from scripts.local_cloud.postgresql import PostgreSQL, PostgreSQLError
from scripts.local_cloud.protocol.failures import describe

logger = logging.getLogger(__name__)
CHUNK_BYTES = 65536
MAXIMUM_PASSWORD_BYTES = 65535  # a token has some 2,000
# What the client still has to read is sent meanwhile.
GOODBYE_SECONDS = 2.0
ACCEPT_AGAIN_SECONDS = 0.1
# PostgreSQL's own authentication_timeout.
AUTHENTICATION_SECONDS = 60.0
NOT_LET_IN = f"no database session: the client was not let in within {AUTHENTICATION_SECONDS:.0f} s"


@dataclass(frozen=True)
class Client:
    """The two directions of a connection in TLS."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class DatabaseFront:
    """Listens on 127.0.0.1 in a thread of its own, from construction to ``close``."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.host = HOST
        self.ca_file, self.tls = make_certificates(folder)
        self.listener = socket.create_server((ADDRESS, port))
        self.listener.setblocking(False)
        self.port: int = self.listener.getsockname()[1]
        self.servers = Servers(self.port)
        rds.HOSTS[self.port] = self.host
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, name="database-front", daemon=True)
        self.thread.start()

    def close(self) -> None:
        """End all sessions, then the server; its data goes with it."""
        self.loop.call_soon_threadsafe(lambda: self.accepting.cancel())
        self.thread.join()
        self.servers.close()
        self.ca_file.unlink()

    def _run(self) -> None:
        self.accepting = self.loop.create_task(self._accept())
        with contextlib.suppress(asyncio.CancelledError):
            self.loop.run_until_complete(self.accepting)
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    async def _accept(self) -> None:
        with self.listener:
            async with asyncio.TaskGroup() as sessions:  # cancelled, it ends them as well
                while True:
                    try:
                        connection, _ = await self.loop.sock_accept(self.listener)
                    except OSError as error:  # too many open files, for one: that passes
                        logger.error("no database session: %s", describe(error))
                        await asyncio.sleep(ACCEPT_AGAIN_SECONDS)
                        continue
                    sessions.create_task(self._attend(connection))

    async def _attend(self, connection: socket.socket) -> None:
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(AUTHENTICATION_SECONDS):
                await self._negotiate(connection)
                client = await self._encrypt(connection)
        except TimeoutError:  # which is an OSError
            logger.warning(NOT_LET_IN)
            connection.close()
            return
        except ssl.SSLError as error:  # such as a client that does not know the certificate
            logger.warning("no database session: TLS failed: %s", error.reason)
            connection.close()
            return
        except (OSError, asyncio.IncompleteReadError):
            connection.close()
            return
        except FatalError as error:
            logger.warning("no database session: %s", error.message)
            with contextlib.suppress(OSError):
                await self.loop.sock_sendall(connection, error.packet())
            connection.close()
            return
        try:
            await self._serve(client)
        except FatalError as error:
            logger.warning("no database session: %s", error.message)
            client.writer.write(error.packet())
        except TimeoutError:  # which is an OSError
            logger.warning(NOT_LET_IN)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has gone
        except Exception as error:  # noqa: BLE001  # one session's failure is not the others'
            logger.error("a database session failed: %s", describe(error))
        finally:
            await hang_up(client.writer)

    async def _negotiate(self, connection: socket.socket) -> None:
        """Until the client asks for TLS. Whatever else it wants in clear is refused as rds.force_ssl does."""
        while True:
            length, code = struct.unpack("!ii", await self._receive(connection, 8))
            if code == messages.SSL_REQUEST:
                await self.loop.sock_sendall(connection, b"S")
                return
            if code == messages.GSSENC_REQUEST:
                await self.loop.sock_sendall(connection, b"N")
                continue
            rest = await self._receive(connection, startup_length(length))
            if code == messages.CANCEL_REQUEST:  # of old clients, which never encrypt it
                await self._cancel(rest)
                raise ConnectionAbortedError
            given = messages.read_parameters(rest)
            raise FatalError(
                "28000",
                f'no pg_hba.conf entry for host "{ADDRESS}", user "{given["user"]}", '
                f'database "{given["database"]}", no encryption',
            )

    async def _receive(self, connection: socket.socket, length: int) -> bytes:
        received = b""
        while len(received) < length:
            more = await self.loop.sock_recv(connection, length - len(received))
            if not more:
                raise ConnectionResetError
            received += more
        return received

    async def _encrypt(self, connection: socket.socket) -> Client:
        """TLS on the bare socket: what came in clear behind the request is no part of the session."""
        reader = asyncio.StreamReader(loop=self.loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=self.loop)
        transport, _ = await self.loop.connect_accepted_socket(lambda: protocol, connection, ssl=self.tls)
        return Client(reader, asyncio.StreamWriter(transport, protocol, reader, self.loop))

    async def _serve(self, client: Client) -> None:
        async with asyncio.timeout(AUTHENTICATION_SECONDS):
            length, code = struct.unpack("!ii", await client.reader.readexactly(8))
            rest = await client.reader.readexactly(startup_length(length))
            if code == messages.CANCEL_REQUEST:
                await self._cancel(rest)
                return
            if code >> 16 != messages.PROTOCOL_3:
                raise FatalError("0A000", "unsupported frontend protocol: the local cloud knows 3.x")
            given = messages.read_parameters(rest)
            server = await self._sign_in(client, given["user"])
        await join(client, server, messages.startup_message(code, given))

    async def _sign_in(self, client: Client, user: str) -> PostgreSQL:
        cluster = self.servers.cluster()
        if cluster is None:
            raise FatalError("57P03", "the database system is not there: RDS has no cluster with this port")
        try:
            server = await asyncio.to_thread(self.servers.of, cluster)
            by_iam = await asyncio.to_thread(signs_in_by_iam, server, user)
        except PostgreSQLError as error:
            logger.error("%s", error)
            raise FatalError("57P03", "the database system is not accepting connections") from error
        client.writer.write(messages.ASK_FOR_PASSWORD)
        password = await read_password(client.reader)
        if by_iam:
            check_token(cluster, self.host, self.port, user, password)
        else:
            check_password(cluster, user, password)
        return server

    async def _cancel(self, rest: bytes) -> None:
        """Hand on which session is to stop; PostgreSQL compares its secret, and never answers."""
        server = self.servers.server
        if server is None:
            return
        _, writer = await asyncio.open_unix_connection(str(server.socket))
        writer.write(struct.pack("!ii", len(rest) + 8, messages.CANCEL_REQUEST) + rest)
        writer.close()
        await writer.wait_closed()


def startup_length(length: int) -> int:
    """Of what follows the length and the code of a first message."""
    if not 8 <= length <= messages.MAXIMUM_STARTUP_BYTES:
        raise FatalError("08P01", "invalid length of startup packet")
    return length - 8


async def read_password(reader: asyncio.StreamReader) -> str:
    kind, length = struct.unpack("!ci", await reader.readexactly(5))
    if kind != b"p" or not 5 <= length <= MAXIMUM_PASSWORD_BYTES:
        raise FatalError("08P01", "expected password response")
    given = await reader.readexactly(length - 4)
    return given.removesuffix(b"\0").decode(errors="replace")


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """End a connection in TLS. A client that does not answer is not waited for: asyncio would wait for ever
    for one that has gone while more came from it than PostgreSQL took."""
    writer.close()
    try:
        async with asyncio.timeout(GOODBYE_SECONDS):
            await writer.wait_closed()
    except OSError:  # the client has gone, or TimeoutError
        pass
    finally:
        writer.transport.abort()


async def join(client: Client, server: PostgreSQL, startup: bytes) -> None:
    """Let PostgreSQL and the client talk until either hangs up."""
    try:
        reader, writer = await asyncio.open_unix_connection(str(server.socket))
    except OSError as error:
        raise FatalError("57P03", f"the database system is gone: {type(error).__name__}") from error
    writer.write(startup)
    directions = [
        asyncio.ensure_future(pass_on(client.reader, writer)),
        asyncio.ensure_future(pass_on(reader, client.writer)),
    ]
    try:
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for direction in directions:
            direction.cancel()
        await asyncio.gather(*directions, return_exceptions=True)
        writer.close()


async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(CHUNK_BYTES):
        target.write(data)
        await target.drain()  # no more is read than the other side takes
