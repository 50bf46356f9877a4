"""An installation to be attacked: its stations, innocent and not, and its doors."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx

from tests.abuse.innocents import TAG
from tests.abuse.lines import Identity, Target, source
from tests.databases import fresh_database
from tests.installation import Installation
from tests.queues import delete_queues

FOUR = ("domain", "projections", "gateway", "api")
_PASSWORD = "an-abused-password-{}"
_PARTITIONS = 8


@dataclass(frozen=True, slots=True)
class Stage:
    """What attackers and innocents know."""

    installation: Installation
    targets: tuple[Target, ...]
    rogues: tuple[Identity, ...]
    innocents: tuple[Identity, ...]
    api: httpx.Client  # the administrator's


@contextmanager
def embedded(folder: Path) -> Iterator[Installation]:
    """Everything in one process."""
    with Installation(folder, UNKNOWN_STATIONS="refuse") as installation:
        installation.start("run")
        yield installation


@contextmanager
def distributed(folder: Path, amqp_url: str, postgres_url: str) -> Iterator[Installation]:
    """Four processes on RabbitMQ and PostgreSQL."""
    namespace = f"abuse{uuid4().hex[:8]}"
    with fresh_database(postgres_url) as database:
        settings = {
            "BROKER_URL": amqp_url,
            "DATABASE_URL": database,
            "NAMESPACE": namespace,
            "PARTITIONS": str(_PARTITIONS),
            "UNKNOWN_STATIONS": "refuse",
        }
        try:
            with Installation(folder, **settings) as installation:
                for role in FOUR:
                    installation.start(role)
                yield installation
        finally:
            asyncio.run(delete_queues(amqp_url, namespace, _PARTITIONS))


@contextmanager
def staged(installation: Installation, *, rogues: int, innocents: int) -> Iterator[Stage]:
    """All stations are registered, each with a password; the innocent have a token too."""
    headers = {"Authorization": f"Bearer {installation.admin_token}"}
    with httpx.Client(base_url=installation.api_url, headers=headers, timeout=60) as api:
        api.put(f"/api/v1/tokens/{TAG}", json={}).raise_for_status()
        yield Stage(
            installation=installation,
            targets=(Target(installation.gateway_url),),
            rogues=tuple(_registered(api, f"ROGUE-{n}", source(n)) for n in range(rogues)),
            innocents=tuple(
                _registered(api, f"INNOCENT-{n}", "127.0.0.1") for n in range(innocents)
            ),
            api=api,
        )


def _registered(api: httpx.Client, name: str, source: str) -> Identity:
    identity = Identity(name, _PASSWORD.format(name), source)
    body = {"password": identity.password}
    api.put(f"/api/v1/stations/{name}", json=body).raise_for_status()
    return identity
