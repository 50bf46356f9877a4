"""Events on their way to the broker: all of them, in order, however often somebody is stopped."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from domain import topics
from domain.log import StoredFact
from domain.ports import Retention
from domain.store.opening import migrate, open_log
from gateway.broker.memory import MemoryBroker
from projections.database import Database
from projections.engines import engine
from projections.events.publisher import Publisher, lag
from projections.events.reader import EventReader
from projections.positions import Fenced

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
KEEP = Retention(max_bytes=10_000_000, max_days=1)


@pytest.fixture(params=["sqlite", "postgres"])
def stores(request, tmp_path):
    if request.param == "sqlite":
        log_url, url = f"sqlite:///{tmp_path / 'log.db'}", f"sqlite:///{tmp_path / 'read.db'}"
    else:
        log_url = url = request.getfixturevalue("postgres_database")
    migrate(log_url)
    log, database = open_log(log_url), Database(engine(url))
    database.migrate()
    yield log, database
    log.close()
    database.close()


def tell(log, station, number, topic="station.removed", at=NOON):
    state = orjson.dumps({"timestamp": at.isoformat(), "by": "somebody"})
    stream = f"station:{station}"
    return log.commit([StoredFact(stream, number, topic, state, "key", station)], ())


def published(broker):
    return [message.headers["position"] for _, message in broker.streamed(topics.EVENTS)]


async def test_every_event_is_published_with_what_consumers_choose_by(stores):
    log, database = stores
    first = tell(log, "CP/1", 1)
    async with MemoryBroker() as broker:
        await broker.declare_stream(topics.EVENTS, KEEP)
        publisher = Publisher(EventReader(log, "/s"), broker, database, retention=KEEP)
        assert not await publisher.step()
        ((_, message),) = broker.streamed(topics.EVENTS)
    assert message.content_type == "application/cloudevents+json"
    assert message.headers == {
        "position": first,
        "type": "ampledger.station.removed.v1",
        "station": "CP/1",
    }
    assert orjson.loads(message.body)["source"] == "/s"
    assert publisher.published == 1


async def test_another_goes_on_where_the_one_before_had_come(stores):
    log, database = stores
    reader = EventReader(log)
    positions = [tell(log, "CP", 1), tell(log, "CP", 2)]
    async with MemoryBroker() as broker:
        await broker.declare_stream(topics.EVENTS, KEEP)
        await Publisher(reader, broker, database, retention=KEEP).step()
        positions.append(tell(log, "CP", 3))
        await Publisher(reader, broker, database, retention=KEEP).step()
        assert published(broker) == positions


async def test_one_that_was_stopped_between_the_broker_and_the_database_tells_it_again(stores):
    log, database = stores
    reader = EventReader(log)
    async with MemoryBroker() as broker:
        await broker.declare_stream(topics.EVENTS, KEEP)
        before = Publisher(reader, broker, database, retention=KEEP)
        after = Publisher(reader, broker, database, retention=KEEP)
        await before.step()
        await after.step()
        position = tell(log, "CP", 1)
        await after.step()
        with pytest.raises(Fenced):
            await before.step()  # had read its position before: it published, and is fenced
        assert published(broker) == [position, position]
        assert not await after.step()
        assert published(broker) == [position, position]


async def test_facts_without_a_public_meaning_and_broken_ones_are_passed(stores, caplog):
    log, database = stores
    reader = EventReader(log)
    tell(log, "CP", 1, "station.disconnect_wished")
    log.commit([StoredFact("station:CP", 2, "station.removed", b'{"by": 1}', "key", "CP")], ())
    async with MemoryBroker() as broker:
        await broker.declare_stream(topics.EVENTS, KEEP)
        publisher = Publisher(reader, broker, database, retention=KEEP)
        await publisher.step()
        last = tell(log, "CP", 3)
        await publisher.step()
        assert published(broker) == [last]
    assert "passed over" in caplog.text
    assert lag(reader, database, clock=lambda: NOON).positions == 0


async def test_the_lag_is_the_age_of_the_oldest_event_that_is_not_published(stores):
    log, database = stores
    reader = EventReader(log)
    tell(log, "CP", 1, at=NOON)
    tell(log, "CP", 2, at=NOON + timedelta(seconds=5))

    def now():
        return NOON + timedelta(seconds=9)

    assert lag(reader, database, clock=now) == (reader.head(), 9.0)
    async with MemoryBroker() as broker:
        await broker.declare_stream(topics.EVENTS, KEEP)
        await Publisher(reader, broker, database, retention=KEEP).step()
    assert lag(reader, database, clock=now) == (0, 0.0)
