"""A domain worker's inside on a memory log: records in, outcomes out, no broker."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec
import orjson

from domain import facts, wire
from domain.csms import Csms, Numbers, Policy
from domain.inbox import Inbox, InboxCounts, Outcome
from domain.log import Log
from domain.model import operations as op
from domain.model.aggregate import Fact
from domain.model.token import Permit
from domain.model.values import Profile
from domain.ocpp.version import versions
from domain.repository import Repository
from domain.sealed_log import SealedLog
from domain.sealing.cache import KeyCache
from domain.store.memory import MemoryLog
from domain.store.memory_keyring import MemoryKeyring

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class House:
    """One writer and its log; `restart` is another process on the same log."""

    def __init__(self, log: Log | None = None, policy: Policy | None = None) -> None:
        self.log = log or SealedLog(MemoryLog(), KeyCache(MemoryKeyring()))
        self.policy = policy or Policy()
        self.counts = InboxCounts()
        self.now = NOON
        self._seq: Iterator[int] = count()
        self.restart()

    def restart(self) -> None:
        repository = Repository(self.log)
        self.csms = Csms(repository, Numbers(self.log), versions(), self.policy)
        self.inbox = Inbox(self.log, self.csms, lambda: self.now, self.counts)

    def process(self, *records: wire.Inbound, redelivered: bool = False) -> Outcome:
        return self.inbox.process([wire.encode(r) for r in records], redelivered=redelivered)

    def received(self, frame: object, station: str = "CP1", connection: int = 5) -> wire.Received:
        text = frame if isinstance(frame, bytes) else orjson.dumps(frame)
        self.now += timedelta(milliseconds=1)
        return wire.Received(
            station=station,
            connection=connection,
            seq=next(self._seq),
            node="g1",
            protocol="ocpp1.6",
            at=self.now,
            frame=text,
        )

    def opened(self, station: str = "CP1", connection: int = 5) -> wire.Opened:
        return wire.Opened(
            station=station,
            connection=connection,
            node="g1",
            protocol="ocpp1.6",
            remote="10.0.0.1",
            at=self.now,
        )

    def wish(self, operation: op.Operation) -> wire.Wish:
        return wire.Wish(
            id=f"wish-{next(self._seq)}",
            key=op.key_of(operation),
            name=type(operation).__name__,
            body=msgspec.json.encode(operation),
            by="olga",
            at=self.now,
            reply_to="reply.api",
        )

    def settle(self, **profile: Any) -> None:
        """CP1 is registered and connected; the token ABC is issued."""
        station = op.RegisterStation(station="CP1", profile=Profile(**profile))
        self.process(self.wish(station))
        self.process(self.wish(op.IssueToken(id_tag="ABC", permit=Permit())))
        self.process(self.opened())

    def ask(self, frame: object, **where: Any) -> Any:
        """Send one frame; the answer, decoded, or None."""
        answers = answers_of(self.process(self.received(frame, **where)))
        return orjson.loads(answers[0]) if answers else None

    def told(self) -> list[Fact]:
        rows = self.log.since(0, limit=10_000)
        return [facts.decode(r.stream, r.version, r.topic, r.state) for r in rows]

    def topics(self) -> list[str]:
        return [row.topic for row in self.log.since(0, limit=10_000)]


def answers_of(outcome: Outcome) -> list[bytes]:
    """The frames that go back to stations."""
    return [r.frame for _, r in outcome.to_gateways if isinstance(r, wire.Answer)]


def heartbeat(message_id: str = "h1") -> list[object]:
    return [2, message_id, "Heartbeat", {}]


def start(message_id: str = "s1", tag: str = "ABC", meter: int = 100) -> list[object]:
    payload = {
        "connectorId": 1,
        "idTag": tag,
        "meterStart": meter,
        "timestamp": "2026-05-01T11:59:00.000Z",
    }
    return [2, message_id, "StartTransaction", payload]


def stop(number: int, message_id: str = "e1", meter: int = 600) -> list[object]:
    payload = {
        "transactionId": number,
        "meterStop": meter,
        "timestamp": "2026-05-01T12:30:00.000Z",
    }
    return [2, message_id, "StopTransaction", payload]


def reset(house: House, **changes: Any) -> op.RequestCall:
    values: dict[str, Any] = {
        "station": "CP1",
        "call": "call-1",
        "action": "Reset",
        "payload": '{"type":"Soft"}',
        "expires_at": house.now,
    }
    return op.RequestCall(**values | changes)
