"""Takes the tag of one token out of all rows: its pseudonym comes in its place."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    Table,
    Text,
    false,
    inspect,
    or_,
)
from sqlalchemy import select as select_

from domain.ports import TokenKey
from domain.sealing import personal
from domain.sealing.names import renamed, tag_of
from projections import positions
from projections.engines import schema_of, writing

# The tables of read models, in any version and while they are built beside, and what is told later.
_NAMES = re.compile(r"(?!user|webhook)[a-z_]+_v\d+(__[a-z]+)?")
_TAGS = frozenset({"id_tag", "token", "parent", "parent_id_tag", "stop_id_tag"})
_NAMED = {"tokens": ("id",), "local_list_entries": ("id",)}  # columns with a folded tag
_NOTES = {"tokens": ("note",)}  # in any words, of the token of the row
_PORTION = 500  # rows
_PIECES = re.compile(r"[^ -~]|[\"\\/]")  # what JSON escapes, and case differs in

Values = dict[str, Any]


class Scrubbing:
    """Of one token. What it finds is looked at again while no projector writes."""

    def __init__(self, engine: Engine, key: TokenKey) -> None:
        self._engine, self._tag, self._pseudonym = engine, key.tag, key.pseudonym
        self._told = re.compile(rf"(\bid_tag: |, idTag ){re.escape(key.tag)}", re.IGNORECASE)
        self._piece = max(_PIECES.split(key.tag), key=len)

    def run(self) -> int:
        """How many rows were changed."""
        return sum(self._scrub(table) for table in self._tables())

    def _tables(self) -> Iterable[Table]:
        schema = schema_of(self._engine) or None
        with self._engine.connect() as connection:
            names = inspect(connection).get_table_names(schema)
            found = MetaData()
            return [
                Table(name, found, autoload_with=connection)
                for name in sorted(names)
                if _NAMES.fullmatch(name)
            ]

    def _scrub(self, table: Table) -> int:
        keys = list(table.primary_key.columns)
        with self._engine.connect() as connection:
            query = select_(*keys).where(or_(false(), *map(self._may_tell, _texts(table))))
            found = [tuple(row) for row in connection.execute(query)] if keys else []
        portions = (found[n : n + _PORTION] for n in range(0, len(found), _PORTION))
        return sum(self._rewrite(table, portion) for portion in portions)

    def _may_tell(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """Whether the tag may be in it, in any case; one with escapes is looked at closer."""
        found = column.icontains(self._piece, autoescape=True)
        return or_(found, column.contains("\\u00", autoescape=True))

    def _rewrite(self, table: Table, keys: Sequence[tuple[object, ...]]) -> int:
        with writing(self._engine) as connection:
            _hold_up_projectors(connection, table.name)
            return sum(self._rewrite_row(connection, table, key) for key in keys)

    def _rewrite_row(self, connection: Connection, table: Table, key: tuple[object, ...]) -> int:
        columns = zip(table.primary_key.columns, key, strict=True)
        here = [column == value for column, value in columns]
        row = connection.execute(select_(table).where(*here)).mappings().first()
        changed = self._changed(table, dict(row)) if row else {}
        if changed and self._has_come_back(connection, table, {**(row or {}), **changed}, key):
            connection.execute(table.delete().where(*here))
        elif changed:
            connection.execute(table.update().where(*here).values(changed))
        return bool(changed)

    def _has_come_back(
        self, connection: Connection, table: Table, row: Values, key: tuple[object, ...]
    ) -> bool:
        """Whether a newer fact has made the row that this one would become."""
        names = [column.name for column in table.primary_key.columns]
        there = tuple(row[name] for name in names)
        if there == key:
            return False
        columns = zip(table.primary_key.columns, there, strict=True)
        query = select_(table).where(*(column == value for column, value in columns))
        return connection.execute(query).first() is not None

    def _changed(self, table: Table, row: Values) -> Values:
        model = table.name.rpartition("_v")[0]
        whole = {*_TAGS, *_NAMED.get(model, ())}
        texts = {name: row[name] for column in _texts(table) if row[name := column.name]}
        values = {name: self._without(text, whole=name in whole) for name, text in texts.items()}
        if self._is_its_own(model, row):
            values |= {name: self._pseudonym for name in _NOTES.get(model, ()) if row[name]}
        return {name: value for name, value in values.items() if value != row[name]}

    def _is_its_own(self, model: str, row: Values) -> bool:
        return any(row[name] == self._tag for name in _NAMED.get(model, ()))

    def _without(self, text: str, *, whole: bool) -> str:
        if whole and personal.tag_in(text) == self._tag:
            return self._pseudonym
        if tag_of(text) == self._tag:
            return renamed(text, self._pseudonym)
        told = self._told.sub(rf"\g<1>{self._pseudonym}", text)
        return self._replaced(told.encode()).decode()

    def _replaced(self, text: bytes) -> bytes:
        parts, place = [], 0
        for start, end, tag, quote, _ in personal.find(text):
            if tag == self._tag:
                parts += [text[place:start], quote, self._pseudonym.encode(), quote]
                place = end
        return b"".join((*parts, text[place:]))


def _texts(table: Table) -> list[Any]:
    return [column for column in table.columns if isinstance(column.type, Text)]


def _hold_up_projectors(connection: Connection, table: str) -> None:
    """A projector that has read a row writes it back first, or reads it after us."""
    columns = positions.POSITIONS.c
    model = table.rpartition("_v")[0]
    ours = columns.name.startswith(f"{model}_v", autoescape=True)
    connection.execute(positions.POSITIONS.update().where(ours).values(position=columns.position))
