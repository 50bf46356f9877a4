"""The sender of webhooks: in order, at least once, signed, patient with each receiver alone."""

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from commands.refusal import Refusal
from commands.webhooks import signature
from commands.webhooks.courier import Answer
from commands.webhooks.desk import Subscription, Webhooks
from commands.webhooks.portions import portion
from commands.webhooks.sender import Sender, Source
from projections import webhooks
from projections.actions import Actor
from projections.database import Database
from projections.events.reader import EventReader
from projections.vault import Cipher, new_key
from tests.domain.house import House, start, stop
from tests.projections.conftest import database, empty  # noqa: F401 - the databases of read models

ACTOR = Actor("ann", "::1", datetime(2026, 5, 1, tzinfo=UTC))
GIVE_UP = timedelta(hours=1)
PATIENCE = 20
PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()


def is_good(header: str, body: bytes, secret: str, at: datetime) -> bool:
    """What the documentation tells receivers to check."""
    told: dict[str, Any] = {}
    exec(PAGE.partition("```python\n")[2].partition("```")[0], told)
    return bool(told["is_good"](header, body, secret, at.timestamp()))


class Receiver:
    """Takes requests as told; knows what it got."""

    def __init__(self):
        self.requests = []
        self.answers = []
        self.hangs = set()
        self.got = asyncio.Event()

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        self.requests.append((url, body, headers))
        self.got.set()
        if url in self.hangs:
            await asyncio.Event().wait()
        return self.answers.pop(0) if self.answers else Answer(status=200)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass

    def ids(self, url="https://r/"):
        """Of the events delivered there, in order."""
        read = [orjson.loads(body) for asked, body, _ in self.requests if asked == url]
        return [int(e["id"]) for told in read for e in (told if isinstance(told, list) else [told])]


class Scene:
    def __init__(self, engine):
        self.house, self.receiver, self.now = House(), Receiver(), ACTOR.at
        self.database, self.cipher = Database(engine), Cipher(new_key())
        self.desk = Webhooks(self.database, self.house.log, self.cipher, private=False)

    def subscribe(self, **wanted):
        values: dict[str, Any] = {"name": "", "url": "https://r/", "after": 0}
        made, secret = self.desk.add(Subscription(**values | wanted), ACTOR)
        return made.id, secret

    def sender(self):
        source = Source(
            events=EventReader(self.house.log), database=self.database, cipher=self.cipher
        )
        return Sender(source, self.receiver, lambda: self.now, give_up=GIVE_UP, poll=0.02)

    @asynccontextmanager
    async def sending(self):
        task = asyncio.create_task(self.sender().run(lambda: True))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until(self, condition):
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - rows change in threads and other processes
                await asyncio.sleep(0.01)

    async def until_up_to_date(self, id):
        await self.until(lambda: self.row(id).position >= self.house.log.position())

    async def until_failed(self, id, failures=1):
        await self.until(lambda: self.row(id).failures >= failures)

    def row(self, id):
        return self.database.read(webhooks.find, id)

    def public(self):
        wanted = self.desk.add(Subscription(name="", url="https://x/", after=0, single=True), ACTOR)
        told = portion(EventReader(self.house.log), wanted[0])
        self.desk.remove(wanted[0].id, ACTOR)
        return [request.events[0].position for request in told.requests]


@pytest.fixture
def scene(database):  # noqa: F811 - a fixture
    made = Scene(database)
    made.house.settle()
    made.house.ask(stop(made.house.ask(start())[2]["transactionId"]))
    return made


async def test_all_events_come_once_and_in_order(scene):
    id, _ = scene.subscribe()
    async with scene.sending():
        await scene.until_up_to_date(id)
        scene.house.ask(start("s2", meter=700))
        await scene.until_up_to_date(id)
    assert scene.receiver.ids() == scene.public()
    assert scene.receiver.requests[0][2]["Content-Type"] == "application/cloudevents-batch+json"


