"""No tag is in the clear in the log; a token that was forgotten is in no row either."""

import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine

from domain.log import Log
from domain.model import operations as op
from domain.model.token import Permit
from domain.sealed_log import SealedLog
from domain.sealing.cache import KeyCache
from domain.store.opening import migrate as migrate_log
from domain.store.opening import open_log
from projections import tokens, transactions
from projections.engines import engine
from projections.forgetting import CLOSED_AFTER, Forgetting
from projections.keyring import StoredKeyring
from projections.migration import READ_MODELS, migrate
from projections.projector import Projector
from tests.domain import personal_history as told
from tests.domain.house import House, start, stop
from tests.projections.scene import tables

SECRETS = ("secret-tag-77", "group-tag-88", "other-tag-99", "nge-66", "nobody-55", "jane doe")


class Place(NamedTuple):
    """Where a log and its read models are, and every value of every row in the log's tables."""

    stored: Log
    database: Engine
    url: str

    def values(self) -> Iterator[object]:
        if self.url.startswith("postgresql"):
            yield from _of_postgres(self.url)
        elif self.url.startswith("sqlite"):
            yield from _of_sqlite(self.url.removeprefix("sqlite:///"))
        else:
            yield from self.stored.since(0, limit=10_000)
            yield from self.stored.frames(limit=10_000)
            yield from vars(self.stored)["_snapshots"].values()


def _of_postgres(url: str) -> Iterator[object]:
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (name,) in names.fetchall():
            if name.startswith("ampledger_"):
                query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))
                yield from connection.execute(query).fetchall()


def _of_sqlite(path: str) -> Iterator[object]:
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        yield from connection.execute(f"SELECT * FROM {name}")
    connection.close()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    log_url, read_url = "memory://", "sqlite://"
    if request.param == "sqlite":
        log_url, read_url = f"sqlite:///{tmp_path}/log.db", f"sqlite:///{tmp_path}/read.db"
    elif request.param == "postgres":
        log_url = read_url = request.getfixturevalue("postgres_database")
    migrate_log(log_url)
    stored, database = open_log(log_url), engine(read_url)
    migrate(database)
    yield Place(stored, database, log_url)
    stored.close()
    database.dispose()


