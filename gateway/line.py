"""The socket of a session, and how it ended (RFC 6455)."""

import asyncio

from websockets.asyncio.server import ServerConnection, broadcast
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.protocol import State


class Line:
    """Writes at once, and drops a station that does not read."""

    __slots__ = ("_closing", "_connection", "_max_unread", "ending")

    def __init__(
        self, connection: ServerConnection, closing: asyncio.TaskGroup, max_unread: int
    ) -> None:
        self._connection, self._closing, self._max_unread = connection, closing, max_unread
        self.ending: tuple[int, str] | None = None  # when it is we who end the connection

    @property
    def is_open(self) -> bool:
        """Whether a frame can still be written."""
        return self.ending is None and self._connection.state is State.OPEN

    def write(self, frame: bytes) -> None:
        """Send a text frame."""
        if not self.is_dropped():
            broadcast((self._connection,), frame, text=True)  # the one way to send without waiting

    def is_dropped(self) -> bool:
        """Whether too much is unread: then the station is dropped now."""
        transport = self._connection.transport
        if transport.get_write_buffer_size() <= self._max_unread:
            return False
        self.ending = self.ending or (CloseCode.POLICY_VIOLATION, "the station does not read")
        transport.abort()  # a close frame would wait behind what is not read
        return True

    def hang_up(self, code: int, reason: str) -> None:
        """Begin to close; the end is told as usual."""
        if self.ending is None:
            self.ending = code, reason
            self._closing.create_task(self._connection.close(code, _short(reason)))


def ending_of(closed: ConnectionClosed) -> tuple[int, str]:
    """The word of whoever closed first (RFC 6455 section 7.1.5)."""
    close = closed.sent if closed.rcvd_then_sent is False else closed.rcvd or closed.sent
    return (close.code, close.reason) if close else (CloseCode.ABNORMAL_CLOSURE, "")


def _short(reason: str) -> str:
    """What fits into a close frame (RFC 6455 section 5.5)."""
    return reason.encode()[:123].decode(errors="ignore")