async def test_a_webhook_that_wants_them_singly_gets_one_a_request(scene):
    id, _ = scene.subscribe(single=True)
    async with scene.sending():
        await scene.until_up_to_date(id)
    assert scene.receiver.ids() == scene.public()
    assert len(scene.receiver.requests) == len(scene.public())


async def test_only_types_and_stations_that_are_wanted_are_sent(scene):
    scene.subscribe(types=["ampledger.transaction.*"], stations=["CP1"], url="https://a/")
    scene.subscribe(stations=["CP9"], url="https://b/")
    last, _ = scene.subscribe(url="https://c/")
    async with scene.sending():
        await scene.until_up_to_date(last)
        await scene.until(lambda: scene.receiver.ids("https://a/"))
    types = {
        event["type"]
        for url, body, _ in scene.receiver.requests
        if url == "https://a/"
        for event in orjson.loads(body)
    }
    assert types
    assert all(each.startswith("ampledger.transaction.") for each in types)
    assert scene.receiver.ids("https://b/") == []


async def test_a_request_is_signed_and_bears_both_signatures_while_the_secret_changes(scene):
    id, first = scene.subscribe()
    second = scene.desk.rotate(id, ACTOR)
    async with scene.sending():
        await scene.until_up_to_date(id)
    _, body, headers = scene.receiver.requests[0]
    header = headers[signature.HEADER]
    assert is_good(header, body, first, scene.now)
    assert is_good(header, body, second, scene.now)
    assert not is_good(header, body + b" ", first, scene.now)
    assert not is_good(header, body, "whsec_other", scene.now)
    assert not is_good(header, body, first, scene.now + timedelta(minutes=6))
    scene.desk.drop_former_secret(id, ACTOR)
    scene.receiver.requests.clear()
    scene.house.ask(start("s3", meter=700))
    async with scene.sending():
        await scene.until_up_to_date(id)
    _, body, headers = scene.receiver.requests[0]
    assert not is_good(headers[signature.HEADER], body, first, scene.now)


async def test_nothing_goes_out_unsigned(scene):
    id, _ = scene.subscribe()
    scene.cipher = Cipher(new_key())
    async with scene.sending():
        await scene.until_failed(id)
    assert "AMPLEDGER_SECRET_KEY" in scene.row(id).last_error
    assert scene.receiver.requests == []


async def test_what_was_not_taken_is_sent_again_first_after_a_pause(scene):
    id, _ = scene.subscribe(single=True)
    scene.receiver.answers = [Answer(status=200), Answer(status=503, error="busy", wait=60)]
    async with scene.sending():
        await scene.until_failed(id)
        row = scene.row(id)
        assert (row.position, row.last_error) == (scene.public()[0], "busy")
        assert row.due_at == scene.now + timedelta(seconds=60)
        scene.now = row.due_at
        await scene.until_up_to_date(id)
    first, second, *others = scene.public()
    assert scene.receiver.ids() == [first, second, second, *others]
    assert scene.row(id).failures == 0


async def test_pauses_grow_and_have_an_end(scene):
    id, _ = scene.subscribe()
    scene.receiver.answers = [Answer(status=500, error="no")] * 12
    pauses = []
    async with scene.sending():
        for failures in range(1, 12):
            await scene.until_failed(id, failures)
            pauses.append(scene.row(id).due_at - scene.now)
            scene.now = scene.row(id).due_at
    assert all(timedelta(seconds=0.5) <= each <= timedelta(minutes=5) for each in pauses)
    assert pauses[9] >= timedelta(minutes=2)


async def test_who_fails_for_too_long_is_parked_and_resumed_where_it_stood(scene):
    id, _ = scene.subscribe()
    scene.receiver.answers = [Answer(status=0, error="nobody there")] * 2
    async with scene.sending():
        await scene.until_failed(id)
        scene.now += GIVE_UP
        await scene.until(lambda: scene.row(id).state == webhooks.PARKED)
        assert scene.receiver.ids() == 2 * scene.public()
        scene.desk.resume(id, ACTOR, after=None)
        await scene.until_up_to_date(id)
    assert scene.receiver.ids() == 3 * scene.public()
    assert [each.error for each in scene.desk.attempts(id)] == ["", *2 * ["nobody there"]]


