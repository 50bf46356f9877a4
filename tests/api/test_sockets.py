"""WebSockets of the HTTP server: they live long, and are bounded as its requests are."""

import asyncio
import logging
import ssl
from contextlib import suppress

import pytest
import trustme
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from commands.api import server as servers
from commands.api import sockets
from commands.api.bounds import Bounded, Bounds
from commands.api.requests import Requests
from gateway import crowd
from gateway.addresses import networks
from tests.api.served import SOON, connected, ended, serving, until_answered

_UPGRADE = (
    b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


async def _hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def _echo(socket: WebSocket) -> None:
    await socket.accept()
    with suppress(WebSocketDisconnect):
        async for text in socket.iter_text():
            await socket.send_text(text)


async def _flood(socket: WebSocket) -> None:
    await socket.accept()
    with suppress(WebSocketDisconnect):
        while True:
            await socket.send_text("x" * 65536)


async def _about(socket: WebSocket) -> None:
    await socket.accept()
    assert socket.client
    await socket.send_text(f"{socket.client.host} {socket.url.scheme} {socket.scope['path']}")
    await socket.close()


async def _closed(socket: WebSocket) -> None:
    await socket.close()


ECHO = Starlette(
    routes=[
        Route("/", _hello),
        WebSocketRoute("/echo", _echo),
        WebSocketRoute("/flood", _flood),
        WebSocketRoute("/about/{path:path}", _about),
        WebSocketRoute("/closed", _closed),
    ]
)
PROXIES = networks(["127.0.0.0/8"])


def at(port, path="/echo", **kwargs):
    return connect(f"ws://127.0.0.1:{port}{path}", **kwargs)


async def hears(socket, text):
    async with asyncio.timeout(SOON):
        await socket.send(text)
        return await socket.recv()


async def upgraded(reader, writer, path):
    async with asyncio.timeout(SOON):
        writer.write(_UPGRADE % path)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")


async def test_a_socket_lives_longer_than_the_patience_for_a_head(monkeypatch):
    monkeypatch.setattr(servers, "_HEAD_WITHIN", 0.1)
    monkeypatch.setattr(servers, "_IDLE", 0.1)
    async with serving(ECHO) as port, at(port) as socket:
        await asyncio.sleep(0.4)
        assert await hears(socket, "still here") == "still here"


async def test_a_socket_may_follow_a_request_on_the_same_connection(monkeypatch):
    monkeypatch.setattr(servers, "_HEAD_WITHIN", 0.1)
    monkeypatch.setattr(servers, "_IDLE", 0.1)
    async with serving(ECHO) as port, connected(port) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(SOON):
            await reader.readuntil(b"hello")
            await upgraded(reader, writer, b"/echo")
            await asyncio.sleep(0.4)
            writer.write(b"\x81\x82\0\0\0\0hi")
            assert await reader.readexactly(4) == b"\x81\x02hi"


async def test_messages_are_compressed():
    async with serving(ECHO) as port, at(port) as socket:
        assert "permessage-deflate" in socket.response.headers["Sec-WebSocket-Extensions"]
        assert await hears(socket, "x" * 100_000) == "x" * 100_000


async def test_a_socket_is_counted_until_it_ends():
    async with serving(ECHO, crowd=crowd.Bounds(connections=10, per_address=2)) as port:
        async with at(port), at(port), connected(port) as (third, _):
            assert await ended(third) == b""
        await until_answered(port)


async def test_a_thousand_sockets_that_come_and_go_leave_nothing_behind():
    async with serving(ECHO, crowd=crowd.Bounds(connections=20, per_address=20)) as port:
        for _ in range(50):
            made = await asyncio.gather(
                *(asyncio.open_connection("127.0.0.1", port) for _ in range(20))
            )
            for n, (_, writer) in enumerate(made):
                writer.write(_UPGRADE % (b"/echo", b"/closed", b"/nowhere")[n % 3])
                await asyncio.sleep(0)
            for _, writer in made:
                writer.transport.abort()
        await until_answered(port)


async def test_a_message_has_a_bound():
    async with serving(ECHO) as port, at(port, max_size=None) as socket:
        most = "x" * sockets.MOST_BYTES
        assert await hears(socket, most) == most
        with pytest.raises(ConnectionClosed, match="1009"):
            await hears(socket, most + "x")


async def test_a_message_of_endless_empty_pieces_has_a_bound(monkeypatch):
    monkeypatch.setattr(sockets, "_PIECES", 10)
    async with serving(ECHO) as port, connected(port) as (reader, writer):
        await upgraded(reader, writer, b"/echo")
        writer.write(b"\x01\x80\0\0\0\0" + b"\x00\x80\0\0\0\0" * 11)
        assert await ended(reader) == b""


async def test_who_does_not_read_is_shown_out(monkeypatch):
    monkeypatch.setattr(sockets, "READ_WITHIN", 0.2)
    async with serving(ECHO) as port, connected(port) as (reader, writer):
        writer.write(_UPGRADE % b"/flood")
        await asyncio.sleep(0.6)
        assert (await ended(reader)).startswith(b"HTTP/1.1 101")


async def test_who_asks_for_echoes_and_does_not_read_them_is_not_listened_to(monkeypatch):
    monkeypatch.setattr(sockets, "READ_WITHIN", 0.5)
    async with serving(ECHO) as port, connected(port) as (reader, writer):
        await upgraded(reader, writer, b"/echo")
        with pytest.raises(ConnectionError):
            await _pinging(writer)


async def _pinging(writer):
    """For ever, and the pongs would pile up were they all taken."""
    while True:
        writer.write((b"\x89\xfd\0\0\0\0" + b"p" * 125) * 100)
        await writer.drain()


async def test_who_does_not_answer_a_ping_is_shown_out(monkeypatch):
    monkeypatch.setattr(sockets, "PING_EVERY", 0.1)
    monkeypatch.setattr(sockets, "PONG_WITHIN", 0.1)
    async with serving(ECHO) as port, connected(port) as (reader, writer):
        await upgraded(reader, writer, b"/echo")
        said = await ended(reader)
        assert said[:2] == b"\x89\x04"
        assert said[6:10] == b"\x88\x18\x03\xf3"  # 1011, and why


async def test_who_leaves_without_reading_the_last_word_is_forgotten(monkeypatch):
    monkeypatch.setattr(sockets, "_GONE_WITHIN", 0.1)
    one = crowd.Bounds(connections=1, per_address=1)
    async with serving(ECHO, crowd=one) as port, connected(port) as (reader, writer):
        await upgraded(reader, writer, b"/flood")
        await asyncio.sleep(0.2)
        writer.write(b"\x88\x80\0\0\0\0")  # close; what was said before is never read
        await until_answered(port)


async def test_the_end_of_the_server_is_told_to_each_socket():
    async with serving(ECHO) as port:
        socket = await at(port)
        silent, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_UPGRADE % b"/flood")
        assert await hears(socket, "hello") == "hello"
    with pytest.raises(ConnectionClosed, match="1012"):
        await hears(socket, "hello")
    assert (await ended(silent)).startswith(b"HTTP/1.1 101")
    writer.close()


