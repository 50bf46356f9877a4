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
    reader = LeaseReader(scene.engine, MemoryBroker(), queue=topics.LEASES, clock=scene.clock)
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


async def test_leases_are_acknowledged_once_they_are_in_the_database(scene):
    async with MemoryBroker() as broker:
        await broker.declare_durable(topics.LEASES)
        await broker.publish(topics.LEASES, [_lease("g1", 5)])
        reader = LeaseReader(scene.engine, broker, queue=topics.LEASES, clock=scene.clock)
        running = asyncio.create_task(reader.run())
        async with asyncio.timeout(10):
            while not await asyncio.to_thread(_rows, scene, GATEWAYS):
                await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])
        assert await broker.depth(topics.LEASES) == 0