async def test_who_says_that_it_is_gone_is_parked_at_once(scene):
    id, _ = scene.subscribe()
    scene.receiver.answers = [Answer(status=410, error="410 Gone")]
    async with scene.sending():
        await scene.until(lambda: scene.row(id).state == webhooks.PARKED)


async def test_one_that_hangs_holds_up_nobody_else(scene):
    scene.subscribe(url="https://hangs/")
    scene.receiver.hangs = {"https://hangs/"}
    id, _ = scene.subscribe()
    async with scene.sending():
        await scene.until_up_to_date(id)
    assert scene.receiver.ids() == scene.public()


async def test_a_sender_that_was_killed_leaves_no_gap(scene):
    id, _ = scene.subscribe(single=True)
    scene.receiver.hangs = {"https://r/"}
    async with scene.sending():
        await asyncio.wait_for(scene.receiver.got.wait(), PATIENCE)
    scene.receiver.hangs = set()
    async with scene.sending():
        await scene.until_up_to_date(id)
    first, *others = scene.public()
    assert scene.receiver.ids() == [first, first, *others]


async def test_a_webhook_that_is_paused_gets_nothing_and_goes_on_later(scene):
    id, _ = scene.subscribe()
    other, _ = scene.subscribe(url="https://other/")
    scene.desk.pause(id, ACTOR)
    async with scene.sending():
        await scene.until_up_to_date(other)
        assert scene.receiver.ids() == []
        scene.desk.resume(id, ACTOR, after=scene.public()[0])
        await scene.until_up_to_date(id)
    assert scene.receiver.ids() == scene.public()[1:]


async def test_one_that_is_removed_while_it_is_sent_to_stays_removed(scene):
    id, _ = scene.subscribe()
    scene.receiver.hangs = {"https://r/"}
    async with scene.sending():
        await asyncio.wait_for(scene.receiver.got.wait(), PATIENCE)
        scene.desk.remove(id, ACTOR)
        scene.receiver.hangs = set()
    assert scene.row(id) is None


def test_only_the_last_hundred_attempts_are_kept(scene):
    id, _ = scene.subscribe()
    for number in range(1, 150):
        attempt = webhooks.Attempt(
            webhook=id,
            number=number,
            at=scene.now,
            first_position=1,
            last_position=1,
            events=1,
            status=500,
            error="no",
            milliseconds=1,
        )
        row, due = scene.row(id), scene.now
        assert scene.database.write(webhooks.failed, row, attempt, due_at=due, park=False)
    kept = [each.number for each in scene.desk.attempts(id)]
    assert kept == list(range(149, 49, -1))


def test_a_portion_is_cut_before_it_is_too_large(scene, monkeypatch):
    monkeypatch.setattr("commands.webhooks.portions._MOST_BYTES", 1000)
    id, _ = scene.subscribe()
    told = portion(EventReader(scene.house.log), scene.row(id))
    assert len(told.requests) > 1
    assert [e.position for r in told.requests for e in r.events] == scene.public()
    assert told.requests[-1].upto == told.upto == scene.house.log.position()


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        ({"url": "ftp://r/"}, "https://"),
        ({"url": "http://r/"}, "plain http"),
        ({"url": "https://u:p@r/"}, "password"),
        ({"types": ["ampledger.nothing"]}, "no events of type ampledger.nothing"),
        ({"stations": ["a,b"]}, "comma"),
    ],
)
def test_what_can_never_be_sent_is_refused(scene, wish, problem):
    with pytest.raises(Refusal, match=problem):
        scene.subscribe(**wish)
