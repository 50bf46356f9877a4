"""What administrators and receivers do while a request is on its way."""

import asyncio
import gzip
import threading

import pytest

from commands.refusal import Refusal
from commands.webhooks import addresses, courier
from commands.webhooks.addresses import Forbidden
from commands.webhooks.courier import Answer
from projections import webhooks
from projections.database import Database
from tests.commands.test_webhook_requests import posted, said
from tests.commands.test_webhooks import (  # noqa: F401 - a fixture
    ACTOR,
    PATIENCE,
    Receiver,
    scene,
)
from tests.domain.house import start
from tests.projections.conftest import database, empty  # noqa: F401 - the databases of read models


class Deliberate(Receiver):
    """Does something before it answers its first request."""

    def __init__(self, deed):
        super().__init__()
        self._deed = deed

    async def __call__(self, url, body, headers):
        answer = await super().__call__(url, body, headers)
        if len(self.requests) == 1:
            await asyncio.to_thread(self._deed)
        return answer


class Late(Database):
    """Tells what is due when it is let go: the rows are as old as that."""

    def __init__(self, engine):
        super().__init__(engine)
        self.holds, self.held, self.go = threading.Event(), threading.Event(), threading.Event()

    def read(self, query, *args, **kwargs):
        found = super().read(query, *args, **kwargs)
        if query is webhooks.due and self.holds.is_set():
            self.held.set()
            self.go.wait(PATIENCE)
        return found


async def test_the_rest_goes_to_the_new_address_at_once(scene):  # noqa: F811
    id, _ = scene.subscribe(single=True)
    scene.receiver = Deliberate(lambda: scene.desk.change(id, ACTOR, url="https://new/"))
    async with scene.sending():
        await scene.until_up_to_date(id)
    assert scene.receiver.ids() == scene.public()[:1]
    assert scene.receiver.ids("https://new/") == scene.public()


async def test_types_that_are_wanted_meanwhile_are_not_passed_over(scene):  # noqa: F811
    kinds = ["ampledger.transaction.started.v1"]
    id, _ = scene.subscribe(types=kinds)
    more = [*kinds, "ampledger.transaction.stopped.v1"]
    scene.receiver = Deliberate(lambda: scene.desk.change(id, ACTOR, types=more))
    async with scene.sending():
        await scene.until_up_to_date(id)
    assert len(set(scene.receiver.ids())) == 2


async def test_what_was_due_before_it_was_delivered_is_not_sent_again(scene):  # noqa: F811
    scene.database = late = Late(scene.database.engine)
    id, _ = scene.subscribe()
    gate = threading.Event()
    scene.receiver = Deliberate(lambda: gate.wait(PATIENCE))
    async with scene.sending():
        await asyncio.wait_for(scene.receiver.got.wait(), PATIENCE)
        late.holds.set()
        await asyncio.to_thread(late.held.wait, PATIENCE)
        gate.set()
        await scene.until_up_to_date(id)
        await scene.until(lambda: not serving())
        late.holds.clear()
        late.go.set()
        scene.house.ask(start("s2", meter=700))
        await scene.until_up_to_date(id)
        await scene.until(lambda: not serving())
    assert scene.receiver.ids() == scene.public()


def serving():
    return [each for each in asyncio.all_tasks() if "._serve at" in repr(each.get_coro())]


BROKEN = ["https://[::1", "https://r:99999/", "https://r:x/", f"https://{'a' * 70}.com/"]


@pytest.mark.parametrize("url", BROKEN)
async def test_an_address_that_is_none_is_refused(scene, url):  # noqa: F811
    with pytest.raises(Refusal):
        scene.subscribe(url=url)
    with pytest.raises(Forbidden):
        await addresses.resolve(url, private=True)


@pytest.mark.parametrize(
    "host",
    ["64:ff9b::a00:1", "2002:a00:1::1", "::a00:1", "::ffff:10.0.0.1", "fec0::1", "ff02::1"],
)
async def test_no_private_address_hides_in_another_one(host):
    with pytest.raises(Forbidden, match="private network"):
        await addresses.resolve(f"https://[{host}]/", private=False)


async def test_a_receiver_that_has_taken_it_need_not_say_more():
    answer, _ = await posted(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab")
    assert answer == Answer(status=200)


async def test_an_answer_that_is_packed_is_not_unpacked():
    packed = gzip.compress(b"x" * 1_000_000).decode("latin-1")
    reply = said("500 No", "Content-Encoding: gzip", body=packed)
    answer, ((head, _),) = await posted(reply.decode().encode("latin-1"))
    assert "xxxxx" not in answer.error
    assert "accept-encoding: identity" in head.lower()


async def test_a_receiver_that_never_ends_its_answer_has_failed(monkeypatch):
    monkeypatch.setattr(courier, "_WHOLE", 0.1, raising=False)
    asked, over = asyncio.Event(), asyncio.Event()

    async def drip(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        writer.write(b"HTTP/1.1 500 No\r\nContent-Length: 10\r\n\r\na")
        await reader.read()
        writer.close()
        over.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, courier.Courier(lambda: ACTOR.at, private=True) as post:
        answer = await post(f"http://localhost:{port}/", b"[]", {})
        await asyncio.wait_for(over.wait(), PATIENCE)
    assert (asked.is_set(), answer.status) == (True, 0)
    assert "in time" in answer.error
