"""Given what is on record, when a station calls, then facts and an answer: decisions end to end."""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import orjson

from domain import facts
from domain.log import StoredFact
from domain.model.aggregate import Aggregate, Fact
from domain.model.station import Station
from domain.model.token import Permit, Token
from domain.model.transaction import Transaction
from domain.model.values import Profile
from domain.ocpp import reading
from domain.ocpp.action import Incoming
from domain.ocpp.version import versions
from domain.repository import Repository
from domain.scope import Scope
from domain.store.memory import MemoryLog
from tests.ocpp.schemas import validate

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ACTIONS = versions()["ocpp1.6"].actions
COMMON = {"originator_id", "originator_version", "originator_topic", "timestamp"}
Told = tuple[type[Fact], dict[str, Any]]


class CountingLog(MemoryLog):
    """Counts the queries for anything but the station, which every frame brings along."""

    def __init__(self) -> None:
        super().__init__()
        self.queries: list[list[str]] = []
        self.counting = True

    def read(self, known: Mapping[str, int], *, upto: int | None = None) -> Any:
        asked = sorted(each for each in known if not each.startswith("station:"))
        if asked and self.counting:
            self.queries.append(asked)
        return super().read(known, upto=upto)


class Csms:
    """A log, and one writer that handles one message at a time, a second apart."""

    def __init__(self) -> None:
        self.log = CountingLog()
        self.now = NOON
        self.answer: Any = None
        self.raw_answer = b""
        self.told: list[Fact] = []
        self.deviations: list[str] = []
        self._numbers = iter(self.log.take_numbers(10_000))
        self._messages = 0
        self.restart()

    def restart(self) -> Self:
        """Another process takes over: nothing is in memory."""
        self._repository = Repository(self.log)
        return self

    def given(self, *aggregates: Aggregate) -> Self:
        for aggregate in aggregates:
            rows = [facts.encode(fact, "given") for fact in aggregate.collect_events()]  # type: ignore[arg-type]  # all ours
            self._commit(rows)
        return self

    def when(
        self,
        name: str,
        payload: object = None,
        *,
        station: str = "CP1",
        after: timedelta = timedelta(seconds=1),
    ) -> Self:
        """A station calls; the answer must be as the official schema has it."""
        self.now += after
        action = ACTIONS.incoming[name]
        raw = payload if isinstance(payload, bytes) else orjson.dumps(payload or {})
        request, deviations = reading.read(action.Request, raw, defaults=action.defaults)
        self._messages += 1
        again = self._decided_afresh(station, action, request, deviations)
        scope = self._scope(station, name)
        scope.deviations.extend(deviations)
        needs = action.needs(station, request)
        self._repository.prefetch([Station.id_of(station), *needs])  # as of every frame
        self.raw_answer = reading.write(action.decide(request, scope))
        assert (self.raw_answer, scope.deviations, told(scope)) == again
        validate(f"{name}Response", self.raw_answer)
        self.answer, self.deviations = orjson.loads(self.raw_answer), scope.deviations
        self._collect(scope)
        return self

    def then(self, *expected: Told) -> Self:
        """Exactly these facts came of the last message, in any order of streams."""
        told = [(type(fact), essence(fact)) for fact in self.told]
        assert {kind for kind, _ in told} == {kind for kind, _ in expected}
        assert len(told) == len(expected)
        for kind, wanted in expected:
            assert any(k is kind and wanted.items() <= values.items() for k, values in told), told
        return self

    def answered(self, answer: object) -> Self:
        assert self.answer == answer
        return self

    def deviating(self, *deviations: str) -> Self:
        assert self.deviations == list(deviations)
        return self

    def transaction(self, number: int) -> Transaction | None:
        """A transaction as the next message would find it."""
        return self._repository.get(Transaction, Transaction.id_of(number))

    def _decided_afresh(
        self, station: str, action: Incoming, request: Any, deviations: Iterable[str]
    ) -> tuple[bytes, list[str], list[StoredFact]]:
        """The same, decided by somebody who knows nothing but what is on record."""
        scope = self._scope(station, action.name, Repository(self.log), copy(self._numbers))
        scope.deviations.extend(deviations)
        self.log.counting = False
        try:
            answer = reading.write(action.decide(request, scope))
        finally:
            self.log.counting = True
        return answer, scope.deviations, told(scope)

    def _scope(
        self,
        station: str,
        action: str,
        repository: Repository | None = None,
        numbers: Iterator[int] | None = None,
    ) -> Scope:
        return Scope(
            repository=repository or self._repository,
            take_number=(numbers or self._numbers).__next__,
            station_id=station,
            key=f"5.{self._messages}",
            at=self.now,
            now=self.now + timedelta(milliseconds=5),
            action=action,
            message_id=f"m{self._messages}",
        )

    def _collect(self, scope: Scope) -> None:
        self.told = []
        for aggregate in scope.touched.values():
            self.told += aggregate.collect_events()  # type: ignore[arg-type]  # all ours
        self._commit([facts.encode(fact, scope.key) for fact in self.told])
        self._repository.trim()

    def _commit(self, rows: list[StoredFact]) -> None:
        self.log.commit(rows, [])


def told(scope: Scope) -> list[StoredFact]:
    """What would be stored of what was decided; the facts stay where they are."""
    pending = (fact for each in scope.touched.values() for fact in each.pending_events)
    return [facts.encode(fact, scope.key) for fact in pending]  # type: ignore[arg-type]  # all ours


def essence(fact: Fact) -> dict[str, Any]:
    """A fact without what every fact has."""
    return {name: value for name, value in vars(fact).items() if name not in COMMON}


def station(name: str = "CP1", **profile: Any) -> Station:
    return Station.register(name, Profile(**profile), by="olga", at=NOON)


def token(id_tag: str = "ABC", **permit: Any) -> Token:
    return Token.issue(id_tag, Permit(**permit), by="olga", at=NOON)


def start(minute: int = 0, **members: Any) -> dict[str, Any]:
    """A StartTransaction.req of token ABC at connector 1, so many minutes after noon."""
    usual = {"connectorId": 1, "idTag": "ABC", "meterStart": 1000, "timestamp": moment(minute)}
    return usual | members


def stop(number: int, minute: int = 30, **members: Any) -> dict[str, Any]:
    """A StopTransaction.req, so many minutes after noon."""
    usual = {"transactionId": number, "meterStop": 4000, "timestamp": moment(minute)}
    return usual | members


def values(minute: int = 5, wh: int = 2000, **members: Any) -> dict[str, Any]:
    """A MeterValues.req of connector 1 with one reading of the register."""
    usual = {"connectorId": 1, "meterValue": [meter_value(minute, wh)]}
    return usual | members


def meter_value(minute: int = 5, wh: int = 2000) -> dict[str, Any]:
    return {"timestamp": moment(minute), "sampledValue": [{"value": str(wh)}]}


def moment(minute: int) -> str:
    return (NOON + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")
