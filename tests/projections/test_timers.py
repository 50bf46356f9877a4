from datetime import timedelta

import msgspec
import pytest

from domain import wire
from domain.model.campaign import Campaign, Plan, call_of
from domain.model.maintenance import Maintenance
from projections import calls, campaign_members, jobs, presence, reservations
from projections.engines import writing
from projections.timers import Timers
from tests.projections.posted import Posted
from tests.projections.scene import NOON, Scene


@pytest.fixture
def scene(database):
    return Scene(database)


@pytest.fixture
def posted():
    return Posted()


@pytest.fixture
def timers(scene, posted):
    return Timers(scene.engine, scene.log, posted, clock=scene.clock, partitions=8)


async def _told(scene, timers, posted, *, seconds=0, connected=True):
    """What is told at the end of some seconds, each of which is looked at."""
    scene.project()
    for _ in range(seconds):
        await timers.step(connected=connected)
        scene.later(1)
    await timers.step(connected=connected)
    return posted.inbound()


def _lease(scene, node="g1", *, seconds=15, seen=()):
    until = scene.now + timedelta(seconds=seconds)
    with writing(scene.engine) as connection:
        presence.record(connection, [wire.Lease(node=node, until=until, seen=seen)])


# --- calls that expire ---


async def test_a_call_expires_when_its_station_stays_away(scene, timers, posted):
    scene.tell(scene.requested("c1", ttl=10), scene.requested("c2", "CP2", ttl=60))
    assert await _told(scene, timers, posted) == []
    scene.later(10)
    [due] = await _told(scene, timers, posted)
    assert due == wire.Due(
        id="expire:c1:0", key="CP1", name="expire_call", subject="c1", at=scene.now
    )


async def test_a_call_that_waits_behind_others_on_a_connection_does_not_expire(
    scene, timers, posted
):
    scene.tell(scene.connected(), scene.requested("c1", ttl=0))
    scene.later(60)
    assert await _told(scene, timers, posted) == []


async def test_a_call_expires_when_its_station_comes_too_late(scene, timers, posted):
    station = scene.registered()
    scene.tell(station, scene.requested("c1", ttl=10))
    scene.later(11)
    scene.connect(station, connection=5)
    scene.tell(station)
    assert [each.subject for each in await _told(scene, timers, posted)] == ["c1"]


async def test_what_is_due_is_told_once_and_after_ten_seconds_again(scene, timers, posted):
    scene.tell(scene.requested("c1", ttl=0))
    assert len(await _told(scene, timers, posted)) == 1
    assert await _told(scene, timers, posted, seconds=9) == []
    assert len(await _told(scene, timers, posted, seconds=1)) == 1


async def test_what_is_settled_is_not_told_again(scene, timers, posted):
    call = scene.requested("c1", ttl=0)
    scene.tell(call)
    assert len(await _told(scene, timers, posted)) == 1
    call.expire(at=scene.now)
    scene.tell(call)
    assert await _told(scene, timers, posted, seconds=15) == []


async def test_a_call_that_came_back_expires_under_another_id(scene, timers, posted):
    call = scene.requested("c1", ttl=0)
    scene.tell(call)
    await _told(scene, timers, posted)
    call.send(5, at=NOON)
    call.give_back(5, "gone", at=NOON)
    scene.tell(call)
    assert [each.id for each in await _told(scene, timers, posted)] == ["expire:c1:1"]


# --- calls that nobody will answer ---


async def test_a_sent_call_times_out_long_after_its_connection_ended(scene, timers, posted):
    station, call = scene.connected(), scene.requested("c1")
    call.send(5, at=NOON)
    station.disconnect(5, code=1006, reason="", at=NOON)
    scene.tell(station, call)
    scene.later(60)
    assert await _told(scene, timers, posted) == []
    scene.later(1)
    [lost] = await _told(scene, timers, posted)
    assert lost == wire.TimedOut(
        station="CP1", connection=5, call="c1", reason="connection lost", at=scene.now
    )


async def test_a_sent_call_on_a_standing_connection_is_the_gateways_to_judge(scene, timers, posted):
    call = scene.requested("c1")
    call.send(5, at=NOON)
    scene.tell(scene.connected(), call)
    _lease(scene, seconds=600)
    scene.later(300)
    assert await _told(scene, timers, posted) == []


