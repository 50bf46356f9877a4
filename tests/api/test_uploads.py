"""The bounds of what stations bring: how many files, how many at once, how much, how slowly."""

import asyncio
import logging
from urllib.parse import urlsplit

import pytest

from tests.api.stage import eventually
from tests.api.test_files import brought, on_disk, path_of, stranger, up

__all__ = ["brought", "on_disk", "path_of", "stranger", "up"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

FORM = {"Content-Type": "multipart/form-data; boundary=xyz"}
NOTE = b'--xyz\r\nContent-Disposition: form-data; name="note"\r\n\r\n'
FILE = (
    b'\r\n--xyz\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nhi\r\n--xyz--\r\n'
)


class Held:
    """Bodies that have begun and end only when told."""

    def __init__(self):
        self._go_on = asyncio.Event()

    async def body(self):
        yield b"a" * (1 << 20)  # enough to be written
        await self._go_on.wait()
        yield b"b"

    def go_on(self):
        self._go_on.set()


async def test_files_that_come_at_once_are_counted_together(
    stranger, up, monkeypatch, on_disk, brought
):
    monkeypatch.setattr("commands.api.files._MOST_FILES", 2)
    held, before = Held(), on_disk()
    sending = [
        asyncio.ensure_future(stranger.put(f"{up}{n}", content=held.body())) for n in range(4)
    ]

    async def all_admitted():
        return len(on_disk() - before) == 4

    try:
        await eventually(all_admitted)
    finally:
        held.go_on()
    assert sorted([(await each).status_code for each in sending]) == [201, 201, 403, 403]
    assert len(await brought()) == len(on_disk() - before) == 2


async def test_only_so_many_come_at_once_by_one_right(stranger, up, on_disk):
    held, before = Held(), on_disk()
    sending = [
        asyncio.ensure_future(stranger.put(f"{up}{n}", content=held.body())) for n in range(4)
    ]

    async def all_admitted():
        return len(on_disk() - before) == 4

    try:
        await eventually(all_admitted)
        refused = await stranger.put(f"{up}more", content=b"x")
    finally:
        held.go_on()
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
    assert [(await each).status_code for each in sending] == [201] * 4
    assert (await stranger.put(f"{up}later", content=b"x")).status_code == 201


async def test_what_of_a_form_is_no_file_is_bounded_too(stranger, up, on_disk):
    before = on_disk()

    async def chunks():
        yield NOTE
        for _ in range(5):
            yield b"a" * (1 << 20)
        yield FILE

    whole = NOTE + b"a" * (5 << 20) + FILE
    answers = [
        await stranger.post(up, content=chunks(), headers=FORM),
        await stranger.post(up, content=whole, headers=FORM),
    ]
    assert [answer.status_code for answer in answers] == [413, 413]
    assert on_disk() == before


async def test_a_form_may_say_a_little_more_than_its_file(stranger, up, brought):
    answer = await stranger.post(up, content=NOTE + b"a" * 1000 + FILE, headers=FORM)
    assert answer.status_code == 201
    assert await brought() == [("x", b"hi")]


async def test_an_upload_that_falls_silent_is_given_up(installation, up, monkeypatch, on_disk):
    monkeypatch.setattr("commands.api.receiving._PATIENCE", 0.05)
    before, where = on_disk(), urlsplit(installation.api)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(f"PUT {up}x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc".encode())
    assert b" 408 " in await reader.readline()
    writer.close()
    assert on_disk() == before


async def test_a_token_is_in_no_log_wherever_it_stands_in_the_path(installation, up, caplog):
    where, token = urlsplit(installation.api), up.split("/")[2]
    ways = [f"//files/{token}/x", f"/below/files/{token}", f"/files//{token}/", f"/files%2F{token}"]
    with caplog.at_level(logging.DEBUG, logger="ampledger"):
        for path in ways:
            reader, writer = await asyncio.open_connection(where.hostname, where.port)
            request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            writer.write(request.encode())
            assert b" 404 " in await reader.readline()
            await reader.read()
            writer.close()
    told = [str(vars(record)) for record in caplog.records if record.name.startswith("ampledger")]
    assert len(told) >= len(ways)
    assert not any(token in text for text in told)