class Scene:
    """A house on a sealed log, its read models, and whoever forgets."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.keyring = StoredKeyring(place.database)
        self.house = House(self.opened())
        self.house.settle()
        self.restart()

    def opened(self) -> SealedLog:
        cache = KeyCache(self.keyring, lambda: self.house.now, look_every=0)
        return SealedLog(self.place.stored, cache)

    def restart(self) -> None:
        self.log = self.opened()
        clock = lambda: self.house.now  # noqa: E731 - a clock
        self.projector = Projector(self.place.database, self.log, READ_MODELS, clock=clock)
        self.forgetting = Forgetting(
            self.place.database, self.place.stored, self.keyring, clock=clock
        )

    def project(self) -> None:
        while self.projector.step().moved:
            pass

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        with self.place.database.connect() as connection:
            return tables(connection)

    def later(self, pause: timedelta) -> None:
        self.house.now += pause

    def forget(self, tag: str) -> None:
        assert told.wish(self.house, op.ForgetToken(id_tag=tag)) == ""
        self.project()
        assert self.forgetting.step().forgotten == 1
        self.restart()
        self.later(CLOSED_AFTER + timedelta(seconds=1))
        assert self.forgetting.step().destroyed == 1

    def find(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        with self.place.database.connect() as connection:
            return query(connection, *args, **kwargs)


@pytest.fixture
def scene(place: Place) -> Scene:
    scene = Scene(place)
    told.tell_all(scene.house)
    scene.project()
    return scene


def texts(values: Iterator[object]) -> str:
    return "\n".join(map(repr, values)).casefold()


def test_no_tag_is_in_the_clear_in_any_column_of_the_log(scene: Scene):
    written = texts(scene.place.values())
    assert [each for each in SECRETS if each in written] == []
    assert f'"idtag":{told.PRINCIPAL}' not in written
    shown = texts(iter(scene.log.frames(limit=1000))) + texts(iter(scene.log.since(0, limit=1000)))
    assert [each for each in SECRETS if each not in shown] == []


def test_who_may_not_know_tags_is_shown_pseudonyms(scene: Scene):
    log = scene.log.pseudonymous()
    shown = texts(iter(log.frames(limit=1000))) + texts(iter(log.since(0, limit=1000)))
    assert [each for each in SECRETS if each in shown] == []
    assert "anon-" in shown
    assert "~1." not in shown
    key = scene.keyring.of_tags(["secret-tag-77"], create=False)["secret-tag-77"]
    found = log.frames(station=f"token:{key.pseudonym}")
    assert len(found) == 2
    assert found[0].entry.station == f"token:{key.pseudonym}"


def test_a_forgotten_token_is_in_no_row_and_a_rebuild_agrees(scene: Scene, tmp_path: Path):
    key = scene.keyring.of_tags(["secret-tag-77"], create=False)["secret-tag-77"]
    before = {name: len(rows) for name, rows in scene.rows().items()}
    scene.forget(told.TAG)
    scene.project()
    live = scene.rows()
    written = texts(iter(live.items()))
    assert "secret-tag-77" not in written
    assert "jane doe" not in written
    assert "other-tag-99" in written
    assert key.pseudonym in written
    again = engine(f"sqlite:///{tmp_path}/again.db")
    migrate(again)
    projector = Projector(again, scene.log, READ_MODELS, clock=lambda: scene.house.now)
    while projector.step().moved:
        pass
    with again.connect() as connection:
        rebuilt = tables(connection)
    again.dispose()
    for name, rows in rebuilt.items():
        assert sorted(map(repr, rows)) == sorted(map(repr, live[name])), name
    grown = {name: len(rows) - before[name] for name, rows in live.items() if rows}
    assert {name for name, more in grown.items() if more} <= {"audit_v1"}
    shown = texts(iter(scene.log.frames(limit=1000))) + texts(iter(scene.log.since(0, limit=1000)))
    assert "secret-tag-77" not in shown
    assert "jane doe" not in shown


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_neither_tag_nor_key_is_left_in_the_file(scene: Scene, tmp_path: Path):
    key = scene.keyring.of_tags(["secret-tag-77"], create=False)["secret-tag-77"]
    scene.forget(told.TAG)
    content = b"".join(path.read_bytes() for path in sorted(tmp_path.glob("read.db*"))).lower()
    assert b64encode(key.secret).lower() not in content
    assert told.TAG.lower().encode() not in content
    assert told.NOTE.lower().encode() not in content
    assert told.OTHER.lower().encode() in content


def test_everything_else_goes_on(scene: Scene):
    scene.forget(told.TAG)
    house = scene.house
    for turn in ("warm", "cold"):
        answer = told.ask(house, f"a-{turn}", "Authorize", {"idTag": told.TAG})
        assert answer[2] == {"idTagInfo": {"status": "Invalid"}}
        answer = told.ask(house, f"b-{turn}", "Authorize", {"idTag": told.OTHER})
        assert answer[2]["idTagInfo"] == {"status": "Accepted", "parentIdTag": told.GROUP}
        house.log = scene.opened()
        house.restart()
    number = house.ask(start("s-again", tag=told.OTHER))[2]["transactionId"]
    assert house.ask(start("s-twice", tag=told.OTHER))[2]["transactionId"] == number
    house.ask(stop(number, "e-again"))
    scene.project()
    (first, *_) = scene.find(transactions.listed, id_tag=told.OTHER)
    assert (first.number, first.state) == (number, "stopped")


@pytest.mark.parametrize("restarted", [False, True])
def test_a_tag_that_comes_again_is_a_new_token(scene: Scene, *, restarted: bool):
    house, other = scene.house, House(scene.opened())
    other.now = house.now
    assert told.ask(other, "warm", "Authorize", {"idTag": told.TAG})[2]["idTagInfo"]
    old = scene.keyring.of_tags(["secret-tag-77"], create=False)["secret-tag-77"]
    assert told.wish(house, op.ForgetToken(id_tag=told.TAG)) == ""
    issue = op.IssueToken(id_tag=told.TAG, permit=Permit())
    assert "issue it again in a minute" in told.wish(house, issue)
    scene.project()
    scene.forgetting.step()
    scene.later(CLOSED_AFTER + timedelta(seconds=1))
    scene.forgetting.step()
    if restarted:
        house.restart()
    assert told.wish(house, issue) == ""
    answers = [told.ask(each, "new", "Authorize", {"idTag": told.TAG}) for each in (house, other)]
    assert [a[2]["idTagInfo"] for a in answers] == [{"status": "Accepted"}] * 2
    new = scene.keyring.of_tags(["secret-tag-77"], create=False)["secret-tag-77"]
    assert new.pseudonym != old.pseudonym
    scene.project()
    assert scene.find(tokens.find, told.TAG).note == ""
    assert scene.find(tokens.find, old.pseudonym) is None


def test_a_token_that_charges_is_not_forgotten(scene: Scene):
    number = scene.house.ask(start("open", tag=told.TAG, meter=1500))[2]["transactionId"]
    refused = told.wish(scene.house, op.ForgetToken(id_tag=told.TAG))
    assert refused == f"transaction {number} with this token is open"
    scene.house.ask(stop(number, "closed", 1600))
    assert told.wish(scene.house, op.ForgetToken(id_tag=told.TAG)) == ""


def test_a_start_after_a_token_was_forgotten_gets_the_same_answer_until_it_ended(scene: Scene):
    assert told.wish(scene.house, op.ForgetToken(id_tag=told.TAG)) == ""
    answer = scene.house.ask(start("late", tag=told.TAG, meter=1500))[2]
    scene.project()
    assert scene.forgetting.step().forgotten == 1
    scene.restart()
    scene.later(CLOSED_AFTER + timedelta(seconds=1))
    assert scene.forgetting.step().destroyed == 0
    scene.house.restart()
    assert scene.house.ask(start("again", tag=told.TAG, meter=1500))[2] == answer
    scene.house.ask(stop(answer["transactionId"], "end", 1600))
    scene.project()
    assert scene.forgetting.step().destroyed == 1
    assert "secret-tag-77" not in texts(iter(scene.rows().items()))


def test_a_tag_that_nobody_issued_is_forgotten_too(scene: Scene):
    scene.forget(told.STRANGE)
    scene.project()
    assert "nge-66" not in texts(iter(scene.rows().items()))
    shown = texts(iter(scene.log.frames(limit=1000))) + texts(iter(scene.log.since(0, limit=1000)))
    assert "nge-66" not in shown


def test_a_wish_to_forget_that_comes_again_after_it_was_done_is_one_record(scene: Scene):
    record = scene.house.wish(op.ForgetToken(id_tag=told.TAG))
    for _ in range(2):
        scene.house.process(record, redelivered=True)
        scene.forgetting.step()
        scene.later(CLOSED_AFTER + timedelta(seconds=1))
        scene.forgetting.step()
    scene.project()
    assert "secret-tag-77" not in texts(iter(scene.rows().items()))
