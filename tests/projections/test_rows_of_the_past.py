"""As of any instant, the rows are those that were live then: on every database of the log."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from commands.api.aspects import MODELS, rows_of
from domain import moments
from domain.log import Log
from domain.model import operations as op
from domain.model.token import Permit, Token
from domain.model.values import Profile
from domain.store.opening import migrate, open_log
from projections import tokens
from projections.database import Database
from projections.engines import engine
from projections.past import OfStation, OfStream, Past
from projections.projector import Projector
from tests.domain.house import House, reset, start, stop

HOUR = timedelta(hours=1)
STATION = "CP1"


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    if request.param == "memory":
        url = "memory://"
    elif request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'log.db'}"
    else:
        url = request.getfixturevalue("postgres_database")
    migrate(url)
    opened = open_log(url)
    yield opened
    opened.close()


def steps(house: House) -> Iterator[None]:
    """A station's life, and a little of another's."""
    house.settle()
    yield
    house.ask([2, "b", "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}])
    yield
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Preparing"}
    house.ask([2, "n1", "StatusNotification", status])
    yield
    number = house.ask(start())[2]["transactionId"]
    yield
    desire = op.DesireConfiguration(station=STATION, key="HeartbeatInterval", value="60")
    house.process(house.wish(desire), house.wish(op.SetAutomatic(station=STATION, automatic=True)))
    yield
    other = op.RegisterStation(station="CP2", profile=Profile())
    house.process(house.wish(other), house.opened("CP2"))
    yield
    house.process(house.wish(reset(house, expires_at=house.now + HOUR)))
    yield
    house.ask(stop(number))
    yield
    house.process(house.wish(op.RemoveStation(station=STATION)))
    yield


def test_rows_of_the_past_are_the_rows_that_were_live(log: Log) -> None:
    house, live = House(log), Database(engine("sqlite://"))
    live.migrate()
    projector = Projector(live.engine, log, MODELS, clock=lambda: house.now)
    seen = {}
    for _ in steps(house):
        while projector.step().moved:
            pass
        seen[house.now] = rows_of(live, STATION)
        house.now += HOUR
    with Past(log, OfStation(log, STATION), MODELS) as one_after_another:
        for instant, rows in seen.items():
            one_after_another.go_to(instant)
            assert rows_of(one_after_another.database, STATION) == rows
    for instant, rows in seen.items():
        with Past(log, OfStation(log, STATION), MODELS) as past:
            position = past.go_to(instant + HOUR / 2)
            assert rows_of(past.database, STATION) == rows
        assert position == moments.position_at(log, instant, STATION)
    live.close()


def test_a_token_is_as_it_was_whoever_changed_it(log: Log) -> None:
    house, seen = House(log), {}
    house.settle()
    for limit in (1, 2):
        permit = Permit(concurrent_limit=limit)
        house.now += HOUR
        house.process(house.wish(op.IssueToken(id_tag="ABC", permit=permit)))
        seen[house.now] = (limit, 0)
    house.now += HOUR
    number = house.ask(start())[2]["transactionId"]
    seen[house.now] = (2, 1)
    house.now += HOUR
    house.ask(stop(number))
    seen[house.now] = (2, 0)

    for instant, expected in seen.items():
        with Past(log, OfStream(log, Token.id_of("abc")), [tokens.MODEL]) as past:
            past.go_to(instant)
            row = past.database.read(tokens.find, "ABC")
            assert row is not None
            assert (row.concurrent_limit, row.in_use) == expected


def test_nothing_was_before_the_first_fact(log: Log) -> None:
    house = House(log)
    house.settle()
    with Past(log, OfStation(log, STATION), MODELS) as past:
        assert past.go_to(house.now - HOUR) == 0
        automation, *rest = rows_of(past.database, STATION)
        assert (automation.aspect, rest) == ("automation", [])
