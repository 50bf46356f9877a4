"""`python -m tests.bench.time_travel`: what a station of 10,000 facts costs who looks back."""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from time import perf_counter, process_time
from types import SimpleNamespace
from typing import Any

from commands.api import states, timeline
from domain.model import operations as op
from domain.model.token import Permit
from domain.store.opening import migrate, open_log
from domain.timeline import Window
from projections import connectors, stations
from projections.past import OfStation, Past
from projections.users import Holder
from tests.bench.__main__ import _POSTGRES
from tests.databases import fresh_database
from tests.domain.house import House, start, stop

_FACTS = 10_000
_ROUNDS = 9
_MINUTE = timedelta(minutes=1)


def main() -> None:
    """On both databases."""
    with TemporaryDirectory() as folder:
        _measure("SQLite", f"sqlite:///{Path(folder) / 'log.db'}")
    with fresh_database(os.environ.get("AMPLEDGER_TEST_POSTGRES_URL", _POSTGRES)) as url:
        _measure("PostgreSQL", url)


def _measure(name: str, url: str) -> None:
    migrate(url)
    log = open_log(url)
    house = House(log)
    house.settle()
    house.process(house.wish(op.IssueToken(id_tag="ABC", permit=Permit(concurrent_limit=1))))
    number = 0
    while log.position() < _FACTS:
        number += 1
        _charge(house, number)
    office: Any = SimpleNamespace(log=log, clock=lambda: house.now, places=BoundedSemaphore())
    middle = house.now - number * 7 * _MINUTE
    print(f"{name}: {log.position()} facts, ms (fastest, median, CPU of this process)")
    _time("row of the station, ?at=", lambda: _row(house, stations.MODEL))
    _time("connectors, ?at=", lambda: _row(house, connectors.MODEL))
    _time("whole state after all facts", lambda: states.get_state(office, "CP1"))
    _time("whole state half way", lambda: states.get_state(office, "CP1", middle))
    _time(
        "changes of the hour half way",
        lambda: states.get_changes(office, "CP1", begin=middle, end=middle + 60 * _MINUTE),
    )
    oldest, newest = Window(), Window(newest_first=True)
    viewer = Holder("", "viewer", "", None, None)
    page = partial(timeline.get_timeline_of_station, office, "CP1", by=viewer)
    _time("timeline, the oldest hundred", lambda: page(oldest))
    _time("timeline, the newest hundred", lambda: page(newest))
    log.close()


def _charge(house: House, number: int) -> None:
    house.now += _MINUTE
    begin: Any = start(f"s{number}")
    begin[3]["timestamp"] = house.now.isoformat()
    transaction = house.ask(begin)[2]["transactionId"]
    values = []
    for reading in range(12):
        house.now += _MINUTE
        sample = {"timestamp": house.now.isoformat(), "sampledValue": [{"value": f"{reading}00"}]}
        payload = {"connectorId": 1, "transactionId": transaction, "meterValue": [sample]}
        values.append(house.received([2, f"m{number}.{reading}", "MeterValues", payload]))
    house.process(*values)
    house.ask(stop(transaction, f"e{number}"))


def _row(house: House, model: Any) -> None:
    with Past(house.log, OfStation(house.log, "CP1"), [model]) as past:
        past.go_to(house.now)


def _time(name: str, ask: Callable[[], object]) -> None:
    spent, worked = [], []
    for _ in range(_ROUNDS):
        began, busy = perf_counter(), process_time()
        ask()
        spent.append(1000 * (perf_counter() - began))
        worked.append(1000 * (process_time() - busy))
    figures = min(spent), median(spent), median(worked)
    print(f"  {name:32}" + "".join(f"{each:7.0f}" for each in figures), flush=True)


if __name__ == "__main__":
    main()
