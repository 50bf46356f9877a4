"""Sockets and stations (OCPP-J 1.6 sections 3 and 5, RFC 6455)."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pytest
from websockets.exceptions import ConnectionClosed

from domain import frames, wire
from gateway.admission import Policy
from gateway.passwords import hash_password
from tests.gateway import site as sites
from tests.gateway.site import BEAT, QUICK, RawStation, soon
from tests.gateway.stage import PATIENCE, ShyBroker, listing

STATIONS = (
    listing("CP1"),
    listing("CP2", password_hash=hash_password("secret of CP2, long")),
    listing("RDAM 123"),
)
BASIC_RIGHT = {"Authorization": "Basic Q1AyOnNlY3JldCBvZiBDUDIsIGxvbmc="}  # secret of CP2, long
BASIC_HEX = {"Authorization": "Basic Q1AyOjczNjU2MzcyNjU3NDIwNmY2NjIwNDM1MDMyMmMyMDZjNmY2ZTY3"}
BASIC_WRONG = {"Authorization": "Basic Q1AyOndyb25n"}  # wrong

site = partial(sites.site, stations=STATIONS)


# --- the handshake ----------------------------------------------------------------------------


async def test_a_station_is_upgraded_to_what_it_offered() -> None:
    async with site() as here, here.dial(offer=("ocpp2.0.1", "ocpp1.6")) as station:
        assert station.subprotocol == "ocpp1.6"
        assert station.response is not None
        assert "Server" not in station.response.headers
        assert "Sec-WebSocket-Extensions" not in station.response.headers
        opened = await here.next(wire.Opened)
        assert (opened.station, opened.protocol) == ("CP1", "ocpp1.6")
        assert opened.remote == f"127.0.0.1:{station.local_address[1]}"


async def test_the_identity_is_decoded() -> None:
    async with site() as here, here.dial("/ocpp/RDAM%20123"):
        assert (await here.next(wire.Opened)).station == "RDAM 123"


@pytest.mark.parametrize("offer", [(), ("ocpp2.0.1",), ("OCPP1.6",)])
async def test_without_a_common_subprotocol_there_is_no_upgrade(offer: tuple[str, ...]) -> None:
    """TC_088."""
    async with site() as here:
        assert (await here.refusal(offer=offer)).response.status_code == 400


@pytest.mark.parametrize("path", ["/ocpp/CP9", "/ocpp/", "/"])
async def test_an_unknown_station_is_not_found(path: str) -> None:
    async with site() as here:
        assert (await here.refusal(path)).response.status_code == 404


async def test_an_unknown_station_comes_in_where_that_is_the_policy() -> None:
    async with (
        site(policy=Policy(accept_unknown=True, allow_profile_0=True)) as here,
        here.dial("/ocpp/CP9"),
    ):
        assert (await here.next(wire.Opened)).station == "CP9"


@pytest.mark.parametrize("headers", [None, BASIC_WRONG])
async def test_wrong_credentials_are_unauthorized(headers: Mapping[str, str] | None) -> None:
    """TC_085."""
    async with site() as here:
        response = (await here.refusal("/ocpp/CP2", headers=headers)).response
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize("headers", [BASIC_RIGHT, BASIC_HEX])
async def test_the_right_credentials_let_in(headers: Mapping[str, str]) -> None:
    async with site() as here, here.dial("/ocpp/CP2", headers=headers):
        assert (await here.next(wire.Opened)).station == "CP2"


async def test_without_the_directory_a_station_shall_come_again() -> None:
    async with site() as here:
        here.register.is_away = True
        response = (await here.refusal()).response
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0


# --- frames -----------------------------------------------------------------------------------


async def test_a_frame_goes_up_and_its_answer_comes_down() -> None:
    async with site() as here, here.dial() as station:
        await station.send(BEAT)
        call = await here.answer("beat", b'{"currentTime":"2025-01-31T12:00:00Z"}')
        assert (call.seq, call.frame) == (0, BEAT.encode())
        assert await soon(station.recv()) == '[3,"beat",{"currentTime":"2025-01-31T12:00:00Z"}]'


async def test_a_call_goes_down_and_its_answer_comes_up() -> None:
    async with site() as here, here.dial() as station:
        opened = await here.next(wire.Opened)
        await here.scene.tell(
            wire.Call(
                station="CP1",
                connection=opened.connection,
                call="c1",
                frame=b'[2,"c1","ClearCache",{}]',
                timeout=PATIENCE,
            )
        )
        assert await soon(station.recv()) == '[2,"c1","ClearCache",{}]'
        assert (await here.next(wire.Sent)).call == "c1"
        await station.send('[3,"c1",{"status":"Accepted"}]')
        assert (await here.next(wire.Received)).frame == b'[3,"c1",{"status":"Accepted"}]'


async def test_a_call_without_answer_times_out() -> None:
    async with site() as here, here.dial() as station:
        opened = await here.next(wire.Opened)
        call = wire.Call(
            station="CP1", connection=opened.connection, call="c1", frame=b"[]", timeout=0.01
        )
        await here.scene.tell(call)
        assert await soon(station.recv()) == "[]"
        assert (await here.next(wire.TimedOut)).call == "c1"
        assert await here.is_served(station)


async def test_malformed_frames_do_not_cost_the_socket() -> None:
    async with site() as here, here.dial() as station:
        await station.send("hello")
        await station.send('[2,"x"]')
        assert str(await soon(station.recv())).startswith('[4,"x","FormationViolation",')
        assert [(await here.next(wire.Received)).seq for _ in range(2)] == [0, 1]
        assert await here.is_served(station)


async def test_binary_frames_are_ignored() -> None:
    async with site() as here, here.dial() as station:
        await station.send(BEAT.encode())
        assert await here.is_served(station)
        assert here.scene.bridge.counts.notes["binary"] == 1


async def test_fragments_are_one_frame() -> None:
    async with site() as here, here.dial() as station:
        await station.send([BEAT[:5], BEAT[5:9], BEAT[9:]])
        assert (await here.next(wire.Received)).frame == BEAT.encode()


async def test_text_that_is_not_utf_8_ends_the_connection() -> None:
    """RFC 6455 section 8.1."""
    async with site() as here, here.dial() as station:
        await station.send(b'[2,"beat","Heartb\xff', text=True)
        with pytest.raises(ConnectionClosed):
            await soon(station.recv())
        assert (await here.next(wire.Closed)).code == 1007


async def test_too_large_a_frame_ends_its_own_connection_only() -> None:
    small = replace(QUICK, max_frame=1000)
    async with site(small) as here, here.dial() as station, here.dial("/RDAM%20123") as other:
        await station.send("x" * 1001)
        with pytest.raises(ConnectionClosed):
            await soon(station.recv())
        closed = await here.next(wire.Closed)
        assert (closed.station, closed.code) == ("CP1", 1009)
        assert await here.is_served(other)


# --- the life of a connection -----------------------------------------------------------------


async def test_pings_are_answered() -> None:
    async with site() as here, here.dial() as station:
        await soon(await station.ping())


async def test_a_station_that_answers_no_pings_is_dropped() -> None:
    async with site(replace(QUICK, ping_every=0.01, pong_within=0.01, close_within=0.01)) as here:
        station = await RawStation.dial(here.port, "CP1")
        closed = await here.next(wire.Closed)
        assert (closed.code, closed.reason) == (1011, "keepalive ping timeout")
        await station.hang_up()


async def test_a_station_that_does_not_read_is_dropped_and_holds_up_no_other() -> None:
    async with site(replace(QUICK, max_unread=1000)) as here, here.dial("/RDAM%20123") as other:
        station = await RawStation.dial(here.port, "CP1")
        for n in range(40):
            station.send(f'[2,"{n}","DataTransfer",{{}}]')
        calls = [await here.next(wire.Received) for _ in range(40)]
        for n, call in enumerate(calls):
            frame = frames.result(str(n), b'"%b"' % (b"x" * 1_000_000))
            await here.scene.tell(
                wire.Answer(station="CP1", connection=call.connection, frame=frame)
            )
        closed = await here.next(wire.Closed)
        assert (closed.station, closed.code) == ("CP1", 1008)
        assert await here.is_served(other)
        await station.hang_up()


async def test_a_station_that_pings_and_does_not_read_is_dropped() -> None:
    async with site(replace(QUICK, max_unread=1000)) as here, here.dial("/RDAM%20123") as other:
        station = await RawStation.dial(here.port, "CP1")
        await station.ping_without_end()
        closed = await here.next(wire.Closed)
        assert (closed.station, closed.code) == ("CP1", 1008)
        assert await here.is_served(other)
        await station.hang_up()


async def test_a_station_that_sends_pieces_without_end_and_does_not_read_is_gone_soon() -> None:
    async with site(replace(QUICK, max_frame=1000, ping_every=None)) as here:
        station = await RawStation.dial(here.port, "CP1")
        await station.send_pieces_without_end()
        closed = await here.next(wire.Closed)
        assert (closed.station, closed.code) == ("CP1", 1009)
        await station.hang_up()


async def test_the_newest_connection_wins() -> None:
    async with site() as here, here.dial() as old:
        first = await here.next(wire.Opened)
        async with here.dial() as new:
            second = await here.next(wire.Opened)
            with pytest.raises(ConnectionClosed) as replaced:
                await soon(old.recv())
            assert replaced.value.rcvd is not None
            assert replaced.value.rcvd.code == 1000
            closed = await here.next(wire.Closed)
            assert closed.connection == first.connection < second.connection
            assert await here.is_served(new)
            assert here.scene.bridge.counts.connections == 1


async def test_a_half_open_connection_locks_nobody_out() -> None:
    async with site(replace(QUICK, close_within=0.05)) as here:
        half = await RawStation.dial(here.port, "CP1")
        first = await here.next(wire.Opened)
        async with here.dial() as new:
            assert await here.is_served(new)
            closed = await here.next(wire.Closed)
            assert (closed.connection, closed.code) == (first.connection, 1000)
        await half.hang_up()


async def test_a_station_can_be_disconnected() -> None:
    async with site() as here, here.dial() as station:
        opened = await here.next(wire.Opened)
        reason = "the operator says so, and cannot stop explaining why: " * 5
        await here.scene.tell(
            wire.Disconnect(station="CP1", connection=opened.connection, reason=reason)
        )
        with pytest.raises(ConnectionClosed):
            await soon(station.recv())
        closed = await here.next(wire.Closed)
        assert (closed.code, closed.reason) == (1000, reason)


async def test_at_the_stop_every_station_is_told_and_every_end_is_said() -> None:
    async with site() as here:
        stations = [await here.dial(), await here.dial("/RDAM%20123")]
        await here.next(wire.Opened)
        await here.next(wire.Opened)
    for station in stations:
        assert station.close_code == 1001
    ends = [await here.next(wire.Closed) for _ in stations]
    assert {(end.station, end.code) for end in ends} == {("CP1", 1001), ("RDAM 123", 1001)}


async def test_the_stop_has_a_deadline_when_the_broker_takes_nothing() -> None:
    broker = ShyBroker()
    async with site(replace(QUICK, stop_within=0.05), broker=broker, capacity=1) as here:
        station = await here.dial()
        await station.send(BEAT)
    assert here.scene.bridge.is_crowded
    assert here.scene.bridge.counts.connections == 0
    await station.wait_closed()
