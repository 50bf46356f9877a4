"""An installation to be attacked: its stations, innocent and not, and its doors."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
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

Post = tuple[Target, Identity]


@dataclass(frozen=True, slots=True)
class Stage:
    """What attackers and innocents know. A post is a listener, and who may come in there."""

    installation: Installation
    posts: tuple[Post, ...]  # of rogues
    innocents: tuple[Post, ...]
    api: httpx.Client  # the administrator's

    @property
    def targets(self) -> tuple[Target, ...]:
        """Every listener: plain, with TLS, and with TLS and certificates of stations."""
        urls = (self.installation.gateway_url, self.installation.secure_url)
        return tuple(map(Target, (*urls, self.installation.mutual_url)))


@contextmanager
def embedded(folder: Path, **settings: str) -> Iterator[Installation]:
    """Everything in one process."""
    with Installation(folder, UNKNOWN_STATIONS="refuse", **settings) as installation:
        installation.secure()
        installation.start("run")
        yield installation


@contextmanager
def distributed(
    folder: Path, amqp_url: str, postgres_url: str, **settings: str
) -> Iterator[Installation]:
    """Four processes on RabbitMQ and PostgreSQL."""
    namespace = f"abuse{uuid4().hex[:8]}"
    with fresh_database(postgres_url) as database:
        chosen = {
            "BROKER_URL": amqp_url,
            "DATABASE_URL": database,
            "NAMESPACE": namespace,
            "PARTITIONS": str(_PARTITIONS),
            "UNKNOWN_STATIONS": "refuse",
            **settings,
        }
        try:
            with Installation(folder, **chosen) as installation:
                installation.secure()
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
        doors = (
            (Target(installation.gateway_url), 1),
            (Target(installation.secure_url, installation.authorities), 2),
        )
        yield Stage(
            installation=installation,
            posts=_posted(api, doors, [(f"ROGUE-{n}", source(n)) for n in range(rogues)]),
            innocents=_posted(
                api, doors, [(f"INNOCENT-{n}", "127.0.0.1") for n in range(innocents)]
            ),
            api=api,
        )


def _posted(
    api: httpx.Client, doors: Sequence[tuple[Target, int]], who: Sequence[tuple[str, str]]
) -> tuple[Post, ...]:
    """Each registered with the security profile of its door, the doors in turn."""
    return tuple(
        (target, _registered(api, name, source, profile))
        for (name, source), (target, profile) in zip(who, cycle(doors), strict=False)
    )


def _registered(api: httpx.Client, name: str, source: str, profile: int) -> Identity:
    identity = Identity(name, _PASSWORD.format(name), source)
    body = {"password": identity.password, "security_profile": profile}
    api.put(f"/api/v1/stations/{name}", json=body).raise_for_status()
    return identity
