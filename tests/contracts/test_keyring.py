"""What everybody may rely on, wherever the keys of tokens are."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.schema import DropSchema

from domain.ports import Keyring
from domain.sealing.literals import is_pseudonym
from domain.store.memory_keyring import MemoryKeyring
from projections.engines import engine, schema_of, writing
from projections.keyring import StoredKeyring
from projections.migration import migrate

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def keyring(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Keyring]:
    if request.param == "memory":
        yield MemoryKeyring()
        return
    if request.param == "sqlite":
        made = engine(f"sqlite:///{tmp_path}/read.db")
    else:
        schema = f"keys_{uuid4().hex}"
        made = engine(request.getfixturevalue("postgres_url"), schema=schema)
    migrate(made)
    yield StoredKeyring(made)
    if schema_of(made):
        with writing(made) as connection:
            connection.execute(DropSchema(schema_of(made), cascade=True))
    made.dispose()


def key_of(keyring: Keyring, tag: str):
    return keyring.of_tags([tag], create=True)[tag]


def test_a_tag_has_one_key(keyring: Keyring):
    assert keyring.of_tags(["abc"], create=False) == {}
    made = keyring.of_tags(["abc", "ä\\x"], create=True)
    assert set(made) == {"abc", "ä\\x"}
    assert keyring.of_tags(["abc", "ä\\x", "other"], create=False) == made
    assert key_of(keyring, "abc") == made["abc"]
    assert made["abc"].tag == "abc"
    assert len(made["abc"].secret) == 32
    assert is_pseudonym(made["abc"].pseudonym)
    assert made["abc"].secret != made["ä\\x"].secret


def test_a_tag_may_be_longer_than_a_database_indexes(keyring: Keyring):
    """A station sends what it likes: a frame must not be taken for a database that is away."""
    tag = "".join(map(str, range(20_000)))
    key = key_of(keyring, tag)
    assert key.tag == tag
    assert keyring.of_tags([tag], create=False) == {tag: key}


def test_a_key_is_found_by_its_pseudonym(keyring: Keyring):
    key = key_of(keyring, "abc")
    assert keyring.of_pseudonyms([key.pseudonym, "anon-aaaaaaaaaaaa"]) == {key.pseudonym: key}
    assert keyring.of_pseudonyms([]) == {}


def test_who_asks_at_the_same_time_gets_the_same_key(keyring: Keyring):
    with ThreadPoolExecutor(4) as threads:
        keys = list(threads.map(lambda _: key_of(keyring, "abc"), range(12)))
    assert len(set(keys)) == 1


def test_a_key_is_destroyed_once_its_token_was_forgotten(keyring: Keyring):
    key = key_of(keyring, "abc")
    keyring.destroy(key.pseudonym)
    assert key_of(keyring, "abc") == key
    assert keyring.changes() == 0
    assert keyring.forget(key.pseudonym, at=NOON)
    assert not keyring.forget(key.pseudonym, at=LATER)
    assert not keyring.forget("anon-aaaaaaaaaaaa", at=NOON)
    assert keyring.changes() == 1
    assert key_of(keyring, "abc") == key._replace(forgotten_at=NOON)
    assert keyring.forgotten(NOON) == []
    assert keyring.forgotten(LATER) == [key._replace(forgotten_at=NOON)]
    for _ in range(2):
        keyring.destroy(key.pseudonym)
        assert keyring.changes() == 2
    assert keyring.forgotten(LATER) == []
    (left,) = keyring.of_pseudonyms([key.pseudonym]).values()
    assert (left.secret, left.tag, left.forgotten_at) == (b"", "", NOON)


def test_a_tag_that_comes_again_has_another_key(keyring: Keyring):
    key = key_of(keyring, "abc")
    keyring.forget(key.pseudonym, at=NOON)
    keyring.destroy(key.pseudonym)
    assert keyring.of_tags(["abc"], create=False) == {}
    again = key_of(keyring, "abc")
    assert again.pseudonym != key.pseudonym
    assert again.secret != key.secret
    assert again.forgotten_at is None
