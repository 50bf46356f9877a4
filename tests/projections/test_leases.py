import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain import topics, wire
from domain.ports import Delivery
from gateway.broker.memory import MemoryBroker
from projections.leases import LeaseReader
from projections.presence import GATEWAYS, PRESENCE
from tests.projections.scene import NOON, Scene


@pytest.fixture
def scene(database):
    return Scene(database)


def _lease(node, seconds, *seen):
    spoke = tuple((id, number, NOON + timedelta(seconds=at)) for id, number, at in seen)
    return wire.encode(wire.Lease(node=node, until=NOON + timedelta(seconds=seconds), seen=spoke))


def _rows(scene, table):
    return scene.read(lambda c: [tuple(r) for r in c.execute(select(table).order_by(table.c[0]))])


def _recorded(scene, *items):
    reader = LeaseReader(scene.engine, MemoryBroker(), clock=scene.clock)
    delivery = Delivery(queue="leases", items=items, redelivered=False, tag=1, epoch=1)
    reader.record([delivery])


def test_the_latest_lease_and_sign_of_life_stand_in_whatever_order(scene):
    _recorded(scene, _lease("g1", 20, ("CP1", 6, 9)), _lease("g1", 15, ("CP1", 5, 4)))
    _recorded(scene, _lease("g1", 10, ("CP1", 5, 1)), _lease("g2", 5, ("CP2", 1, 2)))
    assert _rows(scene, GATEWAYS) == [
        ("g1", NOON + timedelta(seconds=20)),
        ("g2", NOON + timedelta(seconds=5)),
    ]
    assert _rows(scene, PRESENCE) == [
        ("CP1", 6, NOON + timedelta(seconds=9)),
        ("CP2", 1, NOON + timedelta(seconds=2)),
    ]


def test_what_is_no_lease_is_passed_over(scene):
    _recorded(scene, b"rubbish", _lease("g1", 5))
    assert len(_rows(scene, GATEWAYS)) == 1


def test_leases_that_ended_long_ago_are_forgotten(scene):
    _recorded(scene, _lease("g1", 5))
    scene.later(90_000)
    _recorded(scene, _lease("g2", 90_005))
    assert [row[0] for row in _rows(scene, GATEWAYS)] == ["g2"]


class Telling(LeaseReader):
    """Tells when it has tried to record."""

    def __init__(self, scene, broker):
        super().__init__(scene.engine, broker, clock=scene.clock, pause=0)
        self.loop, self.tried, self.away = asyncio.get_running_loop(), asyncio.Event(), False

    def record(self, deliveries):
        try:
            if self.away:
                raise OSError("the database is away")
            super().record(deliveries)
        finally:
            self.loop.call_soon_threadsafe(self.tried.set)


@pytest.fixture
async def broker():
    async with MemoryBroker() as made:
        await made.declare_durable(topics.LEASES)
        yield made


async def _read(broker, reader, *leases):
    running = asyncio.create_task(reader.run())
    async with asyncio.timeout(10):
        for lease in leases:
            reader.tried.clear()
            await broker.publish(topics.LEASES, [lease])
            await reader.tried.wait()
    running.cancel()
    await asyncio.wait([running])


async def test_a_lease_is_acknowledged_once_it_is_in_the_database(scene, broker):
    await _read(broker, Telling(scene, broker), _lease("g1", 5), _lease("g2", 5))
    assert [row[0] for row in _rows(scene, GATEWAYS)] == ["g1", "g2"]
    assert await broker.depth(topics.LEASES) < 2  # the second may have been cut short


async def test_a_lease_that_could_not_be_recorded_comes_again(scene, broker):
    reader = Telling(scene, broker)
    reader.away = True
    await _read(broker, reader, _lease("g1", 5))
    assert _rows(scene, GATEWAYS) == []
    assert await broker.depth(topics.LEASES) == 1
