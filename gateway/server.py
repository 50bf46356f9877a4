"""The WebSocket server: drives sessions with sockets. RFC 6455; OCPP-J 1.6 sections 3 and 5."""

import asyncio
import logging
from asyncio import FIRST_COMPLETED
from dataclasses import dataclass
from typing import Self, cast

from websockets.asyncio.server import Server, ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from gateway.admission import Refused
from gateway.bridge import Bridge
from gateway.connection import Connection
from gateway.entrance import Arrival, Entrance
from gateway.gate import Gate
from gateway.line import Line, ending_of
from gateway.origins import Origins
from gateway.session import Session

# The library would wait, pings and all, for a station that does not read; the bound is in Line.
_NEVER_PAUSED = 1 << 30
_log = logging.getLogger("ampledger.gateway")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Bounds of the sockets; sizes in bytes, times in seconds."""

    max_frame: int = 1 << 20
    max_unread: int = 256 << 10  # what a station may leave unread before it is dropped
    ping_every: float | None = 30.0
    pong_within: float = 30.0
    open_within: float = 10.0  # from the socket to the request, when TLS is done
    decide_within: float = 20.0  # from there to the answer: many passwords may have to be verified
    close_within: float = 5.0
    stop_within: float = 10.0


class GatewayServer:
    """Accepts stations until it is left; then closes every socket with 1001, within a deadline."""

    def __init__(
        self,
        settings: ServerSettings,
        entrance: Entrance,
        origins: Origins,
        gate: Gate,
        bridge: Bridge,
    ) -> None:
        self._settings, self._entrance, self._origins = settings, entrance, origins
        self._gate, self._bridge = gate, bridge
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        """Listen."""
        await self._tasks.__aenter__()
        self._server = await Server(self._open, self._attend, _library_log())
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
        await self._tasks.__aexit__(None, None, None)

    async def _give_up(self) -> None:
        handlers = set(self._server.handler_tasks)
        for handler in handlers:
            handler.cancel()
        if handlers:
            await asyncio.wait(handlers)

    async def _open(self) -> asyncio.Server:
        self._entrance.open(self._make, self._tasks)
        return cast("asyncio.Server", self._entrance)  # all of it that the library asks for

    def _make(self, arrival: Arrival) -> ServerConnection:
        settings = self._settings
        protocol = ServerProtocol(
            select_subprotocol=lambda _, __: Subprotocol(connection.admitted.protocol),
            max_size=settings.max_frame,
            logger=_library_log(),
        )  # no extensions: compressed it would be 45 KiB per idle connection instead of 12
        connection = Connection(
            protocol,
            self._server,
            ping_interval=settings.ping_every,
            ping_timeout=settings.pong_within,
            close_timeout=settings.close_within,
            write_limit=_NEVER_PAUSED,
        )
        connection.arrival = arrival
        return connection

    async def _attend(self, bare: ServerConnection) -> None:
        """One socket, from its request to its end; the library's own loop would count nobody."""
        connection = cast("Connection", bare)  # what _make made
        try:
            await self._upgrade(connection)
            if connection.state is State.OPEN:
                await self._serve(connection)
        except (ConnectionClosed, TimeoutError):
            pass  # in the middle of an upgrade
        except Exception:  # noqa: BLE001 - one connection harms no other
            _log.exception("a connection failed", extra={"remote": connection.host})
        finally:
            connection.transport.abort()
            connection.forget()
            self._entrance.leave(connection.arrival)
            self._server.handler_tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _upgrade(self, connection: Connection) -> None:
        waiting = (connection.request_rcvd, connection.connection_lost_waiter)
        await asyncio.wait(waiting, timeout=self._settings.open_within, return_when=FIRST_COMPLETED)
        if connection.request is None:
            is_late = not connection.connection_lost_waiter.done()
            self._entrance.fail(connection.arrival, TimeoutError() if is_late else EOFError())
            return
        async with asyncio.timeout(self._settings.decide_within):
            await connection.handshake(self._process_request, server_header=None)

    async def _process_request(self, bare: ServerConnection, request: Request) -> Response | None:
        """Refuse before the upgrade, or remember who was admitted."""
        connection = cast("Connection", bare)
        headers = tuple(request.headers.raw_items())
        knock = self._origins.knock(request.path, headers, connection)
        if self._entrance.has_asked(connection.arrival, knock.remote):
            decision = await self._gate.examine(knock)
        else:
            decision = Refused(503, "too many connections", (("Retry-After", "60"),))
        if isinstance(decision, Refused):
            response = connection.respond(decision.status, decision.reason + "\n")
            response.headers.update(decision.headers)
            return response
        connection.admitted, connection.remote = decision, knock.remote
        return None

    async def _serve(self, connection: Connection) -> None:
        """From the upgrade to the end, registered with the library so that it closes it."""
        self._server.all_connections.add(connection)
        connection.start_keepalive()
        try:
            async with connection:
                await self._handle(connection)
        finally:
            self._server.all_connections.discard(connection)

    async def _handle(self, connection: Connection) -> None:
        line = connection.line = Line(connection, self._tasks, self._settings.max_unread)
        admitted, remote = connection.admitted, connection.remote
        session = self._bridge.open(admitted, remote, line)
        about = {"station": session.station, "connection": session.connection}
        _log.info(
            "opened",
            extra={
                **about,
                "protocol": session.protocol,
                "profile": admitted.profile,
                "remote": remote,
            },
        )
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
            return ending_of(closed)


def _library_log() -> logging.Logger:
    """What the library finds wrong; its debug lines would show passwords (A00.FR.304)."""
    log = _log.getChild("websocket")
    log.setLevel(logging.WARNING)
    return log
