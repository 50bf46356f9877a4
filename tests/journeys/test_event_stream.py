"""The publisher is killed under load, again and again: whoever reads the stream misses nothing."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Self
from uuid import uuid4

import aio_pika
import orjson
import pytest

from domain import topics
from domain.log import Log, StoredFact
from domain.store.opening import migrate, open_log
from tests.databases import fresh_database
from tests.installation import Installation
from tests.queues import delete_queues

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "consume_events.py"
PATIENCE = 60.0
STATIONS = 7
KILLS = 2


class Load:
    """Facts of several stations, several a commit, for as long as it lasts."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._over = Event()
        self._thread = Thread(target=self._run, name="load", daemon=True)
        self.last = 0  # position

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        for version in count(1):
            state = orjson.dumps({"timestamp": datetime.now(UTC).isoformat(), "by": str(version)})
            facts = [
                StoredFact(f"station:S{n}", version, "station.removed", state, "key", f"S{n}")
                for n in range(STATIONS)
            ]
            self.last = self._log.commit(facts, ())
            if self._over.wait(0.01):
                return


@pytest.fixture(scope="module")
def installation(
    amqp_url: str, postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder, namespace = tmp_path_factory.mktemp("stream"), f"stream{uuid4().hex[:8]}"
    with (
        fresh_database(postgres_url) as url,
        Installation(
            folder, BROKER_URL=amqp_url, DATABASE_URL=url, NAMESPACE=namespace, PARTITIONS="2"
        ) as installation,
    ):
        try:
            installation.start("projections")
            yield installation
        finally:
            installation.stop()
            asyncio.run(delete_queues(amqp_url, namespace, 2))


@pytest.fixture(scope="module")
def log(installation: Installation) -> Iterator[Log]:
    migrate(installation.database_url)
    log = open_log(installation.database_url)
    yield log
    log.close()


class Reader:
    """A consumer from the beginning; keeps (position, station) as they come, repeats too."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, str]] = []
        self.last = 0

    async def read(self, url: str, queue: str) -> None:
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=1000)
            stream = await channel.get_queue(queue)
            async with stream.iterator(arguments={"x-stream-offset": "first"}) as messages:
                async for message in messages:
                    await message.ack()
                    position = int(str(message.headers["position"]))
                    self.seen.append((position, str(message.headers["station"])))
                    self.last = max(self.last, position)

    async def reaches(self, position: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.last < position:  # noqa: ASYNC110 - another process tells it
                await asyncio.sleep(0.05)

    def once(self) -> list[tuple[int, str]]:
        """As whoever passes over what is not after the last one."""
        found: list[tuple[int, str]] = []
        for each in self.seen:
            if not found or each[0] > found[-1][0]:
                found.append(each)
        return found


async def test_a_publisher_that_is_killed_leaves_no_gap_and_keeps_the_order(
    installation: Installation, log: Log, amqp_url: str
) -> None:
    queue, reader = topics.qualified(installation.namespace, topics.EVENTS), Reader()
    with Load(log) as load:
        reading = asyncio.create_task(reader.read(amqp_url, queue))
        for _ in range(KILLS):
            await reader.reaches(load.last + 200)
            await asyncio.to_thread(installation.kill, "projections")
            await asyncio.to_thread(installation.start, "projections")
        await reader.reaches(load.last + 200)
        load.stop()
        await reader.reaches(load.last)
        reading.cancel()
        await asyncio.wait([reading])
    told = log.since(0, limit=1_000_000)
    assert reader.once() == [(each.position, each.station) for each in told]
    assert all(before[0] < after[0] for before, after in pairwise(reader.once()))


def test_the_example_of_the_documentation_reads_from_a_place_or_a_time_and_goes_on(
    installation: Installation, amqp_url: str, log: Log, tmp_path: Path
) -> None:
    told = [each.position for each in log.since(0, limit=1_000_000)]
    queue = topics.qualified(installation.namespace, topics.EVENTS)

    def consumed(*words: str) -> list[int]:
        ran = subprocess.run(
            [sys.executable, str(EXAMPLE), amqp_url, "--queue", queue, "--count", "20", *words],
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return [int(json.loads(line)["position"]) for line in ran.stdout.splitlines()]

    state = ("--state", str(tmp_path / "place"))
    assert consumed("--from", "first", *state) == told[:20]
    assert consumed(*state) == told[20:40]
    assert consumed("--from", "10") == told[10:30]
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert consumed("--from", an_hour_ago) == told[:20]
