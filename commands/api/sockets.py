"""WebSockets of the HTTP server, as bounded as its requests are."""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Response
from websockets.server import ServerProtocol
from websockets.typing import StatusLike

from commands.api import headers
from commands.api.doorman import Fuse

MOST_BYTES = 1 << 20  # of a message, uncompressed
PING_EVERY = 20.0  # s
PONG_WITHIN = 20.0  # s
READ_WITHIN = 300.0  # s in which a client must take 64 KiB: a station behind a modem can
_GONE_WITHIN = 15.0  # s after the last word; the closing handshake has ten of them
_PIECES = 1000  # of one message


class _Speaker(ServerProtocol):
    """Says in its refusals what every answer says."""

    def reject(self, status: StatusLike, text: str) -> Response:
        response = super().reject(status, text)
        for name, value in headers.EVERY.items():
            response.headers.setdefault(name, value)
        return response


class Socket(WebSocketsSansIOProtocol):
    """Has a transport from the head of its request on; waits for who does not read only so long."""

    def __init__(self, *args: Any, left: Callable[[], None], **kwargs: Any) -> None:  # noqa: ANN401 - as uvicorn calls it
        """`left` is called once the connection has ended."""
        super().__init__(*args, **kwargs)
        self._left = left
        self.conn = _Speaker(
            extensions=self.conn.available_extensions,
            max_size=self.config.ws_max_size,
            logger=self.conn.logger,
        )
        self._reading = Fuse(self.loop, self._abort)
        self._leaving = Fuse(self.loop, self._abort)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self.client is None:  # reset already: the library asks the socket, which has forgotten
            self.client = transport.get_extra_info("peername")[:2]

    def connection_lost(self, exc: Exception | None) -> None:
        self._left()
        self._reading.put_out()
        self._leaving.put_out()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """The head of the request comes first, and whole; the library is silent to a wrong one."""
        super().data_received(data)
        if not self.handshake_initiated:
            self.transport.write(headers.plainly("400 Bad Request", "this is no WebSocket\n"))
            self.transport.close()
        elif not self.writable.is_set() and not self.transport.is_closing():
            self.transport.pause_reading()  # who does not read has nothing more to say
        self._see_off()

    def handle_cont(self, event: Frame) -> None:
        """An empty piece adds nothing to the size of a message, but is kept."""
        if len(self.frames) < _PIECES:
            super().handle_cont(event)
        else:
            self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading.light(READ_WITHIN)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._reading.put_out()
        if not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._see_off()

    def shutdown(self) -> None:
        super().shutdown()
        self._see_off()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        if not self.disconnected:
            self._leaving.light(_GONE_WITHIN)

    def _see_off(self) -> None:
        """A transport that closes sends all it has first, to whoever reads it or does not."""
        if self.transport.is_closing():
            self._leaving.light(_GONE_WITHIN)

    def _abort(self) -> None:
        self.transport.abort()
