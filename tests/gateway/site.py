"""A gateway with sockets, the domain behind it, and stations that dial."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from domain import frames, wire
from domain.ports import Listing
from gateway.admission import Policy
from gateway.broker.memory import MemoryBroker
from gateway.counts import GatewayCounts
from gateway.doors import Doors
from gateway.entrance import Entrance, Limits
from gateway.gate import Gate
from gateway.keys import Keys
from gateway.listeners import Listener
from gateway.origins import Origins, Proxies
from gateway.passwords import Argon2Verifier
from gateway.server import GatewayServer, ServerSettings
from tests.gateway.stage import PATIENCE, Register, Stage, listing, stage, utc

BEAT = '[2,"beat","Heartbeat",{}]'
QUICK = ServerSettings(close_within=0.5, stop_within=3.0)
HERE = Listener(host="127.0.0.1", port=0)
OFFER = ("ocpp1.6",)

T = TypeVar("T")
Record = TypeVar("Record", bound=wire.Inbound)


async def until(condition: Callable[[], bool]) -> None:
    """Look until something that tells nobody has happened."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - counts have no event
            await asyncio.sleep(0.005)


async def soon(awaitable: Awaitable[T]) -> T:
    async with asyncio.timeout(PATIENCE):
        return await awaitable


@dataclass
class Site:
    """A gateway that listens, the domain behind it, and stations that dial."""

    scene: Stage
    register: Register
    doors: Doors

    @property
    def port(self) -> int:
        return self.doors.ports[0]

    @property
    def counts(self) -> GatewayCounts:
        return self.scene.bridge.counts

    def dial(
        self,
        path: str = "/ocpp/CP1",
        *,
        offer: tuple[str, ...] = OFFER,
        headers: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> connect:
        return connect(
            f"ws{'s' if tls else ''}://localhost:{self.port}{path}",
            ssl=tls,
            subprotocols=[Subprotocol(token) for token in offer] or None,
            additional_headers=headers,
            compression=None,
            open_timeout=PATIENCE,
        )

    async def refusal(
        self,
        path: str = "/ocpp/CP1",
        *,
        offer: tuple[str, ...] = OFFER,
        headers: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> InvalidStatus:
        with pytest.raises(InvalidStatus) as refused:
            await self.dial(path, offer=offer, headers=headers, tls=tls)
        return refused.value

    async def next(self, kind: type[Record]) -> Record:
        return await self.scene.said.next_of(kind)

    async def answer(self, message_id: str, payload: bytes = b"{}") -> wire.Received:
        """Answer the next frame, as the domain would."""
        call = await self.next(wire.Received)
        frame = frames.result(message_id, payload)
        await self.scene.tell(
            wire.Answer(station=call.station, connection=call.connection, frame=frame)
        )
        return call

    async def is_served(self, station: ClientConnection) -> bool:
        """Whether a station can still make a call and gets its answer."""
        await station.send(BEAT)
        await self.answer("beat")
        return await soon(station.recv()) == '[3,"beat",{}]'


@asynccontextmanager
async def site(
    settings: ServerSettings = QUICK,
    *,
    listeners: tuple[Listener, ...] = (HERE,),
    limits: Limits | None = None,
    proxies: Proxies | None = None,
    stations: Iterable[Listing] = (),
    policy: Policy | None = None,
    broker: MemoryBroker | None = None,
    capacity: int = 1 << 20,
) -> AsyncIterator[Site]:
    loop = asyncio.get_running_loop()
    register = Register({each.station: each for each in stations or (listing("CP1"),)})
    verifier = Argon2Verifier(loop.time)
    policy = policy or Policy(allow_profile_0=True)
    async with (
        stage(clock=utc, timers=loop, broker=broker, capacity=capacity) as scene,
        Doors(listeners, utc, look_every=PATIENCE) as doors,
    ):
        gate = Gate(register, Keys(verifier, loop.time), scene.bridge, policy, utc)
        entrance = Entrance(doors, limits or Limits(), scene.bridge.counts)
        origins = Origins(proxies or Proxies(), utc)
        async with GatewayServer(settings, entrance, origins, gate, scene.bridge):
            yield Site(scene, register, doors)
    verifier.close()


@dataclass
class RawStation:
    """A station that upgrades and then does nothing by itself: no pongs, no reading."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def dial(
        cls,
        port: int,
        station: str,
        *,
        headers: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> "RawStation":
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
        request = (
            f"GET /ocpp/{station} HTTP/1.1",
            "Host: csms",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: ocpp1.6",
            *(f"{name}: {value}" for name, value in (headers or {}).items()),
            "",
            "",
        )
        writer.write("\r\n".join(request).encode())
        await soon(reader.readuntil(b"\r\n\r\n"))
        return cls(reader, writer)

    def send(self, text: str) -> None:
        self.writer.write(b"\x81" + bytes((0x80 | len(text),)) + b"\0\0\0\0" + text.encode())

    async def ping_without_end(self) -> None:
        """Until the other side has had enough."""
        await self._repeat(b"\x89\xfd\0\0\0\0" + b"x" * 125)

    async def send_pieces_without_end(self) -> None:
        """A message whose last piece never comes."""
        self.writer.write(b"\x01\x81\0\0\0\0x")
        await self._repeat(b"\0\x81\0\0\0\0x")

    async def _repeat(self, frame: bytes) -> None:
        with suppress(ConnectionError):
            async with asyncio.timeout(PATIENCE):
                while True:
                    self.writer.write(frame * 1000)
                    await self.writer.drain()

    async def hang_up(self) -> None:
        self.writer.transport.abort()
        with suppress(ConnectionError):
            await self.writer.wait_closed()
