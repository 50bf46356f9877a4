"""Who comes in before a request is read: as many as there is room for, and nobody for long."""

import asyncio
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage

from domain import wire
from gateway.addresses import networks
from gateway.crowd import Bounds
from gateway.entrance import Limits
from gateway.origins import Proxies
from tests.gateway.site import QUICK, Site, site, soon, until
from tests.gateway.stage import PATIENCE, listing

LOCAL = networks(["127.0.0.0/8"])
TURNED_AWAY = (ConnectionError, ConnectionClosed, InvalidMessage)  # as the moment has it
STATIONS = [listing(f"CP{n}") for n in range(10)]


def bounded(*, patience: float = PATIENCE, fair: float = PATIENCE, **bounds: int) -> Limits:
    return Limits(Bounds(**bounds), patience=patience, fair=fair)


async def knock(here: Site) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A socket that says nothing."""
    return await asyncio.open_connection("127.0.0.1", here.port)


# --- how many ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "why"),
    [(bounded(connections=2), "total"), (bounded(per_address=2), "address")],
)
async def test_there_is_room_for_so_many_and_for_others_when_they_leave(
    limits: Limits, why: str
) -> None:
    async with (
        site(limits=limits, stations=STATIONS) as here,
        here.dial("/CP1"),
        here.dial("/CP2") as second,
    ):
        with pytest.raises(TURNED_AWAY):
            await here.dial("/CP3")
        assert here.counts.turned_away == {why: 1}
        await second.close()
        async with here.dial("/CP3") as third:
            assert await here.is_served(third)


async def test_what_is_refused_takes_no_room() -> None:
    async with site(limits=bounded(connections=1), stations=STATIONS) as here:
        for _ in range(5):
            assert (await here.refusal("/nobody")).response.status_code == 404
        async with here.dial("/CP1"):
            assert (await here.next(wire.Opened)).station == "CP1"


async def test_behind_a_proxy_the_addresses_that_it_names_are_counted() -> None:
    limits = Limits(Bounds(per_address=1), trusted=LOCAL)
    async with (
        site(limits=limits, proxies=Proxies(LOCAL), stations=STATIONS) as here,
        here.dial("/CP1", headers={"X-Forwarded-For": "203.0.113.7"}),
        here.dial("/CP2", headers={"X-Forwarded-For": "203.0.113.8"}),
    ):
        refused = await here.refusal("/CP3", headers={"X-Forwarded-For": "203.0.113.7"})
        assert (refused.response.status_code, refused.response.headers["Retry-After"]) == (
            503,
            "60",
        )
        opened = [await here.next(wire.Opened) for _ in range(2)]
        assert [each.remote for each in opened] == ["203.0.113.7", "203.0.113.8"]


# --- half-open --------------------------------------------------------------------------------


async def test_who_asks_for_nothing_is_dropped() -> None:
    settings = type(QUICK)(open_within=0.05)
    async with site(settings) as here:
        reader, writer = await knock(here)
        writer.write(b"GET /CP1 HT")
        assert await soon(reader.read()) == b""
        writer.close()
        assert here.counts.handshakes_failed == {"timeout": 1}


async def test_what_is_no_request_is_counted() -> None:
    async with site() as here:
        reader, writer = await knock(here)
        writer.write(b"\x00\x01\x02\r\n\r\n")
        await soon(reader.read())
        writer.close()
        await until(lambda: here.counts.handshakes_failed == {"lost": 1})
        async with here.dial("/CP1") as station:
            assert await here.is_served(station)


async def test_half_open_sockets_keep_nobody_out() -> None:
    limits = bounded(handshakes=5, fair=0.05)
    async with site(limits=limits) as here, AsyncExitStack() as stack:
        for _ in range(20):
            _, writer = await knock(here)
            stack.callback(writer.close)
        async with here.dial("/CP1") as station:
            assert await here.is_served(station)
        assert here.counts.turned_away["slow"] >= 15


async def test_a_handshake_that_is_quick_enough_is_not_dropped_for_another() -> None:
    async with site(limits=bounded(handshakes=1), stations=STATIONS) as here:
        reader, writer = await knock(here)
        waiting = asyncio.ensure_future(soon(here.dial("/CP2")))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await soon(reader.read())).startswith(b"HTTP/1.1 4")
        await (await waiting).close()
        writer.close()
        assert not here.counts.turned_away


async def test_the_stop_waits_for_no_half_open_socket() -> None:
    async with site() as here:
        reader, writer = await knock(here)
        await asyncio.sleep(0.05)
    assert await soon(reader.read()) == b""
    writer.close()


async def test_while_it_stops_nobody_new_comes_in() -> None:
    async with site() as here:
        port = here.port
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_a_defect_in_one_handshake_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    async with site() as here:
        (door,) = set(here.doors.sockets.values())
        sound, door.papers = door.papers, replace(door.papers, context=object())  # type: ignore[arg-type]  # a defect
        reader, writer = await knock(here)
        with suppress(ConnectionError):
            assert await soon(reader.read()) == b""
        writer.close()
        door.papers = sound
        assert here.counts.handshakes_failed == {"lost": 1}
        assert "a handshake failed" in caplog.messages
        async with here.dial("/CP1") as station:
            assert await here.is_served(station)


# --- the system -------------------------------------------------------------------------------


async def test_without_file_handles_accepting_goes_on_later() -> None:
    async with site() as here:
        waiting = socket.create_connection(("127.0.0.1", here.port))
        with no_file_handles(), socket.socket(fileno=waiting.detach()):
            await until(lambda: here.counts.turned_away["system"] > 1)
        async with here.dial("/CP1") as station:
            assert await here.is_served(station)


@contextmanager
def no_file_handles() -> Iterator[None]:
    """Fill the gaps among the open ones, and allow no others."""
    most, bound = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened = [os.open(os.devnull, os.O_RDONLY)]
    while opened[-1] < len(tuple(Path("/proc/self/fd").iterdir())) - 2:
        opened.append(os.open(os.devnull, os.O_RDONLY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened[-1] + 1, bound))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, bound))
        for each in opened:
            os.close(each)
