"""A database and a namespace of the benchmark's own on the given services, gone afterwards."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import aio_pika
import psycopg
from psycopg.sql import SQL, Identifier

from domain import topics

PARTITIONS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Where an installation may work."""

    database_url: str
    amqp_url: str
    namespace: str

    def settings(self) -> dict[str, str]:
        """The same for Ampledger."""
        return {
            "DATABASE_URL": self.database_url,
            "BROKER_URL": self.amqp_url,
            "NAMESPACE": self.namespace,
            "PARTITIONS": str(PARTITIONS),
        }


@contextmanager
def borrowed(postgres_url: str, amqp_url: str) -> Iterator[Services]:
    """A new database and queues of a new name."""
    name = f"ampledger_bench_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            url = urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
            yield Services(database_url=url, amqp_url=amqp_url, namespace=name)
        finally:
            admin.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
            asyncio.run(_delete_queues(amqp_url, name))


def describe(postgres_url: str, amqp_url: str) -> dict[str, str]:
    """What the services are, for the report."""
    with psycopg.connect(postgres_url) as connection:
        shown = {
            name: str((connection.execute(SQL("SHOW {}").format(SQL(name))).fetchone() or "?")[0])
            for name in ("server_version", "synchronous_commit", "fsync")
        }
    return {f"postgresql {name}": value for name, value in shown.items()} | {
        "rabbitmq version": asyncio.run(_broker_version(amqp_url))
    }


async def _broker_version(amqp_url: str) -> str:
    connection = await aio_pika.connect(amqp_url, timeout=10)
    async with connection:
        transport = connection.transport
        assert transport
        version = transport.connection.server_properties["version"]
    return version.decode() if isinstance(version, bytes) else str(version)


async def _delete_queues(amqp_url: str, namespace: str) -> None:
    """Those that outlive their processes; deleting one that never was is no error."""
    queues = [topics.inbound(partition) for partition in range(PARTITIONS)]
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        for queue in (*queues, topics.LEASES, topics.QUARANTINE):
            await channel.queue_delete(f"{namespace}.{queue}")
