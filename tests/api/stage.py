"""What the tests of the API play with: an installation, stations, and waiting for what follows."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

ADMIN_TOKEN = "a-token-for-the-tests-only"
T = TypeVar("T")
PATIENCE = 10.0  # s, for what happens soon


@dataclass(frozen=True)
class Installation:
    """Where it listens."""

    api: str
    gateway: str

    @asynccontextmanager
    async def client(self, token: str = ADMIN_TOKEN) -> AsyncIterator[httpx.AsyncClient]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx.AsyncClient(base_url=self.api, headers=headers, timeout=30) as client:
            yield client


class Station:
    """A station that answers calls as the test says, frame by frame."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._calls: deque[bytes] = deque()  # came while we waited for an answer

    @classmethod
    @asynccontextmanager
    async def connected(cls, installation: Installation, name: str) -> AsyncIterator[Self]:
        url = f"{installation.gateway}/{quote(name, safe='')}"
        async with connect(url, subprotocols=[Subprotocol("ocpp1.6")], proxy=None) as socket:
            station = cls(socket)
            await station.ask("BootNotification", chargePointVendor="V", chargePointModel="M")
            yield station

    async def ask(self, action: str, /, **payload: Any) -> dict[str, Any]:
        """Call the system; its answer's payload."""
        await self._socket.send(orjson.dumps([2, uuid4().hex, action, payload]).decode())
        async with asyncio.timeout(PATIENCE):
            while (frame := orjson.loads(raw := await self._raw()))[0] == 2:
                self._calls.append(raw)
        assert frame[0] == 3, frame
        return dict(frame[2])

    async def asked(self) -> tuple[str, bytes]:
        """The next call of the system: its id, and its frame as it came."""
        async with asyncio.timeout(PATIENCE):
            frame = self._calls.popleft() if self._calls else await self._raw()
        return orjson.loads(frame)[1], frame

    async def reply(self, message_id: str, payload: dict[str, Any]) -> None:
        await self._socket.send(orjson.dumps([3, message_id, payload]).decode())

    async def refuse(self, message_id: str, code: str, description: str) -> None:
        frame = [4, message_id, code, description, {}]
        await self._socket.send(orjson.dumps(frame).decode())

    async def closed(self) -> int:
        """Wait for the end; its code."""
        async with asyncio.timeout(PATIENCE):
            await self._socket.wait_closed()
        return int(self._socket.close_code or 0)

    async def _raw(self) -> bytes:
        return str(await self._socket.recv()).encode()


Check = Callable[[], Awaitable[T | None]]


async def eventually(check: Check[T]) -> T:
    """What a check finds, asked until it finds something: read models follow in their own time."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await check()):  # noqa: ASYNC110 - it is in a database
            await asyncio.sleep(0.02)
    return found
