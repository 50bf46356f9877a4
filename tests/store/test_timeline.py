"""A timeline is whole and in order: on every database, also where the journal was pruned."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain import timeline
from domain.log import Log
from domain.model import operations as op
from domain.store.opening import migrate, open_log
from domain.timeline import Happening, Window
from tests.domain.house import House, heartbeat, reset, start, stop

DAY = timedelta(days=1)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    if request.param == "memory":
        url = "memory://"
    elif request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'log.db'}"
    else:
        url = request.getfixturevalue("postgres_database")
    migrate(url)
    opened = open_log(url)
    house = House(opened)
    house.settle()
    yield house
    opened.close()


def live(house: House, days: int) -> None:
    """Each day a transaction, a heartbeat, and a call for the whole night."""
    for day in range(days):
        house.now += DAY
        began: Any = start(f"s{day}")
        began[3]["timestamp"] = house.now.isoformat()
        number = house.ask(began)[2]["transactionId"]
        house.ask(heartbeat(f"h{day}"))
        house.ask(stop(number, f"e{day}"))
        call = reset(house, call=f"call-{day}", expires_at=house.now + DAY)
        house.process(house.wish(call))


def everything(house: House, window: Window, portion: int) -> list[Happening]:
    """Page by page."""
    found: list[Happening] = []
    eras = [timeline.pruned_of_station, timeline.rows_of_station]
    for read in eras[::-1] if window.newest_first else eras:
        place = 0
        while page := read(house.log, "CP1", window, place=place, limit=portion):
            found += page
            place = page[-1].place
    return found


def facts_of(log: Log) -> list[int]:
    return [each.position for each in log.since(0, limit=9999, station="CP1")]


def told(found: list[Happening]) -> list[int]:
    return [fact.position for each in found for fact in each.facts]


def test_every_fact_is_told_once_under_its_cause(house: House) -> None:
    live(house, 4)
    found = everything(house, Window(), 5)
    assert told(found) == facts_of(house.log)
    assert {fact.cause for each in found for fact in each.facts} < {each.key for each in found}
    assert all(fact.cause == each.key for each in found for fact in each.facts)
    assert len(found) == len(house.log.frames(station="CP1", limit=999))
    assert everything(house, Window(newest_first=True), 3) == found[::-1]


def test_facts_outlive_the_journal(house: House) -> None:
    live(house, 5)
    whole = everything(house, Window(), 100)
    house.log.prune(house.now - 2 * DAY)
    found = everything(house, Window(), 3)

    assert told(found) == facts_of(house.log)
    kinds = [each.kind for each in found]
    kept = kinds.index("frame")
    assert (set(kinds[:kept]), "pruned" in kinds[kept:]) == ({"pruned"}, False)
    assert [each.key for each in found] == [
        each.key for each in whole if each.facts or each in found
    ]
    assert everything(house, Window(newest_first=True), 2) == found[::-1]
    assert everything(house, Window(kinds={"pruned"}), 100) == found[:kept]

    house.log.prune(house.now + DAY)
    assert told(everything(house, Window(), 4)) == facts_of(house.log)
    assert told(everything(house, Window(newest_first=True), 4)[::-1]) == facts_of(house.log)


def test_wishes_that_lie_days_apart_have_their_facts(house: House) -> None:
    live(house, 4)
    wishes = everything(house, Window(kinds={"wish"}), 2)
    assert [[fact.topic for fact in each.facts] for each in wishes[1:]] == [["call.requested"]] * 4


def test_a_window_is_of_time(house: House) -> None:
    live(house, 4)
    house.log.prune(house.now - DAY)
    whole = everything(house, Window(), 100)
    begin, end = house.now - 2.5 * DAY, house.now
    within = [each for each in whole if begin <= each.at < end]
    assert {each.kind for each in within} > {"pruned", "frame"}
    assert everything(house, Window(begin, end), 2) == within
    assert everything(house, Window(begin, end, newest_first=True), 2) == within[::-1]


def test_a_transaction_has_the_calls_and_wishes_that_name_it(house: House) -> None:
    live(house, 1)
    number = house.ask(start("s"))[2]["transactionId"]
    payload = f'{{"transactionId":{number}}}'
    call = reset(house, action="RemoteStopTransaction", payload=payload, call="c")
    house.process(house.wish(call))
    house.ask([3, "c", {"status": "Accepted"}])
    close = op.CloseTransaction(station="CP1", transaction=number, reason="stuck")
    house.process(house.wish(close))
    house.ask(heartbeat("h"))

    first = next(p for p in house.log.since(0, limit=999) if p.stream == f"transaction:{number}")
    for last in (0, house.log.position()):
        found = timeline.of_transaction(house.log, "CP1", number, first.position - 1, last)
        actions = [each.entry.action for each in found if each.entry]
        assert actions[:2] == ["StartTransaction", "RequestCall"]
        assert actions[2:] == ["RemoteStopTransaction", "CloseTransaction"]
    house.log.prune(house.now + DAY)
    pruned = timeline.of_transaction(house.log, "CP1", number, first.position - 1, 0)
    assert [each.facts for each in pruned] == [each.facts for each in found]
    assert {each.kind for each in pruned} == {"pruned"}
