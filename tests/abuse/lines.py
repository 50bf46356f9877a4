"""WebSockets made by hand: a library would refuse to be bad."""

import asyncio
import base64
import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from struct import pack
from typing import Self
from urllib.parse import urlsplit

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
PATIENCE = 30.0  # s for an answer under attack
_KEY = "YW1wbGVkZ2VyLWFidXNlIQ=="


class Refused(Exception):
    """The server answered the upgrade with another status than 101."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Ended(Exception):
    """The connection is over; the code is 0 when no close frame came."""

    def __init__(self, code: int = 0) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """A listener of the gateway. Without a CA nobody is verified: an attacker does not care."""

    url: str
    ca: Path | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def is_encrypted(self) -> bool:
        return urlsplit(self.url).scheme == "wss"

    @property
    def tls(self) -> ssl.SSLContext | None:
        if not self.is_encrypted:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.ca is None:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        else:
            context.load_verify_locations(self.ca)
        return context


@dataclass(frozen=True, slots=True)
class Identity:
    """A registered station, and the address it comes from."""

    name: str
    password: str
    source: str

    @property
    def credentials(self) -> str:
        """For the header Authorization."""
        return "Basic " + base64.b64encode(f"{self.name}:{self.password}".encode()).decode()


def source(number: int) -> str:
    """One of the addresses of this machine that attackers have; the innocent come from others."""
    return f"127.66.{number // 250 % 250}.{number % 250 + 1}"


async def connect(
    target: Target, source: str, *, tls: bool = True
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection, of TLS if the target has it; raises OSError."""
    async with asyncio.timeout(PATIENCE):
        return await asyncio.open_connection(
            target.host,
            target.port,
            ssl=target.tls if tls else None,
            local_addr=(source, 0),
            limit=1 << 22,
        )


def upgrade(path: str, *headers: str) -> bytes:
    """A request for a WebSocket as it should be."""
    lines = (
        f"GET {path} HTTP/1.1",
        "Host: csms.example",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {_KEY}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: ocpp1.6",
        *headers,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def frame(
    opcode: int, payload: bytes, *, fin: bool = True, rsv: int = 0, mask: bool = True
) -> bytes:
    """A frame of RFC 6455 section 5.2; masked by zeros, which leave the bytes as they are."""
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    masked, key = (0x80, bytes(4)) if mask else (0, b"")
    length = len(payload)
    if length < 126:
        return pack("!BB", first, masked | length) + key + payload
    if length < 1 << 16:
        return pack("!BBH", first, masked | 126, length) + key + payload
    return pack("!BBQ", first, masked | 127, length) + key + payload


class Line:
    """An open WebSocket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, target: Target, station: Identity) -> Self:
        """Raises Refused, or OSError (an `Ended` connection is reset or lost)."""
        reader, writer = await connect(target, station.source)
        credentials = f"Authorization: {station.credentials}"
        writer.write(upgrade(f"{target.path}/{station.name}", credentials))
        try:
            async with asyncio.timeout(PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            writer.transport.abort()
            raise ConnectionResetError("no answer to the upgrade") from error
        status = int(head.split(b" ", 2)[1])
        if status != 101:
            writer.transport.abort()
            raise Refused(status)
        return cls(reader, writer)

    def throw(self, *raw: bytes) -> None:
        """Send bytes as they are."""
        if not self._writer.is_closing():
            self._writer.write(b"".join(raw))

    async def hear(self) -> tuple[int, bytes]:
        """The next text of the server; pings are answered. Raises Ended, TimeoutError."""
        while True:
            opcode, payload = await self._frame()
            if opcode == CLOSE:
                raise Ended(int.from_bytes(payload[:2], "big"))
            if opcode == PING:
                self.throw(frame(PONG, payload))
            elif opcode != PONG:
                return opcode, payload

    async def _frame(self) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(PATIENCE):
                first, length = await self._reader.readexactly(2)
                if length >= 126:
                    more = await self._reader.readexactly(2 if length == 126 else 8)
                    length = int.from_bytes(more, "big")
                return first & 15, await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            raise Ended from None

    def end_of_file(self) -> bool:
        """Say that nothing follows, in the middle of whatever was said, where that can be said."""
        if possible := self._writer.can_write_eof():
            with suppress(OSError):  # the other side was faster
                self._writer.write_eof()
        return possible

    def drop(self) -> None:
        """Leave as a power cut would."""
        self._writer.transport.abort()
