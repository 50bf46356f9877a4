"""What every test may ask for: a broker, a database server, and a database of its own."""

import os
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from hypothesis import settings

from tests.databases import fresh_database

_AMQP = "amqp://guest:guest@127.0.0.1:5672/"
_POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"

settings.register_profile("ampledger", deadline=None)  # time is the machine's, not the code's
settings.load_profile("ampledger")


@pytest.fixture(scope="session")
def amqp_url() -> str:
    """URL of a RabbitMQ that answers; a missing one is a failure, never a skip."""
    url = os.environ.get("AMPLEDGER_TEST_AMQP_URL", _AMQP)
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 5672)
    try:
        with socket.create_connection(address, timeout=10) as connection:
            connection.sendall(
                b"AMQP\x00\x00\x09\x01"
            )  # a broker without file handles stays silent
            connection.recv(1)
    except OSError as error:
        _missing("RabbitMQ", "AMPLEDGER_TEST_AMQP_URL", error)
    return url


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """URL of a PostgreSQL where databases may be made; a missing one is a failure, never a skip."""
    url = os.environ.get("AMPLEDGER_TEST_POSTGRES_URL", _POSTGRES)
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        _missing("PostgreSQL", "AMPLEDGER_TEST_POSTGRES_URL", error)
    return url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """URL of an empty database."""
    with fresh_database(postgres_url) as url:
        yield url


def _missing(service: str, variable: str, error: Exception) -> None:
    """Say how to get a service, and fail."""
    pytest.fail(f"{service} does not answer ({error}): `make test` starts one, or set {variable}")
