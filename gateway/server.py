"""The WebSocket server: drives sessions with sockets. RFC 6455; OCPP-J 1.6 sections 3 and 5."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, cast

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.typing import Subprotocol

from gateway.admission import Admitted, Refused
from gateway.bridge import Bridge
from gateway.gate import Gate, Knock
from gateway.session import Session

# The library would wait, pings and all, for a station that does not read; the bound is in _Line.
_NEVER_PAUSED = 1 << 30
_log = logging.getLogger("ampledger.gateway")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Bounds of the sockets; sizes in bytes, times in seconds."""

    host: str = "0.0.0.0"  # noqa: S104 - stations come from everywhere
    port: int = 9000
    max_frame: int = 1 << 20
    max_unread: int = 256 << 10  # what a station may leave unread before it is dropped
    ping_every: float | None = 30.0
    pong_within: float = 30.0
    open_within: float = 10.0
    close_within: float = 5.0
    stop_within: float = 10.0


class _Connection(ServerConnection):
    """A WebSocket that remembers what was decided about it before the upgrade."""

    admitted: Admitted


class GatewayServer:
    """Accepts stations until it is left; then closes every socket with 1001, within a deadline."""

    def __init__(self, settings: ServerSettings, gate: Gate, bridge: Bridge) -> None:
        self._settings, self._gate, self._bridge = settings, gate, bridge
        self._closing = asyncio.TaskGroup()

    @property
    def port(self) -> int:
        """The port listened on; the system chose it when the setting is 0."""
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        """Listen."""
        await self._closing.__aenter__()
        self._server = await self._serve()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Accept no more, say goodbye, and let the broker take what was said."""
        self._server.close(code=CloseCode.GOING_AWAY, reason="the gateway stops")
        try:
            async with asyncio.timeout(self._settings.stop_within):
                await self._server.wait_closed()
                await self._bridge.flush()
        except TimeoutError:
            _log.warning("stopped before the broker had everything")
            await self._give_up()
        await self._closing.__aexit__(None, None, None)

    async def _give_up(self) -> None:
        handlers = set(self._server.handler_tasks)
        for handler in handlers:
            handler.cancel()
        if handlers:
            await asyncio.wait(handlers)

    async def _serve(self) -> Server:
        settings = self._settings
        return await serve(
            self._handle,
            settings.host,
            settings.port,
            create_connection=_Connection,
            process_request=self._process_request,
            select_subprotocol=_select_subprotocol,
            compression=None,  # 45 KiB per idle connection instead of 12
            server_header=None,
            open_timeout=settings.open_within,
            ping_interval=settings.ping_every,
            ping_timeout=settings.pong_within,
            close_timeout=settings.close_within,
            max_size=settings.max_frame,
            write_limit=_NEVER_PAUSED,
            logger=_library_log(),
            backlog=1024,
        )

    async def _process_request(
        self, connection: ServerConnection, request: Request
    ) -> Response | None:
        """Refuse before the upgrade, or remember who was admitted."""
        headers = tuple(request.headers.raw_items())
        knock = Knock(request.path, headers, _remote(connection))
        decision = await self._gate.examine(knock)
        if isinstance(decision, Refused):
            response = connection.respond(decision.status, decision.reason + "\n")
            response.headers.update(decision.headers)
            return response
        _ours(connection).admitted = decision
        return None

    async def _handle(self, connection: ServerConnection) -> None:
        """One connection, from the upgrade to its end."""
        line = _Line(connection, self._closing, self._settings.max_unread)
        admitted, remote = _ours(connection).admitted, _remote(connection)
        session = self._bridge.open(admitted, remote, line)
        about = {"station": session.station, "connection": session.connection}
        _log.info("opened", extra={**about, "protocol": session.protocol, "remote": remote})
        ending = int(CloseCode.INTERNAL_ERROR), "the gateway failed"
        try:
            ending = await self._read(connection, session)
        finally:
            code, reason = line.ending or ending
            self._bridge.close(session, code, reason)
            _log.info("closed", extra={**about, "code": code, "reason": reason})

    async def _read(self, connection: ServerConnection, session: Session) -> tuple[int, str]:
        """Read until the end of the connection, and return how it ended."""
        try:
            while True:
                message = await connection.recv()
                if isinstance(message, str):
                    await self._bridge.receive(session, message.encode())
                else:
                    session.receive_binary()
        except ConnectionClosed as closed:
            return _ending(closed)


class _Line:
    """The socket of a session: writes at once, and drops a station that does not read."""

    __slots__ = ("_closing", "_connection", "_max_unread", "ending")

    def __init__(
        self, connection: ServerConnection, closing: asyncio.TaskGroup, max_unread: int
    ) -> None:
        self._connection, self._closing, self._max_unread = connection, closing, max_unread
        self.ending: tuple[int, str] | None = None  # when it is we who end the connection

    @property
    def is_open(self) -> bool:
        return self.ending is None and self._connection.state is State.OPEN

    def write(self, frame: bytes) -> None:
        transport = self._connection.transport
        if transport.get_write_buffer_size() > self._max_unread:
            self.ending = CloseCode.POLICY_VIOLATION, "the station does not read"
            transport.abort()  # a close frame would wait behind what is not read
        else:
            broadcast((self._connection,), frame, text=True)  # the one way to send without waiting

    def hang_up(self, code: int, reason: str) -> None:
        if self.ending is None:
            self.ending = code, reason
            self._closing.create_task(self._connection.close(code, _short(reason)))


def _ours(connection: ServerConnection) -> _Connection:
    return cast("_Connection", connection)  # what create_connection made


def _select_subprotocol(connection: ServerConnection, _: Sequence[Subprotocol]) -> Subprotocol:
    return Subprotocol(_ours(connection).admitted.protocol)


def _ending(closed: ConnectionClosed) -> tuple[int, str]:
    """The word of whoever closed first (RFC 6455 section 7.1.5)."""
    close = closed.sent if closed.rcvd_then_sent is False else closed.rcvd or closed.sent
    return (close.code, close.reason) if close else (CloseCode.ABNORMAL_CLOSURE, "")


def _library_log() -> logging.Logger:
    """What the library finds wrong; its debug lines would show passwords (A00.FR.304)."""
    log = _log.getChild("websocket")
    log.setLevel(logging.WARNING)
    return log


def _remote(connection: ServerConnection) -> str:
    address = connection.remote_address
    return f"{address[0]}:{address[1]}" if address else ""


def _short(reason: str) -> str:
    """What fits into a close frame (RFC 6455 section 5.5)."""
    return reason.encode()[:123].decode(errors="ignore")
