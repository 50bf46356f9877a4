"""Well-behaved stations that charge in the middle of it all, in a process of their own.

They keep account of what was acknowledged, and of how long each answer took.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

import orjson

from tests.abuse.lines import TEXT, Ended, Identity, Line, Refused, Target, frame

TAG = "INNOCENT"
_READINGS = 4
_REST = 0.02  # s between two messages
_RETRY_AFTER = 0.5  # s without a socket


@dataclass(slots=True)
class Session:
    """A transaction as its station knows it; only what was acknowledged stands here."""

    station: str
    meter_start: int
    number: int = 0
    readings: list[int] = field(default_factory=list)  # Wh
    meter_stop: int | None = None


@dataclass(slots=True)
class Account:
    """What the innocents of a process have to tell."""

    sessions: list[Session] = field(default_factory=list)
    answers: list[tuple[float, float]] = field(default_factory=list)  # sent at (monotonic), s
    complaints: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Errand:
    """Who charges where."""

    stations: Sequence[tuple[Target, Identity]]


class _Innocent:
    """One station; whatever breaks, it goes on as a real one would, and complains."""

    def __init__(self, target: Target, identity: Identity, account: Account) -> None:
        self._target, self._identity, self._account = target, identity, account
        self._line: Line | None = None
        self._messages = 0
        self.enough = False

    async def boot(self) -> None:
        await self._say("BootNotification", chargePointVendor="Ampledger", chargePointModel="Good")

    async def charge(self) -> None:
        """Charge until it is enough; what was begun is finished."""
        meter = 0
        while not self.enough:
            await self._session(meter)
            meter += 1000
        if self._line:
            self._line.drop()

    async def _session(self, meter: int) -> None:
        await self._status("Preparing")
        session = Session(self._identity.name, meter)
        started = await self._say(
            "StartTransaction", connectorId=1, idTag=TAG, meterStart=meter, timestamp=_now()
        )
        session.number = started["transactionId"]
        self._account.sessions.append(session)
        for reading in range(meter + 10, meter + 10 + _READINGS):
            await self._meter(session.number, reading)
            session.readings.append(reading)
        await self._say(
            "StopTransaction",
            transactionId=session.number,
            idTag=TAG,
            meterStop=meter + 100,
            timestamp=_now(),
        )
        session.meter_stop = meter + 100
        await self._status("Available")

    async def _status(self, status: str) -> None:
        await self._say("StatusNotification", connectorId=1, errorCode="NoError", status=status)

    async def _meter(self, transaction: int, reading: int) -> None:
        sample = {"value": str(reading), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        value = {"timestamp": _now(), "sampledValue": [sample]}
        await self._say("MeterValues", connectorId=1, transactionId=transaction, meterValue=[value])

    async def _say(self, action: str, **payload: Any) -> dict[str, Any]:
        """Send, and send again on the next socket, until it is answered."""
        self._messages += 1
        id, sent = f"{self._identity.name}-{self._messages}", monotonic()
        call = frame(TEXT, orjson.dumps([2, id, action, payload]))
        while True:
            if (answer := await self._sent(call, id)) is not None:
                self._account.answers.append((sent, monotonic() - sent))
                await asyncio.sleep(_REST)
                return answer
            await asyncio.sleep(_RETRY_AFTER)

    async def _sent(self, call: bytes, id: str) -> dict[str, Any] | None:
        try:
            self._line = self._line or await Line.open(self._target, self._identity)
            self._line.throw(call)
            return await self._heard(self._line, id)
        except (Ended, Refused, OSError, TimeoutError) as trouble:
            self._account.complaints.append(f"{id}: {trouble!r}")
            if self._line:
                self._line.drop()
            self._line = None
            return None

    async def _heard(self, line: Line, id: str) -> dict[str, Any]:
        while True:
            kind, heard, *rest = orjson.loads((await line.hear())[1])
            if kind == 2:  # the API is under attack too
                line.throw(frame(TEXT, orjson.dumps([4, heard, "NotImplemented", "", {}])))
                continue
            if heard == id and kind == 3:
                return dict(rest[0])
            self._account.complaints.append(f"{id}: was told {kind} {heard} {rest}")
            if heard == id:
                return {"transactionId": 0}


def work(errand: Errand, parent: "Connection[object, object]") -> None:
    """The life of the process: charge until the parent says something, then tell the account."""
    asyncio.run(_work(errand, parent))


async def _work(errand: Errand, parent: "Connection[object, object]") -> None:
    account = Account()
    innocents = [_Innocent(target, identity, account) for target, identity in errand.stations]
    await asyncio.gather(*(each.boot() for each in innocents))
    parent.send("ready")
    async with asyncio.TaskGroup() as group:
        for each in innocents:
            group.create_task(each.charge())
        await asyncio.to_thread(parent.recv)
        for each in innocents:
            each.enough = True
    parent.send(account)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
