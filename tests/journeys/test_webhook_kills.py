"""The sender of webhooks is killed under load, again and again: a receiver misses nothing."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from threading import Thread
from time import monotonic, sleep
from uuid import uuid4

import orjson
import pytest

from commands.webhooks.desk import Subscription, Webhooks
from domain.log import Log
from domain.store.opening import open_log
from projections.actions import Actor
from projections.database import Database
from projections.engines import engine
from projections.vault import Cipher
from tests.databases import fresh_database
from tests.installation import Installation
from tests.journeys.test_event_stream import KILLS, PATIENCE, Load
from tests.queues import delete_queues


class Receiver:
    """A server on this machine; keeps the positions of events as they come, repeats too."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def take(self, body: bytes) -> None:
        """A batch that is complete."""
        self.seen += [int(event["id"]) for event in orjson.loads(body)]

    def reaches(self, position: int) -> None:
        """Wait until it was told of a position."""
        deadline = monotonic() + PATIENCE
        while not self.seen or self.seen[-1] < position:
            assert monotonic() < deadline, f"{self.seen[-1:]} of {position}"
            sleep(0.02)

    def once(self) -> list[int]:
        """As whoever passes over what is not after the last one."""
        found = [0]
        for each in self.seen:
            if each > found[-1]:
                found.append(each)
        return found[1:]


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """It is quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, name="receiver", daemon=True)
    thread.start()
    yield made, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def installation(
    amqp_url: str, postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder, namespace = tmp_path_factory.mktemp("hooks"), f"hooks{uuid4().hex[:8]}"
    settings = {"NAMESPACE": namespace, "PARTITIONS": "2", "WEBHOOK_PRIVATE_ADDRESSES": "true"}
    with (
        fresh_database(postgres_url) as url,
        Installation(folder, BROKER_URL=amqp_url, DATABASE_URL=url, **settings) as installation,
    ):
        try:
            installation.start("projections")
            yield installation
        finally:
            installation.stop()
            asyncio.run(delete_queues(amqp_url, namespace, 2))


@pytest.fixture
def log(installation: Installation) -> Iterator[Log]:
    log = open_log(installation.database_url)
    yield log
    log.close()


def test_a_sender_that_is_killed_leaves_no_gap_and_keeps_the_order(
    installation: Installation, log: Log, receiver: tuple[Receiver, str]
) -> None:
    got, url = receiver
    subscribe(installation, log, url)
    with Load(log) as load:
        for _ in range(KILLS):
            got.reaches(load.last + 200)
            installation.kill("projections")
            installation.start("projections")
        got.reaches(load.last + 200)
        load.stop()
        got.reaches(load.last)
    assert got.once() == [each.position for each in log.since(0, limit=1_000_000)]
    assert all(before < after for before, after in pairwise(got.once()))


def subscribe(installation: Installation, log: Log, url: str) -> None:
    """As an administrator does, from the first event on."""
    database = Database(engine(installation.database_url))
    cipher = Cipher(installation.secret_key.encode())
    desk = Webhooks(database, log, cipher, private=True)
    desk.add(Subscription(name="", url=url, after=0), Actor("ann", "::1", datetime.now(UTC)))
    database.close()
