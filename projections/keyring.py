"""The Keyring port: the keys of tokens, beside the read models, and never rebuilt."""

from base64 import b64decode, b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, Index, Select, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.ports import TokenKey
from domain.sealing.personal import tag_in
from domain.store.memory_keyring import new_key
from projections.engines import overwrite, translated, writing
from projections.tables import among, table


@dataclass(slots=True, kw_only=True)
class KeyRow:
    """A key, and the tag that leads to it, until both are destroyed."""

    pseudonym: str
    tag: str | None
    lookup: str | None  # of the tag: PostgreSQL indexes no long text, and stations send some
    secret: str | None  # base64; None: destroyed
    made_at: datetime
    forgotten_at: datetime | None = None
    destroyed_at: datetime | None = None


KEYS = table(
    "token_keys",
    KeyRow,
    Index("token_keys_lookup", "lookup", unique=True),
    Index("token_keys_forgotten", "forgotten_at"),
    key=["pseudonym"],
)
_FOUND = select(KEYS.c.pseudonym, KEYS.c.secret, KEYS.c.tag, KEYS.c.forgotten_at)


class StoredKeyring:
    """Keys as rows; each method is a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_tags(self, tags: Collection[str], *, create: bool) -> dict[str, TokenKey]:
        found = self._of_tags(tags)
        missing = sorted(set(tags) - found.keys())
        if missing and create:
            with translated(), writing(self._engine) as connection:
                _make(connection, [new_key(tag) for tag in missing])
            found |= self._of_tags(missing)  # another process may have been faster
        return found

    def of_pseudonyms(self, pseudonyms: Collection[str]) -> dict[str, TokenKey]:
        with translated(), self._engine.connect() as connection:
            query = _FOUND.where(among(connection, KEYS.c.pseudonym, pseudonyms))
            return {key.pseudonym: key for key in _keys(connection, query)}

    def changes(self) -> int:
        counted = (func.count(KEYS.c.forgotten_at), func.count(KEYS.c.destroyed_at))
        with translated(), self._engine.connect() as connection:
            query = select(*counted).where(KEYS.c.forgotten_at.is_not(None))
            return sum(connection.execute(query).one())

    def forget(self, pseudonym: str, *, at: datetime) -> bool:
        ours = (KEYS.c.pseudonym == pseudonym, KEYS.c.forgotten_at.is_(None))
        with translated(), writing(self._engine) as connection:
            done = connection.execute(update(KEYS).where(*ours).values(forgotten_at=at))
            return done.rowcount == 1

    def forgotten(self, before: datetime) -> list[TokenKey]:
        due = (KEYS.c.forgotten_at < before, KEYS.c.secret.is_not(None))
        with translated(), self._engine.connect() as connection:
            return _keys(connection, _FOUND.where(*due).order_by(KEYS.c.forgotten_at))

    def destroy(self, pseudonym: str) -> None:
        ours = (KEYS.c.pseudonym == pseudonym, KEYS.c.forgotten_at.is_not(None))
        none = dict.fromkeys(("secret", "tag", "lookup"))
        values = {**none, "destroyed_at": datetime.now(UTC)}
        with translated(), writing(self._engine) as connection:
            connection.execute(update(KEYS).where(*ours).values(values))
        with translated():
            overwrite(self._engine)

    def _of_tags(self, tags: Collection[str]) -> dict[str, TokenKey]:
        with translated(), self._engine.connect() as connection:
            query = _FOUND.where(among(connection, KEYS.c.lookup, list(map(_lookup, tags))))
            return {key.tag: key for key in _keys(connection, query)}


def pseudonym_of(connection: Connection, id_tag: str) -> str:
    """What stands for a tag, in any spelling; "" when nothing on record speaks of it."""
    query = select(KEYS.c.pseudonym).where(KEYS.c.lookup == _lookup(tag_in(id_tag)))
    return str(connection.scalar(query) or "")


def _make(connection: Connection, keys: Sequence[TokenKey]) -> None:
    at = datetime.now(UTC)
    values = [
        {
            "pseudonym": key.pseudonym,
            "tag": key.tag,
            "lookup": _lookup(key.tag),
            "secret": b64encode(key.secret).decode(),
            "made_at": at,
        }
        for key in keys
    ]
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert: sqlite.Insert | postgresql.Insert = dialect.insert(KEYS)
    connection.execute(insert.on_conflict_do_nothing(index_elements=[KEYS.c.lookup]), values)


def _lookup(tag: str) -> str:
    return sha256(tag.encode()).hexdigest()


def _keys(connection: Connection, query: Select[Any]) -> list[TokenKey]:
    return [
        TokenKey(pseudonym, b64decode(secret or ""), tag or "", forgotten_at)
        for pseudonym, secret, tag, forgotten_at in connection.execute(query)
    ]
