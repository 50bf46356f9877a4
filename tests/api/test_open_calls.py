"""Calls whose fate the caller is not told in time: they can be looked up, never sent twice."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import select

from commands import desk as desks
from commands import kept, keys, settings
from commands.api.app import application
from commands.api.bounds import Bounds
from commands.api.office import Defaults, Office
from commands.ca.roots import Roots
from commands.callbox import Callbox
from commands.choices.api import outgoing
from commands.desk import Address, Desk
from commands.feed import Feed
from commands.files.hosting import Hosting
from commands.files.store import Store
from commands.premises import Premises
from commands.proofs.proofs import Proofs
from commands.strongbox import Strongbox
from commands.watch import Watch
from commands.webhooks.desk import Webhooks
from domain import topics, wire
from domain.model.operations import RequestCall
from domain.pki.seals import Seal
from domain.ports import Delivery
from domain.sealed_log import SealedLog
from domain.sealing.cache import KeyCache
from domain.store.memory import MemoryLog
from domain.store.memory_keyring import MemoryKeyring
from gateway.broker.memory import MemoryBroker
from gateway.broker.outbox import Outbox
from projections import members
from projections.actions import Actor
from projections.database import Database
from projections.engines import engine
from projections.events.reader import EventReader
from projections.vault import VAULT, Cipher, SealedVault, new_key
from tests.api.stage import ADMIN_TOKEN

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADDRESS = Address(node="n", partitions=1)


class Stage:
    """An API with nobody behind it: the replies are what the test says, None for silence."""

    def __init__(self, api: httpx.AsyncClient, outbox: Outbox, database: Database) -> None:
        self.api, self.database = api, database
        self.reply: dict[str, Any] | None = None
        self.calls: list[str] = []
        self._outbox = outbox

    def receive(self, delivery: Delivery) -> None:
        for item in delivery.items:
            wish = wire.decode_inbound(item)
            assert isinstance(wish, wire.Wish)
            self.calls.append(msgspec.json.decode(wish.body, type=RequestCall).call)
            if self.reply is not None:
                reply = wire.Reply(wish=wish.id, **self.reply)
                self._outbox.post(wish.reply_to, wire.encode(reply))

    async def order(self) -> httpx.Response:
        payload = {"key": "AuthorizationKey", "value": "a-very-secret-key"}
        return await self.api.post("/api/v1/stations/CP1/calls/ChangeConfiguration", json=payload)

    def sealed(self) -> list[str]:
        """The calls whose payloads are kept."""
        return self.database.read(lambda c: list(c.scalars(select(VAULT.c.call))))


@pytest_asyncio.fixture
async def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Stage]:
    monkeypatch.setattr(desks, "DECIDED_WITHIN", 0.05)
    monkeypatch.setattr(desks, "READABLE_WITHIN", 0.05)
    database = Database(engine("sqlite://"))
    database.migrate()
    token = keys.token_of("admin", ADMIN_TOKEN, name="first", days=None, by="", at=NOON)
    database.write(members.add, "admin", "admin", token, Actor("", "", NOON))
    async with MemoryBroker() as broker, Outbox(broker) as outbox:
        desk = Desk(outbox, Watch(lambda _: ()), address=ADDRESS, clock=lambda: NOON)
        app = application(_office(desk, database, tmp_path), Bounds())
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://api", headers=headers
        ) as api:
            made = Stage(api, outbox, database)
            await broker.consume(topics.inbound(0), made.receive)
            await broker.consume_own(desk.queue, desk.receive)
            yield made


def _office(desk: Desk, database: Database, folder: Path) -> Office:
    strongbox = Strongbox(SealedVault(database.engine, new_key()), database, lambda: NOON)
    log = SealedLog(MemoryLog(), KeyCache(MemoryKeyring()))
    return Office(
        desk=desk,
        callbox=Callbox(desk, strongbox, Watch(lambda _: ()), outgoing(), lambda: NOON),
        strongbox=strongbox,
        database=database,
        log=log,
        hosting=Hosting(store=Store(folder, most_bytes=1), keep=timedelta(1), public_url=""),
        clock=lambda: NOON,
        seal=(seal := Seal(kept.new_secret_key())),
        proofs=Proofs(log, log, database, seal, lambda: NOON),
        roots=Roots(settings.read(data=folder)),
        feed=Feed(EventReader(MemoryLog())),
        webhooks=Webhooks(database, MemoryLog(), Cipher(new_key()), private=False),
        premises=Premises(MemoryBroker(), database="memory", broker="in memory", partitions=1),
        defaults=Defaults(heartbeat_interval=300, call_timeout=30),
    )


@pytest.mark.parametrize(
    ("reply", "kind"), [(None, "undecided"), ({"position": 8}, "not-yet-readable")]
)
async def test_a_call_of_open_fate_is_named_and_keeps_its_payload(stage, reply, kind):
    stage.reply = reply
    answer = await stage.order()
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (504, f"urn:ampledger:problem:{kind}")
    assert [problem["call"]] == stage.calls == stage.sealed()
    assert answer.headers["location"] == f"/api/v1/calls/{problem['call']}"


async def test_a_refused_call_has_no_name_and_leaves_no_payload(stage):
    stage.reply = {"refused": "not_connected", "message": "the station is not connected"}
    answer = await stage.order()
    assert answer.status_code == 409
    assert "call" not in answer.json()
    assert "location" not in answer.headers
    assert (len(stage.calls), stage.sealed()) == (1, [])


async def test_a_vault_that_is_away_is_no_defect(stage):
    VAULT.drop(stage.database.engine)
    answer = await stage.order()
    assert (answer.status_code, answer.json()["title"]) == (503, "database away")
    assert stage.calls == []
