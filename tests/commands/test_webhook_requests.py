"""One request of a webhook, over the network: where it goes, and what its answer tells."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from commands.webhooks import addresses
from commands.webhooks.addresses import Forbidden
from commands.webhooks.courier import Answer, Courier
from tests.projections.conftest import database, empty  # noqa: F401 - the databases of read models

NOON = datetime(2026, 5, 1, tzinfo=UTC)


@asynccontextmanager
async def listening(reply: bytes):
    """A server on this machine, and what it was sent."""
    heard: list[Any] = []
    under_way: list[Any] = []

    async def answer(reader, writer):
        under_way.append(asyncio.current_task())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line[15:]) for line in head.lower().split(b"\r\n") if b"content-length" in line
        )
        heard.append((head.decode(), await reader.readexactly(length)))
        writer.write(reply)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}/hook?x=1", heard
        await asyncio.gather(*under_way)


def said(status, *headers, body=""):
    lines = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", body]).encode()


async def posted(reply, *, private=True):
    clock = lambda: NOON  # noqa: E731 - short
    async with listening(reply) as (url, heard), Courier(clock, private=private) as post:
        return await post(url, b"[]", {"Content-Type": "x/y"}), heard


async def test_a_receiver_gets_the_body_under_its_own_name():
    answer, heard = await posted(said("204 No Content"))
    assert answer == Answer(status=204)
    ((head, body),) = heard
    assert head.startswith("POST /hook?x=1 ")
    assert "host: localhost:" in head.lower()
    assert body == b"[]"


@pytest.mark.parametrize(
    ("reply", "status", "error", "wait"),
    [
        (said("500 Oops", body="it\nbroke"), 500, "500 Oops: it broke", 0),
        (said("302 Found", "Location: http://127.0.0.1/"), 302, "302 Found", 0),
        (said("503 Busy", "Retry-After: 17"), 503, "503 Busy", 17),
        (
            said(
                "429 Slow",
                f"Retry-After: {format_datetime(NOON + timedelta(seconds=9), usegmt=True)}",
            ),
            429,
            "429 Slow",
            9,
        ),
        (said("429 Slow", "Retry-After: soon"), 429, "429 Slow", 0),
    ],
)
async def test_what_is_no_success_is_told(reply, status, error, wait):
    answer, _ = await posted(reply)
    assert answer == Answer(status=status, error=error, wait=wait)


async def test_a_long_answer_is_not_read_to_its_end():
    answer, _ = await posted(said("500 No", body="x" * 1_000_000))
    assert len(answer.error) == 300


async def test_what_is_no_http_is_told():
    answer, _ = await posted(b"SSH-2.0\r\n\r\n")
    assert answer.status == 0
    assert answer.error.startswith("RemoteProtocolError")


async def test_a_private_address_is_reached_only_where_the_settings_say_so():
    answer, heard = await posted(said("200 OK"), private=False)
    assert "localhost is in a private network" in answer.error
    assert heard == []


@pytest.mark.parametrize("host", ["10.0.0.1", "[::1]", "169.254.169.254", "192.168.1.1"])
async def test_no_address_of_our_own_network_is_public(host):
    with pytest.raises(Forbidden, match="private network"):
        await addresses.resolve(f"https://{host}/", private=False)


async def test_a_name_that_nobody_has_is_told():
    with pytest.raises(Forbidden, match="cannot be found"):
        await addresses.resolve("https://nobody.invalid/", private=False)
