"""A WebSocket client (RFC 6455), as cheap as it gets: the load must not outweigh its target."""

import asyncio
from collections.abc import Callable
from struct import pack
from urllib.parse import urlsplit

_UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: YW1wbGVkZ2VyLWJlbmNoIQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_NO_MASK = bytes(4)  # a mask of zeros is a mask, and leaves the bytes as they are


class Socket(asyncio.Protocol):
    """One connection. `receive` is called with every text; `opened` tells of the handshake."""

    def __init__(self, path: str, host: str, receive: Callable[[bytes], None]) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request = _UPGRADE.format(path=path, host=host).encode()
        self._receive = receive
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # of a stream it is one
        self._transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self.opened.done() or self._handshake():
            self._frames()

    def send(self, text: bytes) -> None:
        """Write one text."""
        self._transport.write(_frame(_TEXT, text))

    def close(self) -> None:
        """Say goodbye, and leave without waiting for the answer."""
        self._transport.write(_frame(_CLOSE, b"\x03\xe8"))
        self._transport.close()

    def abort(self) -> None:
        """Leave as a power cut would."""
        self._transport.abort()

    def _handshake(self) -> bool:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith(b"HTTP/1.1 101"):
            refusal = head.split(b"\r\n", 1)[0].decode()
            self.opened.set_exception(ConnectionError(refusal))
            return False
        self._buffer = rest
        self.opened.set_result(None)
        return True

    def _frames(self) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            start, length = at + 2, buffer[at + 1]
            if length == 126:
                start, length = at + 4, int.from_bytes(buffer[at + 2 : at + 4], "big")
            elif length == 127:
                start, length = at + 10, int.from_bytes(buffer[at + 2 : at + 10], "big")
            if len(buffer) < start + length:
                break
            self._frame(buffer[at] & 15, buffer[start : start + length])
            at = start + length
        self._buffer = buffer[at:]

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == _TEXT:
            self._receive(payload)
        elif opcode == _PING:
            self._transport.write(_frame(_PONG, payload))
        elif opcode == _CLOSE:
            self._transport.close()


def _frame(opcode: int, payload: bytes) -> bytes:
    """A masked frame, not fragmented."""
    length = len(payload)
    if length < 126:
        return pack("!BB", 0x80 | opcode, 0x80 | length) + _NO_MASK + payload
    return pack("!BBH", 0x80 | opcode, 0x80 | 126, length) + _NO_MASK + payload


async def connect(url: str, receive: Callable[[bytes], None]) -> Socket:
    """Open a connection; raises OSError when there is none, or the server refuses."""
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(
        lambda: Socket(parts.path, parts.netloc, receive),
        parts.hostname or "127.0.0.1",
        parts.port or 80,
    )
    await asyncio.wait_for(socket.opened, 30)
    return socket
