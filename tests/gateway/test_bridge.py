"""Sessions on the broker: what goes up, what comes down, and to whom."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from domain import frames, topics, wire
from gateway.admission import Admitted
from tests.gateway.stage import NODE, NOON, ManualTime, ShyBroker, Stage, Telegraph, stage

BEAT = b'[2,"beat","Heartbeat",{}]'
CP1 = Admitted("CP1", "ocpp1.6")
NOON_US = 1_738_324_800_000_000


@pytest.fixture
def time() -> ManualTime:
    return ManualTime()


@pytest.fixture
async def scene(time: ManualTime) -> AsyncIterator[Stage]:
    async with stage(clock=time, timers=time) as each:
        yield each


def call(name: str, connection: int, timeout: float = 30.0) -> wire.Call:
    frame = frames.call(name, "Reset", b'{"type":"Soft"}')
    return wire.Call(station="CP1", connection=connection, call=name, frame=frame, timeout=timeout)


def answer(message_id: str, connection: int) -> wire.Answer:
    return wire.Answer(station="CP1", connection=connection, frame=frames.result(message_id, b"{}"))


async def test_a_connection_is_told_from_its_opening_to_its_end(
    scene: Stage, time: ManualTime
) -> None:
    session = scene.bridge.open(CP1, "10.0.0.1:5000", Telegraph())
    time.pass_by(1)
    await scene.bridge.receive(session, BEAT)
    await scene.bridge.receive(session, b"nonsense")
    time.pass_by(1)
    scene.bridge.close(session, 1006, "gone")
    opened = wire.Opened(
        station="CP1",
        connection=NOON_US,
        node=NODE,
        protocol="ocpp1.6",
        remote="10.0.0.1:5000",
        at=NOON,
    )
    received = wire.Received(
        station="CP1",
        connection=NOON_US,
        seq=0,
        node=NODE,
        protocol="ocpp1.6",
        at=NOON + timedelta(seconds=1),
        frame=BEAT,
    )
    closed = wire.Closed(
        station="CP1",
        connection=NOON_US,
        node=NODE,
        code=1006,
        reason="gone",
        at=NOON + timedelta(seconds=2),
    )
    evidence = msgspec.structs.replace(received, seq=1, frame=b"nonsense")
    assert await scene.heard() == [opened, received, evidence, closed]


async def test_the_answer_goes_to_the_socket_the_call_came_from(scene: Stage) -> None:
    socket = Telegraph()
    session = scene.bridge.open(CP1, "", socket)
    await scene.bridge.receive(session, BEAT)
    await scene.tell(answer("other", session.connection), answer("beat", session.connection))
    assert socket.written == [frames.result("beat", b"{}")]
    assert scene.bridge.counts.notes["stray_answer"] == 1


async def test_the_answer_for_another_connection_is_dropped(scene: Stage) -> None:
    socket = Telegraph()
    session = scene.bridge.open(CP1, "", socket)
    await scene.bridge.receive(session, BEAT)
    await scene.tell(answer("beat", session.connection - 1))
    assert socket.written == []


async def test_a_call_is_written_and_its_timeout_told(scene: Stage, time: ManualTime) -> None:
    socket = Telegraph()
    session = scene.bridge.open(CP1, "", socket)
    await scene.tell(call("a", session.connection))
    assert socket.written == [call("a", session.connection).frame]
    time.pass_by(30)
    sent, timed_out = (await scene.heard())[1:]
    assert sent == wire.Sent(station="CP1", connection=session.connection, call="a", at=NOON)
    assert timed_out == wire.TimedOut(
        station="CP1",
        connection=session.connection,
        call="a",
        reason="no answer within 30 s",
        at=NOON + timedelta(seconds=30),
    )


async def test_an_answered_call_leaves_no_alarm(scene: Stage, time: ManualTime) -> None:
    session = scene.bridge.open(CP1, "", Telegraph())
    await scene.tell(call("a", session.connection))
    assert time.alarms == 1
    await scene.bridge.receive(session, frames.result("a", b"{}"))
    assert time.alarms == 0
    time.pass_by(60)
    assert not [each for each in await scene.heard() if isinstance(each, wire.TimedOut)]


async def test_each_call_has_its_own_alarm(scene: Stage, time: ManualTime) -> None:
    session = scene.bridge.open(CP1, "", Telegraph())
    await scene.tell(call("a", session.connection, 5), call("b", session.connection, 7))
    time.pass_by(12)
    ends = [each for each in await scene.heard() if isinstance(each, wire.TimedOut)]
    assert [(each.call, (each.at - NOON).seconds) for each in ends] == [("a", 5), ("b", 12)]


@pytest.mark.parametrize("offset", [-1, 1])
async def test_a_call_for_another_connection_comes_back(scene: Stage, offset: int) -> None:
    socket = Telegraph()
    session = scene.bridge.open(CP1, "", socket)
    await scene.tell(call("a", session.connection + offset))
    returned = (await scene.heard())[-1]
    assert isinstance(returned, wire.Returned)
    assert (returned.connection, returned.call) == (session.connection + offset, "a")
    assert socket.written == []


async def test_a_call_for_a_closing_socket_comes_back(scene: Stage) -> None:
    socket = Telegraph()
    session = scene.bridge.open(CP1, "", socket)
    socket.is_open = False
    await scene.tell(call("a", session.connection))
    returned = (await scene.heard())[-1]
    assert isinstance(returned, wire.Returned)
    assert returned.reason == "the connection is closing"


async def test_the_newest_socket_wins_and_the_end_of_the_old_one_is_late(scene: Stage) -> None:
    first, second = Telegraph(), Telegraph()
    old = scene.bridge.open(CP1, "a", first)
    await scene.tell(call("a", old.connection), call("b", old.connection))
    new = scene.bridge.open(CP1, "b", second)
    assert first.hung_up == (1000, "replaced by a newer connection")
    assert new.connection > old.connection
    scene.bridge.close(old, 1000, "")
    await scene.tell(call("c", new.connection))
    assert second.written == [call("c", new.connection).frame]
    said = [
        (type(each).__name__, each.connection)
        for each in await scene.heard()
        if not isinstance(each, wire.Wish | wire.Due)
    ]
    assert said == [
        ("Opened", old.connection),
        ("Sent", old.connection),
        ("TimedOut", old.connection),
        ("Returned", old.connection),
        ("Opened", new.connection),
        ("Closed", old.connection),
        ("Sent", new.connection),
    ]


async def test_a_replaced_socket_is_not_heard_any_more(scene: Stage) -> None:
    old = scene.bridge.open(CP1, "a", Telegraph())
    new = scene.bridge.open(CP1, "b", Telegraph())
    await scene.bridge.receive(new, BEAT)
    await scene.bridge.receive(old, BEAT)
    frames_said = [each for each in await scene.heard() if isinstance(each, wire.Received)]
    assert [each.connection for each in frames_said] == [new.connection]
    assert [connection for _, connection, _ in scene.bridge.seen.take()] == [new.connection]


async def test_connections_grow_beyond_what_was_given_elsewhere(scene: Stage) -> None:
    ahead = NOON_US + 1_000_000
    first = scene.bridge.open(Admitted("CP1", "ocpp1.6", ahead), "", Telegraph())
    second = scene.bridge.open(Admitted("CP2", "ocpp1.6"), "", Telegraph())
    assert (first.connection, second.connection) == (ahead + 1, ahead + 2)


async def test_a_station_can_be_disconnected(scene: Stage) -> None:
    socket = Telegraph()
    session = scene.bridge.open(CP1, "", socket)
    other = wire.Disconnect(station="CP1", connection=session.connection - 1, reason="old")
    await scene.tell(other)
    assert socket.hung_up is None
    await scene.tell(wire.Disconnect(station="CP1", connection=session.connection, reason="why"))
    assert socket.hung_up == (1000, "why")


async def test_one_unreadable_record_does_not_harm_the_others(
    scene: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    socket = Telegraph()
    session = scene.bridge.open(CP1, "", socket)
    good = call("a", session.connection)
    await scene.broker.publish(topics.gateway(NODE), [b"\xff", wire.encode(good)])
    assert socket.written == [good.frame]
    assert "unreadable record" in caplog.text


async def test_knocks_are_told_once_a_minute_per_station(scene: Stage, time: ManualTime) -> None:
    for _ in range(3):
        scene.bridge.knock("CP9", "ocpp1.6", "10.0.0.9:1")
    time.pass_by(60)
    scene.bridge.knock("CP9", "ocpp1.6", "10.0.0.9:2")
    knocks = await scene.heard()
    assert [each.remote for each in knocks if isinstance(each, wire.Knocked)] == [
        "10.0.0.9:1",
        "10.0.0.9:2",
    ]


async def test_only_ten_knocks_a_second_are_told(scene: Stage) -> None:
    for n in range(30):
        scene.bridge.knock(f"CP{n}", "ocpp1.6", "")
    assert len(await scene.heard()) == 10


async def test_who_is_barred_is_told_once_a_minute_per_station(
    scene: Stage, time: ManualTime
) -> None:
    for _ in range(3):
        scene.bridge.bar("CP1", "wrong or missing credentials", "10.0.0.9:1")
    time.pass_by(60)
    scene.bridge.bar("CP1", "security profile 2 needs TLS", "10.0.0.9:2")
    assert [
        (each.reason, each.remote) for each in await scene.heard() if isinstance(each, wire.Barred)
    ] == [
        ("wrong or missing credentials", "10.0.0.9:1"),
        ("security profile 2 needs TLS", "10.0.0.9:2"),
    ]


async def test_only_so_many_who_are_barred_are_told(scene: Stage) -> None:
    for n in range(300):
        scene.bridge.bar(f"CP{n}", "", "")
    assert len(await scene.heard()) == 100


async def test_how_a_station_proved_itself_is_told(scene: Stage) -> None:
    proven = Admitted("CP1", "ocpp1.6", profile=2, credential="p7", certificate="ab")
    scene.bridge.open(proven, "", Telegraph())
    (opened,) = await scene.heard()
    assert isinstance(opened, wire.Opened)
    assert (opened.profile, opened.credential, opened.certificate) == (2, "p7", "ab")


async def test_what_is_counted(scene: Stage) -> None:
    session = scene.bridge.open(CP1, "", Telegraph())
    await scene.bridge.receive(session, BEAT)
    await scene.bridge.receive(session, b"nonsense")
    await scene.tell(answer("beat", session.connection), call("a", session.connection))
    session.receive_binary()
    counts = scene.bridge.counts
    assert (counts.connections, counts.frames_in, counts.frames_out) == (1, 2, 2)
    assert (counts.calls["sent"], counts.notes["malformed"], counts.notes["binary"]) == (1, 1, 1)
    scene.bridge.close(session, 1000, "")
    assert (counts.connections, counts.accepted, counts.calls["timed_out"]) == (0, 1, 1)


async def test_stations_that_spoke_are_seen_once(scene: Stage, time: ManualTime) -> None:
    session = scene.bridge.open(CP1, "", Telegraph())
    await scene.bridge.receive(session, BEAT)
    time.pass_by(1)
    await scene.bridge.receive(session, BEAT)
    seen = NOON + timedelta(seconds=1)
    assert scene.bridge.seen.take() == (("CP1", session.connection, seen),)
    assert scene.bridge.seen.take() == ()


async def test_a_reader_waits_while_the_broker_takes_nothing(time: ManualTime) -> None:
    broker = ShyBroker()
    async with stage(clock=time, timers=time, broker=broker, capacity=1) as scene:
        session = scene.bridge.open(CP1, "", Telegraph())
        assert not scene.bridge.is_crowded
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(scene.bridge.receive(session, BEAT))
            for _ in range(5):
                await asyncio.sleep(0)
            assert scene.bridge.is_crowded
            assert not reading.done()
            scene.bridge.close(session, 1006, "")
            broker.may_confirm.set()
        assert not scene.bridge.is_crowded
        kinds = [type(each) for each in await scene.heard()]
        assert kinds == [wire.Opened, wire.Received, wire.Closed]


async def test_what_was_held_is_said_when_the_broker_is_back(time: ManualTime) -> None:
    broker = ShyBroker()
    async with stage(clock=time, timers=time, broker=broker, capacity=1) as scene:
        session = scene.bridge.open(CP1, "", Telegraph())
        scene.bridge.close(session, 1006, "")
        assert scene.bridge.is_crowded
        broker.may_confirm.set()
        assert isinstance(await scene.said.next_of(wire.Closed), wire.Closed)
        await scene.bridge.flush()
        assert not scene.bridge.is_crowded
