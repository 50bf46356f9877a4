"""A simulated station on the bench: asked without a network, or living on a real socket."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from commands.simulate.configuration import Configuration
from commands.simulate.counts import FleetCounts
from commands.simulate.equipment import Equipment
from commands.simulate.features import Features
from commands.simulate.keyring import Keyring
from commands.simulate.life import Life
from commands.simulate.line import Identity
from commands.simulate.station import Station
from commands.simulate.visits import Pace

PATIENCE = 20  # s
ACCEPTED = {"idTagInfo": {"status": "Accepted"}}
TIME = {"currentTime": "2026-05-01T12:00:00Z"}
ANSWERS: dict[str, dict[str, Any]] = {
    "Authorize": ACCEPTED,
    "BootNotification": {"status": "Accepted", "interval": 300, **TIME},
    "SignCertificate": {"status": "Accepted"},
    "Heartbeat": TIME,
    "StartTransaction": {"transactionId": 7, **ACCEPTED},
}
ANY = object()


def soon(seconds: float = 3600) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


class Socket:
    """Both ends of a connection in memory."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[str] = asyncio.Queue()
        self.received: asyncio.Queue[str] = asyncio.Queue()

    async def send(self, frame):
        self.sent.put_nowait(frame)

    async def recv(self):
        return await self.received.get()


class Bench:
    """A station that says nothing until it is listened to."""

    def __init__(self, keyring: Keyring | None = None, **configuration: str) -> None:
        self.equipment = Equipment("S", configuration=Configuration(**configuration))
        self.features = Features(self.equipment, keyring, step=0)
        self._socket = Socket()
        self._station = Station("S", self._socket, self.features, FleetCounts())

    async def ask(self, action: str, **payload: object) -> Any:
        """The answer's payload; the code of a CALLERROR."""
        await self._station.route_message(json.dumps([2, "q", action, payload]))
        return json.loads(self._socket.sent.get_nowait())[2]

    async def status(self, action: str, **payload: object) -> Any:
        answer = await self.ask(action, **payload)
        return answer["status"] if isinstance(answer, dict) else answer

    async def said(self) -> tuple[str, dict[str, Any]]:
        """What it says next."""
        async with asyncio.timeout(PATIENCE):
            saying = asyncio.ensure_future(self.equipment.sayings.say_next(self._station))
            frame = json.loads(await self._socket.sent.get())
            answer = ANSWERS.get(frame[2], {})
            await self._station.route_message(json.dumps([3, frame[1], answer]))
            await saying
        return frame[2], frame[3]


class Central:
    """A system that answers everything, and keeps what it heard."""

    def __init__(self, answers: dict[str, dict[str, Any]]) -> None:
        self._answers = ANSWERS | answers
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._news = asyncio.Condition()
        self._socket: Any = None
        self._answered: dict[str, asyncio.Future[Any]] = {}

    async def serve(self, socket):
        self._socket = socket
        try:
            async for text in socket:
                await self._take(json.loads(text), socket)
        except ConnectionClosed:
            return

    async def _take(self, frame, socket):
        if frame[0] == 2:
            await socket.send(json.dumps([3, frame[1], self._answers.get(frame[2], {})]))
            async with self._news:
                self.heard.append((frame[2], frame[3]))
                self._news.notify_all()
        else:
            self._answered[frame[1]].set_result(frame[2])

    async def ask(self, action: str, **payload: object) -> Any:
        number = f"c{len(self._answered)}"
        self._answered[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps([2, number, action, payload]))
        async with asyncio.timeout(PATIENCE):
            return await self._answered[number]

    async def hears(self, action: str, **members: object) -> dict[str, Any]:
        """Wait for a message, and forget what came up to it."""

        def found() -> int | None:
            for place, (name, payload) in enumerate(self.heard):
                if name == action and members.items() <= payload.items():
                    return place
            return None

        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: found() is not None)
            place = found() or 0
            payload = self.heard[place][1]
            del self.heard[: place + 1]
            return payload

    async def hears_in_turn(self, action: str, *statuses: str) -> None:
        for status in statuses:
            await self.hears(action, status=status)


@asynccontextmanager
async def living(*, tags=("ANN",), answers=None, **pace: Any):
    """A station that lives on a real socket; no car comes by chance unless `idle` says so."""
    central = Central(answers or {})
    chosen = Pace(**{"idle": 1e9, "session": 1e9, "sample": 0.05, "step": 0, **pace})
    async with serve(central.serve, "127.0.0.1", 0, subprotocols=["ocpp1.6"]) as server:  # type: ignore[list-item]  # a string to us
        port = server.sockets[0].getsockname()[1]
        identity = Identity((f"ws://127.0.0.1:{port}",), "S", tags=tags)
        life = Life(identity, chosen, FleetCounts(), asyncio.Semaphore(1))
        living = asyncio.ensure_future(life.run())
        try:
            await central.hears("BootNotification")
            yield central
        finally:
            living.cancel()
            await asyncio.wait([living])
