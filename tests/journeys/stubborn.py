"""Stations that go on charging whatever breaks: they connect again, and repeat until answered.

Raw frames, for a retry under the same message id and an answer that comes late must be seen.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson
import websockets
from websockets.typing import Subprotocol

from tests.journeys.charge_point import now

PATIENCE = 60  # s for anything to recover
_RETRY = 3.0  # s without an answer
_PAUSES = (0.1, 0.2, 0.4, 0.8)  # s before it connects again, the last for ever
_REST = 0.03  # s between two messages: a station of this world has something else to do
_ENERGY = "Energy.Active.Import.Register"


@dataclass(slots=True)
class Message:
    """A CALL of the station, sent as often as needed, and every answer under any of its ids."""

    action: str
    payload: dict[str, Any]
    answers: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Session:
    """A transaction as its station knows it."""

    start: Message
    values: tuple[Message, ...]
    stop: Message

    @property
    def number(self) -> int:
        """What it was told at first."""
        number: int = self.start.answers[0]["transactionId"]
        return number

    @property
    def readings(self) -> Iterator[int]:
        """What its meter showed on the way, in Wh."""
        for message in self.values:
            yield int(message.payload["meterValue"][0]["sampledValue"][0]["value"])


class Stubborn:
    """One station: a transaction after the other on connector 1, each with two meter values."""

    def __init__(self, gateway_url: str, name: str, tag: str, *, renames: bool) -> None:
        """`renames`: a retry gets another message id."""
        self.name, self.tag = name, tag
        self.sessions: list[Session] = []  # those that were stopped
        self.calls: list[str] = []  # ids of our calls, as often as they came
        self.errors: list[Any] = []  # CALLERRORs
        self.ends: list[int | None] = []  # close codes of its sockets
        self.retries = 0
        self.enough = asyncio.Event()
        self.returns = True  # whether it connects again
        self._url, self._renames = f"{gateway_url}/{name}", renames
        self._messages: dict[str, Message] = {}
        self._socket: websockets.ClientConnection | None = None
        self._online = asyncio.Event()
        self._news = asyncio.Event()  # the message in hand is answered, or its socket has ended

    # --- its line ------------------------------------------------------------------------

    async def stay_connected(self) -> None:
        """Connect, and connect again, for as long as it returns."""
        pauses = iter(_PAUSES)
        while self.returns:
            if await self._connect():
                pauses = iter(_PAUSES)
            await asyncio.sleep(next(pauses, _PAUSES[-1]))

    async def _connect(self) -> bool:
        """Live on one socket; returns whether there was one."""
        with suppress(OSError, TimeoutError, websockets.WebSocketException):
            async with websockets.connect(
                self._url, subprotocols=[Subprotocol("ocpp1.6")], ping_interval=None
            ) as self._socket:
                self._online.set()
                await self._listen(self._socket)
                return True
        return False

    async def _listen(self, socket: websockets.ClientConnection) -> None:
        try:
            async for text in socket:
                await self._take(socket, orjson.loads(text))
        except websockets.ConnectionClosed:
            pass  # the code tells
        finally:
            self._online.clear()
            self._news.set()
        self.ends.append(socket.close_code)

    async def _take(self, socket: websockets.ClientConnection, frame: Any) -> None:
        kind, id, *rest = frame
        if kind == 2:
            self.calls.append(id)
            await socket.send(orjson.dumps([3, id, {"status": "Accepted"}]).decode())
        elif kind == 3:
            self._messages[id].answers.append(rest[0])
            self._news.set()
        else:
            self.errors.append(frame)

    # --- what it says --------------------------------------------------------------------

    async def charge(self) -> None:
        """Charge until it is enough; what was begun is finished."""
        await self._say("BootNotification", chargePointVendor="ACME", chargePointModel="Stubborn")
        while not self.enough.is_set():
            self.sessions.append(await self._session(1000 * len(self.sessions)))

    async def repeat(self, message: Message) -> None:
        """Say it all again, under a new id, as if its answer had been lost."""
        answered = len(message.answers)
        while not await self._send(
            message, str(uuid4()), until=lambda: len(message.answers) > answered
        ):
            self.retries += 1

    async def _session(self, meter: int) -> Session:
        start = await self._say(
            "StartTransaction", connectorId=1, idTag=self.tag, meterStart=meter, timestamp=now()
        )
        number = start.answers[0]["transactionId"]
        values = (await self._meter(number, meter + 10), await self._meter(number, meter + 20))
        stop = await self._say(
            "StopTransaction",
            transactionId=number,
            idTag=self.tag,
            meterStop=meter + 100 + len(self.sessions),
            timestamp=now(),
        )
        return Session(start, values, stop)

    async def _meter(self, transaction: int, wh: int) -> Message:
        sample = {"value": str(wh), "measurand": _ENERGY, "unit": "Wh"}
        value = {"timestamp": now(), "sampledValue": [sample]}
        return await self._say(
            "MeterValues", connectorId=1, transactionId=transaction, meterValue=[value]
        )

    async def _say(self, action: str, **payload: Any) -> Message:
        """Send, and send again after three seconds or on the next socket, until it is answered."""
        message, id = Message(action, payload), str(uuid4())
        while not await self._send(message, id, until=lambda: bool(message.answers)):
            self.retries += 1
            id = str(uuid4()) if self._renames else id
        await asyncio.sleep(_REST)
        return message

    async def _send(self, message: Message, id: str, *, until: Callable[[], bool]) -> bool:
        """Send once; returns whether it was answered in time."""
        self._messages[id] = message
        await self._online.wait()
        assert self._socket
        self._news.clear()
        try:
            await self._socket.send(orjson.dumps([2, id, message.action, message.payload]).decode())
            async with asyncio.timeout(_RETRY):
                while self._online.is_set() and not until():
                    await self._news.wait()
                    self._news.clear()
        except websockets.ConnectionClosed:
            self._online.clear()  # the reader will see it too
        except TimeoutError:
            pass
        return until()


class Fleet:
    """Several stations at once."""

    def __init__(self, charging: Mapping[Stubborn, asyncio.Task[None]]) -> None:
        self.stations, self._charging = tuple(charging), charging

    async def charges(self, sessions: int = 2) -> None:
        """Each station has finished so many more sessions."""
        goals = {each: len(each.sessions) + sessions for each in self.stations}
        await _until(lambda: all(len(each.sessions) >= goal for each, goal in goals.items()))

    async def retries(self) -> None:
        """Each station has waited in vain for an answer."""
        goals = {each: each.retries + 1 for each in self.stations}
        await _until(lambda: all(each.retries >= goal for each, goal in goals.items()))

    async def finish(self, *stations: Stubborn) -> None:
        """These, or all, finish their sessions; then they repeat all their starts and stops."""
        chosen = stations or self.stations
        for station in chosen:
            station.enough.set()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(self._charging[station] for station in chosen))
            await asyncio.gather(*map(_repeat, chosen))


async def _repeat(station: Stubborn) -> None:
    for session in station.sessions:
        await station.repeat(session.start)
        await station.repeat(session.stop)


@asynccontextmanager
async def charging(stations: Sequence[Stubborn]) -> AsyncIterator[Fleet]:
    """They charge, and stay connected until the end of the context."""
    async with asyncio.TaskGroup() as group:
        lines = [group.create_task(each.stay_connected()) for each in stations]
        work = {each: group.create_task(each.charge()) for each in stations}
        try:
            yield Fleet(work)
        finally:
            for task in (*lines, *work.values()):
                task.cancel()


async def _until(condition: Callable[[], bool]) -> None:
    """Return once it holds; raises TimeoutError after a minute."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)
