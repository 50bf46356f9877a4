"""What the machine does without Ampledger: bare sockets, confirmed publishes, batched inserts."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from uuid import uuid4

import aio_pika
import psycopg
import uvloop
from aiormq.abc import AbstractChannel
from pamqp.commands import Basic

from tests.bench.csms import answer_everything
from tests.bench.figures import Limits
from tests.bench.fleet import launched
from tests.bench.load import Job
from tests.bench.services import Services

_BODY = b"x" * 230
_WINDOW = 100  # publishes not confirmed yet
_ROWS = 100  # per insert
_TABLE = """CREATE TABLE limit_events (
    stream text, version bigint, topic text, state bytea, position bigserial,
    PRIMARY KEY (stream, version))"""
_INSERT = """INSERT INTO limit_events (stream, version, topic, state)
    SELECT * FROM unnest(%b::text[], %b::bigint[], %b::text[], %b::bytea[])"""


def measure(services: Services, *, stations: int, seconds: float) -> Limits:
    """Each for some seconds, one after the other."""
    return Limits(
        websocket_calls_per_second=_sockets(stations, seconds),
        confirmed_publishes_per_second=uvloop.run(_publishes(services, seconds)),
        inserted_rows_per_second=_inserts(services.database_url, seconds),
    )


@contextmanager
def bare_csms() -> Iterator[str]:
    """The URL of a CSMS that answers everything with the same."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=answer_everything, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield f"ws://127.0.0.1:{ours.recv()}/ocpp"
        ours.send("stop")
    finally:
        ours.close()
        process.join(5)


def _sockets(stations: int, seconds: float) -> float:
    names = tuple(f"LIMIT-{number}" for number in range(stations))
    with bare_csms() as url, launched(Job(url=url, stations=names, warm_up=0.5)) as fleet:
        fleet.go()
        sleep(0.5 + seconds)
        (tally,) = fleet.stop()
    return len(tally.times) / tally.seconds


async def _publishes(services: Services, seconds: float) -> float:
    """Single persistent messages to one durable quorum queue."""
    queue = f"{services.namespace}.limit.{uuid4().hex}"
    async with await aio_pika.connect(services.amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.declare_queue(queue, durable=True, arguments={"x-queue-type": "quorum"})
        try:
            return await _publish(await channel.get_underlay_channel(), queue, seconds)
        finally:
            await channel.queue_delete(queue)


async def _publish(channel: AbstractChannel, queue: str, seconds: float) -> float:
    begin, confirmed = monotonic(), 0
    persistent = Basic.Properties(delivery_mode=2)

    async def publish() -> None:
        nonlocal confirmed
        while monotonic() < begin + seconds:
            await channel.basic_publish(
                _BODY, routing_key=queue, properties=persistent, mandatory=False
            )
            confirmed += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(_WINDOW):
            group.create_task(publish())
    return confirmed / (monotonic() - begin)


def _inserts(database_url: str, seconds: float) -> float:
    """Rows like those of facts, many per transaction, one writer."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_TABLE)
        begin, version = monotonic(), 0
        while monotonic() < begin + seconds:
            version += 1
            streams = [f"station:LIMIT-{number}" for number in range(_ROWS)]
            columns = (streams, [version] * _ROWS, ["limit.met"] * _ROWS, [_BODY[:160]] * _ROWS)
            connection.execute(_INSERT, columns, prepare=True)
    return version * _ROWS / (monotonic() - begin)
