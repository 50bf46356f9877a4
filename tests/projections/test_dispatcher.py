import pytest

from domain import frames, wire
from domain.ports import Overloaded
from projections import calls, stations
from projections.dispatcher import Dispatcher
from projections.outbound import CallQueue
from projections.progress import Trust
from projections.vault import SealedVault, new_key
from tests.projections.posted import Posted
from tests.projections.scene import NOON, Scene


@pytest.fixture
def scene(database):
    return Scene(database)


@pytest.fixture
def posted():
    return Posted()


@pytest.fixture
def vault(scene):
    return SealedVault(scene.engine, new_key())


@pytest.fixture
def dispatcher(scene, posted, vault):
    return _dispatcher(scene, posted, vault)


def _dispatcher(scene, posted, vault):
    trust = Trust(scene.log, [calls.MODEL, stations.MODEL])
    queue = CallQueue(scene.engine, trust, scene.clock)
    return Dispatcher(queue, posted, vault, clock=scene.clock, partitions=8)


async def _sent(scene, dispatcher, posted):
    scene.project()
    await dispatcher.step()
    return [call.call for call in posted.calls()]


async def test_the_oldest_call_goes_to_the_gateway_of_its_station(scene, dispatcher, posted):
    scene.tell(scene.connected(node="g7"), scene.requested("c1"), scene.requested("c2"))
    scene.project()
    await dispatcher.step()
    [item] = posted.items
    assert item.queue == "gateway.g7"
    assert wire.decode_to_gateway(item.item) == wire.Call(
        station="CP1",
        connection=5,
        call="c1",
        frame=b'[2,"c1","Reset",{"type":"Soft"}]',
        timeout=30.0,
    )


async def test_nothing_is_published_twice_while_nobody_tells_of_it(scene, dispatcher, posted):
    scene.tell(scene.connected(), scene.requested("c1"))
    assert await _sent(scene, dispatcher, posted) == ["c1"]
    scene.later(29)
    assert await _sent(scene, dispatcher, posted) == []


async def test_the_next_call_waits_for_the_end_of_the_one_before(scene, dispatcher, posted):
    first, second = scene.requested("c1"), scene.requested("c2")
    scene.tell(scene.connected(), first, second)
    assert await _sent(scene, dispatcher, posted) == ["c1"]
    first.send(5, at=NOON)
    scene.tell(first)
    assert await _sent(scene, dispatcher, posted) == []
    first.answer("{}", "", at=NOON)
    scene.tell(first)
    assert await _sent(scene, dispatcher, posted) == ["c2"]


async def test_stations_do_not_wait_for_each_other(scene, dispatcher, posted):
    scene.tell(*(scene.connected(f"CP{i}") for i in range(3)))
    scene.tell(*(scene.requested(f"c{i}", f"CP{i % 3}") for i in range(6)))
    assert await _sent(scene, dispatcher, posted) == ["c0", "c1", "c2"]


async def test_a_call_waits_for_its_station_to_connect(scene, dispatcher, posted):
    station = scene.registered()
    scene.tell(station, scene.requested("c1"))
    assert await _sent(scene, dispatcher, posted) == []
    scene.connect(station, connection=9)
    scene.tell(station)
    assert await _sent(scene, dispatcher, posted) == ["c1"]


async def test_a_call_that_came_back_waits_for_the_next_connection(scene, dispatcher, posted):
    station, call = scene.connected(), scene.requested("c1")
    scene.tell(station, call, scene.requested("c2"))
    assert await _sent(scene, dispatcher, posted) == ["c1"]
    call.give_back(5, "gone", at=NOON)
    scene.tell(call)
    scene.later(31)
    assert await _sent(scene, dispatcher, posted) == []
    scene.connect(station, connection=6)
    scene.tell(station)
    assert await _sent(scene, dispatcher, posted) == ["c1"]


async def test_a_new_connection_is_given_what_the_old_one_was(scene, dispatcher, posted):
    station = scene.connected()
    scene.tell(station, scene.requested("c1"))
    assert await _sent(scene, dispatcher, posted) == ["c1"]
    scene.connect(station, connection=6, node="g2")
    scene.tell(station)
    assert await _sent(scene, dispatcher, posted) == ["c1"]


