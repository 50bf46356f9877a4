"""An HTTP server."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from commands.api import headers, sockets
from commands.api.doorman import Doorman, Fuse
from commands.api.sockets import Socket
from gateway.addresses import Networks, is_loopback
from gateway.crowd import Bounds

_THREADS = 12  # that read the database at once; fewer than it has connections
_BACKLOG = 1024  # connections that the system holds until they are accepted
_HEAD_BYTES = 16 << 10  # of the request line and all headers
_HEAD_WITHIN = 10.0  # s
_IDLE = 5  # s until a connection without a request is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where, to whom, and how encrypted."""

    host: str
    port: int = 0  # 0: any
    tls: ssl.SSLContext | None = None
    crowd: Bounds = Bounds(connections=2000, per_address=500)  # noqa: RUF009 - it is frozen
    trusted: Networks = ()  # proxies: the bound of one address is not for them

    @property
    def is_exposed(self) -> bool:
        """Whether others can listen in: not this machine alone, no TLS, no proxy that has it."""
        return not (self.tls or self.trusted or is_loopback(self.host))


class _Server(uvicorn.Server):
    """Leaves the signals to the process, and a TLS handshake as much time as a head."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """The library's own knows no bound for handshakes."""
        loop, config = asyncio.get_running_loop(), self.config
        kind: Callable[..., asyncio.Protocol] = config.http_protocol_class
        made = partial(kind, config=config, server_state=self.server_state, app_state={})
        patience = _HEAD_WITHIN if config.ssl else None
        self.servers = [
            await loop.create_server(
                made,
                sock=each,
                backlog=_BACKLOG,
                ssl=config.ssl,
                ssl_handshake_timeout=patience,
            )
            for each in sockets or ()
        ]
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Nobody is left afterwards, whether they have read our last word or not."""
        await super().shutdown(sockets)
        for each in self.server_state.connections.copy():
            each.transport.abort()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: `commands.run` has them."""
        yield


class _Connection(H11Protocol):
    """Waits for the head of a request, and for whoever does not read, only so long."""

    def __init__(self, *args: Any, doorman: Doorman, **kwargs: Any) -> None:  # noqa: ANN401 - as uvicorn calls it
        super().__init__(*args, **kwargs)
        self._doorman = doorman
        self._head = Fuse(self.loop, self._abort)
        self._reading = Fuse(self.loop, self._abort)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if self.client is None:  # reset already: the library asks the socket, which has forgotten
            self.client = transport.get_extra_info("peername")[:2]
        self._head.light(_HEAD_WITHIN)
        if not self._doorman.admits(self._peer, self.loop.time()):
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._doorman.leave(self._peer)
        self._calm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._head.put_out()

    def handle_websocket_upgrade(self, event: Any) -> None:  # noqa: ANN401 - it goes on to uvicorn
        """The connection is another's from now on, who must tell the doorman of its end."""
        self._calm()
        left = partial(self._doorman.leave, self._peer)
        self.ws_protocol_class = partial(Socket, left=left)  # type: ignore[assignment]  # it makes one
        super().handle_websocket_upgrade(event)
        if self.flow.write_paused:  # by answers of before: the transport does not say it again
            self.transport.get_protocol().pause_writing()

    def send_400_response(self, msg: str) -> None:
        """What every answer says, this one says too, unless another one has begun."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(headers.plainly("400 Bad Request", f"{msg}\n"))
        self.transport.close()

    def on_response_complete(self) -> None:
        """The rest of a body that nobody wants counts as the wait for the next request."""
        before = self.cycle
        super().on_response_complete()
        if self.cycle is before:
            self._head.light(_IDLE + _HEAD_WITHIN)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading.light(sockets.READ_WITHIN)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._reading.put_out()

    @property
    def _peer(self) -> str:
        return self.client[0] if self.client else ""

    def _calm(self) -> None:
        self._head.put_out()
        self._reading.put_out()

    def _abort(self) -> None:
        self.transport.abort()


class HttpServer:
    """Listens, answers, finishes."""

    def __init__(self, app: ASGIApp, listening: Listening, *, grace: float) -> None:
        """`grace` in seconds."""
        self._listening, self._port = listening, listening.port
        doorman = Doorman(listening.crowd, listening.trusted)
        config = uvicorn.Config(
            app,
            http=partial(_Connection, doorman=doorman),  # type: ignore[arg-type]  # it makes one
            ws=Socket,
            ws_max_size=sockets.MOST_BYTES,
            ws_ping_interval=sockets.PING_EVERY,
            ws_ping_timeout=sockets.PONG_WITHIN,
            log_config=None,
            log_level=logging.ERROR,  # what strangers send is no warning
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=False,  # `commands.api.requests` knows whom to believe
            timeout_keep_alive=_IDLE,
            h11_max_incomplete_event_size=_HEAD_BYTES,
            timeout_graceful_shutdown=max(1, int(grace)),
        )
        config.load()
        config.ssl = listening.tls
        self._server = _Server(config)
        self._sockets: list[socket.socket] = []

    @property
    def port(self) -> int:
        """The port listened on; with port 0 only after `listen`."""
        return self._port

    def listen(self) -> None:
        """Take the address; raises OSError when it is taken."""
        host = self._listening.host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, self._port), family=family, backlog=_BACKLOG)
        self._port = listening.getsockname()[1]
        self._sockets.append(listening)

    async def run(self) -> None:
        """Answer until told to stop; then finish the requests under way."""
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        await self._server.serve(self._sockets)

    def stop(self) -> None:
        """Accept no more."""
        self._server.should_exit = True
