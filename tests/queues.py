"""Queues that live as long as a test: a broker keeps durable ones, and each costs it files."""

import aio_pika

from domain import topics
from domain.topics import qualified


async def delete_queues(url: str, namespace: str, partitions: int = 32) -> None:
    """Every durable queue an installation of that namespace declares."""
    names = [topics.inbound(p) for p in range(partitions)] + [
        topics.LEASES,
        topics.QUARANTINE,
        topics.EVENTS,
    ]
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        for name in names:
            await channel.queue_delete(qualified(namespace, name))
