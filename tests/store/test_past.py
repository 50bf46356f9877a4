"""A log of an earlier release is sealed once, and nothing else about it changes."""

import logging
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from domain.log import Log
from domain.model.numbering import Numbering
from domain.model.transaction import Start
from domain.sealed_log import SealedLog
from domain.sealing.cache import KeyCache
from domain.store import past
from domain.store.memory_keyring import MemoryKeyring
from domain.store.opening import migrate, open_log
from tests.domain import personal_history as told
from tests.domain.house import House, start

SECRETS = ("secret-tag-77", "group-tag-88", "other-tag-99", "nge-66", "nobody-55", "jane doe")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path / 'log.db'}"
    if request.param == "postgres":
        made = request.getfixturevalue("postgres_database")
    migrate(made)
    return made


@pytest.fixture
def log(url: str) -> Iterator[Log]:
    opened = open_log(url)
    yield opened
    opened.close()


def as_it_was(start: Start) -> str:
    """How the first release named a start."""
    what = (start.station, str(start.connector), start.id_tag.casefold())
    parts = (*what, start.started_at.isoformat(), str(start.meter_wh))
    return "start:" + sha256("\x1f".join(parts).encode()).hexdigest()[:40]


def execute(url: str, statement: str) -> None:
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        with connection:
            connection.execute(statement)
        connection.close()
    else:
        with psycopg.connect(url) as server:
            server.execute(statement)


def contents(log: Log) -> tuple[list, list]:
    return log.since(0, limit=10_000), log.frames(limit=10_000)


@pytest.mark.parametrize("portion", [3, 2000])
def test_what_an_earlier_release_stored_is_sealed(
    url: str, log: Log, portion: int, monkeypatch: pytest.MonkeyPatch, caplog
):
    with monkeypatch.context() as earlier:
        earlier.setattr(Numbering, "id_of", as_it_was)
        house = House(log)
        house.settle()
        told.tell_all(house)
    facts, rows = contents(log)
    execute(url, "UPDATE ampledger_events SET station = ''")
    monkeypatch.setattr(past, "_PORTION", portion)
    keyring = MemoryKeyring()
    with caplog.at_level(logging.INFO, "ampledger.run"), ThreadPoolExecutor(2) as two:
        assert list(two.map(lambda _: past.seal_past(url, keyring), "ab")) == [None, None]
    assert caplog.messages.count("personal data of the past is sealed") == 1

    written = repr(contents(log)).casefold()
    assert [each for each in SECRETS if each in written] == []
    sealed = SealedLog(log, KeyCache(keyring))
    opened, entries = contents(sealed)
    assert entries == rows
    starts = [(a, b) for a, b in zip(opened, facts, strict=True) if a.stream != b.stream]
    assert [a._replace(stream=b.stream) for a, b in starts] == [b for _, b in starts]
    assert {b.topic for _, b in starts} == {"numbering.given"}
    assert [a for a in opened if a.topic != "numbering.given"] == [
        b for b in facts if b.topic != "numbering.given"
    ]

    again = House(sealed)
    first = again.ask(start("retry", tag=told.TAG))[2]["transactionId"]
    assert first == 1
    assert again.ask(start("unheard-of", tag="NEW", meter=5))[2]["transactionId"] > first


def test_a_new_log_has_no_past(url: str, log: Log):
    keyring = MemoryKeyring()
    past.seal_past(url, keyring)
    House(log).settle()
    before = contents(log)
    past.seal_past(url, keyring)
    assert contents(log) == before


def test_a_log_in_memory_has_no_past():
    past.seal_past("memory://", MemoryKeyring())
