"""A database and a namespace of the benchmark's own on the given services, gone afterwards."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import aio_pika
import psycopg
from psycopg.sql import SQL

from tests.databases import fresh_database
from tests.queues import delete_queues

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
    namespace = f"bench-{uuid4().hex[:12]}"
    try:
        with fresh_database(postgres_url) as database_url:
            yield Services(database_url=database_url, amqp_url=amqp_url, namespace=namespace)
    finally:
        asyncio.run(delete_queues(amqp_url, namespace, PARTITIONS))


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