@pytest.mark.parametrize("path", ["/nowhere", "/closed", "/"])
async def test_a_socket_nobody_serves_is_refused_as_everything_is_answered(path):
    async with serving(Requests(ECHO, ())) as port:
        with pytest.raises(InvalidStatus) as refused:
            await at(port, path)
        answer = refused.value.response
        assert answer.status_code == 403
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /echo HTTP/1.1\r\n", b"400"),  # no key, no version
        (b"GET /echo HTTP/1.1\r\nSec-WebSocket-Key: short\r\n", b"400"),
        (b"GET /echo HTTP/1.1\r\nContent-Length: 5\r\n", b"400"),
        (b"GET /echo HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(200)), b"400"),
        (b"POST /echo HTTP/1.1\r\n", b"405"),
    ],
)
async def test_what_is_no_handshake_is_refused_and_shown_out(head, status):
    one = crowd.Bounds(connections=1, per_address=1)
    async with serving(ECHO, crowd=one) as port:
        async with connected(port) as (reader, writer):
            writer.write(head + b"Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            answer = await ended(reader)
            assert answer.startswith(b"HTTP/1.1 " + status)
            assert b"x-content-type-options: nosniff" in answer.lower()
        await until_answered(port)


async def test_a_proxy_of_ours_is_believed_who_asks_and_how():
    said = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    app = Requests(Bounded(ECHO, Bounds()), PROXIES)
    async with serving(app) as port, at(port, "/about/a%2Fb", additional_headers=said) as socket:
        assert await socket.recv() == "203.0.113.9 wss /about/a%2Fb"


async def test_a_stranger_is_not():
    said = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    app = Requests(ECHO, ())
    async with serving(app) as port, at(port, "/about/me", additional_headers=said) as socket:
        assert await socket.recv() == "127.0.0.1 ws /about/me"


async def test_of_a_socket_is_logged_what_is_logged_of_a_request(caplog):
    caplog.set_level(logging.DEBUG, "ampledger.api")
    async with serving(Requests(ECHO, ())) as port:
        async with at(port, "/echo?token=secret") as socket:
            await hears(socket, "hello")
        with pytest.raises(InvalidStatus):
            await at(port, "/nowhere?token=secret")
    told = [(r.method, r.path, r.status) for r in caplog.records if r.name == "ampledger.api"]
    assert sorted(told) == [("WEBSOCKET", "/echo", 101), ("WEBSOCKET", "/nowhere", 403)]
    ours = [r for r in caplog.records if not r.name.startswith("websockets.client")]
    assert not any("secret" in str(vars(record)) for record in ours)


async def test_sockets_go_over_tls():
    authority, ours = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(ours)
    theirs = ssl.create_default_context()
    authority.configure_trust(theirs)
    async with serving(Requests(ECHO, ()), tls=ours) as port:
        async with connect(f"wss://localhost:{port}/about/me", ssl=theirs) as socket:
            assert " wss " in await socket.recv()
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"wss://localhost:{port}/nowhere", ssl=theirs)
        assert refused.value.response.status_code == 403
