"""Whatever stations send, repeat and forget: one transaction a start, one answer a message."""

from datetime import timedelta
from typing import Any

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.model.connector import Connector
from domain.model.transaction import Transaction
from tests.ocpp.harness import Csms, start, stop, token, values

STATIONS = st.sampled_from(["CP1", "CP2"])
MINUTES = st.integers(0, 6)
TAGS = st.sampled_from(["ABC", "abc", "LIMITED", "NOBODY"])


class Traffic(RuleBasedStateMachine):
    """Starts, stops and readings of two stations; their writer may be replaced at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.csms = Csms().given(token(), token("LIMITED", concurrent_limit=1))
        self.answers: dict[bytes, bytes] = {}
        self.numbers: dict[bytes, int] = {}
        self.owners: dict[int, str] = {}
        self.taken: dict[str, int] = {}

    def send(self, name: str, payload: dict[str, Any], station: str) -> bytes:
        self.csms.when(name, payload, station=station, after=timedelta(minutes=1))
        for fact in self.csms.told:
            self._follow(fact)
        return orjson.dumps([station, name, payload])

    def _follow(self, fact: object) -> None:
        if isinstance(fact, Transaction.Started):
            assert fact.number not in self.owners
            self.owners[fact.number] = fact.station
        if isinstance(fact, Connector.Taken | Connector.Freed):
            taken = isinstance(fact, Connector.Taken)
            self.taken[fact.originator_id] = fact.transaction if taken else 0

    @rule(station=STATIONS, minute=MINUTES, tag=TAGS, connector=st.integers(-1, 2))
    def begin(self, station: str, minute: int, tag: str, connector: int) -> None:
        payload = start(minute, idTag=tag, connectorId=connector)
        key = self.send("StartTransaction", payload, station)
        folded = key.lower()
        number = self.csms.answer["transactionId"]
        assert self.numbers.setdefault(folded, number) == number
        assert self.answers.setdefault(folded, self.csms.raw_answer) == self.csms.raw_answer
        assert self.owners[number] == station

    @precondition(lambda self: self.owners)
    @rule(station=STATIONS, minute=MINUTES, number=st.integers(-1, 9), tag=TAGS | st.none())
    def end(self, station: str, minute: int, number: int, tag: str | None) -> None:
        payload = stop(number, 10 + minute, **({"idTag": tag} if tag else {}))
        key = self.send("StopTransaction", payload, station)
        stopped = [f for f in self.csms.told if isinstance(f, Transaction.Stopped)]
        assert not stopped or self.owners[number] == station
        assert self.answers.setdefault(key, self.csms.raw_answer) == self.csms.raw_answer

    @rule(station=STATIONS, minute=MINUTES, number=st.none() | st.integers(-1, 9))
    def measure(self, station: str, minute: int, number: int | None) -> None:
        self.send("MeterValues", values(minute, 1000 + minute, transactionId=number), station)

    @rule()
    def replace_the_writer(self) -> None:
        self.csms.restart()

    @invariant()
    def a_connector_is_held_by_a_transaction_of_its_station_that_is_open(self) -> None:
        for stream, number in self.taken.items():
            if number:
                held = self.csms.transaction(number)
                assert held is not None
                assert held.open
                assert Connector.id_of(held.station, held.connector) == stream


TestTraffic = Traffic.TestCase
TestTraffic.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
