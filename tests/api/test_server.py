"""The HTTP server itself, over sockets: who is slow, silent, or comes in numbers is shown out."""

import asyncio
import ssl

import httpx
import pytest
import trustme
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from commands.api import server as servers
from commands.api import sockets
from commands.api.server import Listening
from gateway.addresses import networks
from gateway.crowd import Bounds
from tests.api import served
from tests.api.served import SOON, connected, ended, until_answered

_MUCH = 64 << 20  # bytes, more than any buffer between us


async def _greet(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def _much(_: Request) -> StreamingResponse:
    return StreamingResponse(b"x" * 65536 for _ in range(_MUCH // 65536))


APP = Starlette(routes=[Route("/", _greet, methods=["GET", "POST"]), Route("/much", _much)])


def serving(**listening):
    return served.serving(APP, **listening)


async def test_who_says_nothing_is_shown_out(monkeypatch):
    monkeypatch.setattr(servers, "_HEAD_WITHIN", 0.1)
    async with serving() as port, connected(port) as (reader, _):
        assert await ended(reader) == b""


async def test_who_never_ends_a_head_is_shown_out_however_busy(monkeypatch):
    monkeypatch.setattr(servers, "_HEAD_WITHIN", 0.3)
    async with serving() as port, connected(port) as (reader, writer):

        async def drip():
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
            while True:
                writer.write(b"X-More: y\r\n")
                await asyncio.sleep(0.02)

        dripping = asyncio.ensure_future(drip())
        assert await ended(reader) == b""
        dripping.cancel()


async def test_who_drips_a_body_that_nobody_wants_is_shown_out(monkeypatch):
    monkeypatch.setattr(servers, "_HEAD_WITHIN", 0.1)
    monkeypatch.setattr(servers, "_IDLE", 0.1)
    async with serving() as port, connected(port) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")

        async def drip():
            while True:
                writer.write(b"z")
                await asyncio.sleep(0.02)

        dripping = asyncio.ensure_future(drip())
        assert (await ended(reader)).startswith(b"HTTP/1.1 200 OK")
        dripping.cancel()


async def test_who_does_not_read_is_shown_out(monkeypatch):
    monkeypatch.setattr(sockets, "READ_WITHIN", 0.2)
    async with serving() as port, connected(port) as (reader, writer):
        writer.write(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(0.5)
        assert 0 < len(await ended(reader)) < _MUCH


async def test_who_reads_slowly_but_reads_gets_all():
    async with serving() as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        assert len((await client.get("/much")).content) == _MUCH


async def test_a_second_request_on_a_connection_may_take_its_time(monkeypatch):
    monkeypatch.setattr(servers, "_HEAD_WITHIN", 0.5)
    async with serving() as port, connected(port) as (reader, writer):
        for _ in range(3):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            async with asyncio.timeout(SOON):
                assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(0.3)


async def test_one_address_holds_so_many_connections_and_others_as_many():
    crowd = Bounds(connections=10, per_address=2)
    async with serving(crowd=crowd) as port:
        async with connected(port), connected(port), connected(port) as (third, _):
            assert await ended(third) == b""
        await until_answered(port)


async def test_a_proxy_of_ours_holds_as_many_as_there_may_be():
    crowd = Bounds(connections=4, per_address=1)
    async with serving(crowd=crowd, trusted=networks(["127.0.0.0/8"])) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        assert await ended(held[-1][0]) == b""
        for _, writer in held:
            writer.close()
        await until_answered(port)


async def test_a_thousand_that_come_and_go_leave_nothing_behind():
    async with serving(crowd=Bounds(connections=20, per_address=20)) as port:
        for _ in range(50):
            made = await asyncio.gather(
                *(asyncio.open_connection("127.0.0.1", port) for _ in range(20))
            )
            for _, writer in made:
                writer.transport.abort()
        await until_answered(port)


async def test_a_head_has_a_bound():
    async with serving() as port, connected(port) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"y" * (1 << 20))
        assert b" 200 " not in await ended(reader)  # a reset may overtake the 400


@pytest.mark.parametrize(
    "junk",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,  # TLS
        b"\x00" * 1000,
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_answered_400_and_shown_out(junk):
    async with serving() as port:
        async with connected(port) as (reader, writer):
            writer.write(junk)
            answer = await ended(reader)
            assert answer.startswith(b"HTTP/1.1 400")
            assert b"x-content-type-options: nosniff" in answer.lower()
        await until_answered(port)


@pytest.mark.parametrize(
    ("host", "tls", "trusted", "is_exposed"),
    [
        ("0.0.0.0", False, (), True),
        ("127.0.0.1", False, (), False),
        ("0.0.0.0", True, (), False),
        ("0.0.0.0", False, networks(["10.0.0.0/8"]), False),
    ],
)
def test_it_is_known_when_tokens_travel_in_the_clear(host, tls, trusted, is_exposed):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
    assert Listening(host=host, tls=context, trusted=trusted).is_exposed == is_exposed


async def test_who_never_begins_a_handshake_is_shown_out(monkeypatch):
    monkeypatch.setattr(servers, "_HEAD_WITHIN", 0.2)
    _, ours = certified()
    async with serving(tls=ours) as port, connected(port) as (reader, _):
        assert await ended(reader) == b""


def certified():
    """An authority, and what a server of it says of itself."""
    authority, ours = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(ours)
    return authority, ours


async def test_it_speaks_tls_and_nothing_else_on_that_port():
    authority, ours = certified()
    theirs = ssl.create_default_context()
    authority.configure_trust(theirs)
    async with serving(tls=ours) as port:
        async with httpx.AsyncClient(verify=theirs) as client:
            assert (await client.get(f"https://localhost:{port}/")).text == "hello"
        async with httpx.AsyncClient() as client:
            with pytest.raises(httpx.TransportError):
                await client.get(f"http://localhost:{port}/")