async def test_a_gateway_without_queue_is_tried_again_later(scene, dispatcher, posted):
    scene.tell(scene.connected(), scene.requested("c1"))
    scene.project()
    await dispatcher.step()
    [item] = posted.take()
    item.give_back()
    assert await _sent(scene, dispatcher, posted) == []
    scene.later(5)
    assert await _sent(scene, dispatcher, posted) == ["c1"]


async def test_what_was_lost_with_its_queue_is_given_again(scene, dispatcher, posted):
    scene.tell(scene.connected(), scene.requested("c1"))
    assert await _sent(scene, dispatcher, posted) == ["c1"]
    scene.later(30)
    assert await _sent(scene, dispatcher, posted) == ["c1"]


async def test_a_full_outbox_only_delays(scene, dispatcher, posted):
    scene.tell(scene.connected(), scene.requested("c1"))
    scene.project()
    posted.full = True
    with pytest.raises(Overloaded):
        await dispatcher.step()
    posted.full = False
    assert await _sent(scene, dispatcher, posted) == ["c1"]


# --- time to live ---


async def test_a_call_is_not_sent_when_its_station_came_too_late(scene, dispatcher, posted):
    station = scene.registered()
    scene.tell(station, scene.requested("c1", ttl=10))
    scene.later(11)
    scene.connect(station, connection=5)
    scene.tell(station)
    assert await _sent(scene, dispatcher, posted) == []


async def test_a_call_without_time_to_live_is_sent_to_a_connected_station(
    scene, dispatcher, posted
):
    scene.tell(scene.connected())
    scene.later(60)
    scene.tell(scene.requested("c1", ttl=0))
    scene.later(1)
    assert await _sent(scene, dispatcher, posted) == ["c1"]


async def test_time_to_live_does_not_run_while_the_station_is_there(scene, dispatcher, posted):
    first = scene.requested("c1", ttl=600)
    scene.tell(scene.connected(), first, scene.requested("c2", ttl=10))
    assert await _sent(scene, dispatcher, posted) == ["c1"]
    first.answer("{}", "", at=scene.later(25))
    scene.tell(first)
    assert await _sent(scene, dispatcher, posted) == ["c2"]


# --- secrets ---


async def test_a_sealed_payload_comes_from_the_vault(scene, dispatcher, posted, vault):
    vault.put("c1", b'{"key":"AuthorizationKey","value":"hunter2"}', expires_at=NOON)
    scene.tell(scene.connected(), scene.requested("c1", payload='{"value":"***"}', sealed=True))
    scene.project()
    await dispatcher.step()
    [call] = posted.calls()
    parsed = frames.parse(call.frame)
    assert isinstance(parsed, frames.Call)
    assert b"hunter2" in bytes(parsed.payload)


async def test_a_call_whose_secret_is_lost_is_given_up_and_never_sent_masked(
    scene, dispatcher, posted
):
    scene.tell(scene.connected(), scene.requested("c1", payload='{"value":"***"}', sealed=True))
    scene.project()
    await dispatcher.step()
    await dispatcher.step()
    [record] = posted.inbound()
    assert isinstance(record, wire.TimedOut)
    assert (record.call, record.connection) == ("c1", 5)


# --- rows that cannot be trusted ---


async def test_after_a_restart_it_waits_for_the_rows(scene, posted, vault):
    call = scene.requested("c1")
    scene.tell(scene.connected(), call)
    scene.project()
    call.answer("{}", "", at=NOON)
    scene.tell(call)
    restarted = _dispatcher(scene, posted, vault)
    await restarted.step()
    assert posted.items == []
    assert await _sent(scene, restarted, posted) == []


async def test_rows_that_pass_through_the_past_send_nothing_of_it(scene, dispatcher, posted):
    call = scene.requested("c1")
    scene.tell(scene.connected())
    assert await _sent(scene, dispatcher, posted) == []
    scene.tell(call)
    call.answer("{}", "", at=NOON)
    scene.tell(call)
    assert await _sent(scene, dispatcher, posted) == []
    scene.set_back(calls.MODEL, stations.MODEL)
    projector = scene.another_projector(limit=1)
    while projector.step().moved:
        await dispatcher.step()
        assert posted.items == []