async def test_a_sent_call_times_out_when_its_station_has_another_connection(scene, timers, posted):
    station, call = scene.connected(), scene.requested("c1")
    call.send(5, at=NOON)
    scene.connect(station, connection=6)
    scene.tell(station, call)
    scene.later(61)
    assert [each.connection for each in await _told(scene, timers, posted)] == [5]


# --- gateways that fell silent ---


async def test_the_connections_of_a_silent_gateway_are_closed(scene, timers, posted):
    scene.tell(scene.connected(), scene.connected("CP2", node="g2"))
    _lease(scene, "g1")
    _lease(scene, "g2", seconds=600)
    [lost] = await _told(scene, timers, posted, seconds=31)
    assert lost == wire.Closed(
        station="CP1", connection=5, node="g1", code=1006, reason="gateway lost", at=lost.at
    )


async def test_a_gateway_that_never_had_a_lease_is_given_some_time(scene, timers, posted):
    await _told(scene, timers, posted, seconds=31)
    scene.tell(scene.connected())
    assert await _told(scene, timers, posted, seconds=30) == []
    assert len(await _told(scene, timers, posted, seconds=1)) == 1


async def test_who_has_just_started_to_listen_calls_nobody_silent(scene, timers, posted):
    scene.tell(scene.connected())
    _lease(scene, seconds=-3600)
    assert await _told(scene, timers, posted, seconds=29) == []


async def test_who_was_cut_off_from_the_broker_calls_nobody_silent(scene, timers, posted):
    scene.tell(scene.connected())
    _lease(scene, seconds=40)
    assert await _told(scene, timers, posted, seconds=35) == []
    assert await _told(scene, timers, posted, seconds=60, connected=False) == []
    assert await _told(scene, timers, posted, seconds=29) == []
    _lease(scene)
    assert await _told(scene, timers, posted, seconds=5) == []


async def test_who_was_suspended_calls_nobody_silent(scene, timers, posted):
    scene.tell(scene.connected())
    _lease(scene, seconds=60)
    assert await _told(scene, timers, posted, seconds=40) == []
    scene.later(3600)
    assert await _told(scene, timers, posted, seconds=5) == []


async def test_rows_that_are_behind_are_not_acted_on(scene, timers, posted):
    call = scene.requested("c1", ttl=0)
    scene.tell(call)
    scene.project()
    call.expire(at=NOON)
    scene.tell(call)
    await timers.step(connected=True)
    assert posted.items == []


# --- rows that are far behind ---


@pytest.mark.parametrize("model", [jobs.MODEL, reservations.MODEL, campaign_members.MODEL])
async def test_a_read_model_that_is_far_behind_stops_only_who_looks_at_it(
    scene, timers, posted, model
):
    scene.tell(scene.requested("c1", ttl=0))
    scene.project()
    scene.set_back(model)
    await timers.step(connected=True)
    assert [each.subject for each in posted.inbound()] == ["c1"]


async def test_who_looks_at_rows_that_are_far_behind_waits_for_them(scene, timers, posted):
    scene.tell(scene.requested("c1", ttl=0))
    scene.project()
    scene.set_back(calls.MODEL)
    await timers.step(connected=True)
    assert posted.items == []


# --- campaigns ---


async def test_a_job_that_is_over_is_not_told_as_overdue_as_well(scene, timers, posted):
    plan = Plan(
        action="UpdateFirmware", payload="{}", stations=("A",), until="completed", deadline=600
    )
    scene.tell(Campaign.create("K1", plan, kind="campaign", name="", by="olga", at=scene.now))
    job = call_of("K1", "A")
    call, maintenance = scene.requested(job, "A"), Maintenance.begin("A", at=NOON)
    maintenance.request(job, "firmware", location="x", by="olga", campaign="K1", at=NOON)
    call.answer("{}", "", at=NOON)
    maintenance.answer(job, "firmware", file_name="", at=NOON)
    maintenance.report("firmware", "Installed", at=NOON)
    scene.tell(call, maintenance)
    scene.later(601)
    [told] = await _told(scene, timers, posted)
    assert msgspec.json.decode(told.body)["outcome"] == "succeeded"
