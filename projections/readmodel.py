"""What a read model is: rows that follow from facts, many facts at a time."""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from sqlalchemy import Connection, Table, select

from domain.model.aggregate import Fact
from projections.tables import Record, among, fetch, insert_many, upsert


class Noted(NamedTuple):
    """A fact with its position in the log."""

    position: int
    topic: str
    fact: Fact


class ReadModel(Protocol):
    """A table that follows from facts of some topics, and from nothing else: not from the time."""

    table: Table
    """Its rows, and nobody else's; `onto` puts it to another one of the same shape."""

    @property
    def name(self) -> str:
        """Of the view, and of the position."""
        ...

    @property
    def version(self) -> int:
        """Of the shape: another one is built beside the old."""
        ...

    @property
    def topics(self) -> frozenset[str]:
        """What it wants to know."""
        ...

    def project(self, connection: Connection, noted: Sequence[Noted]) -> None:
        """Take in facts of its topics, in order, within the caller's transaction."""
        ...


@dataclass(slots=True, kw_only=True)
class Row:
    """What all rows tell: the positions of the first and the last fact that made them."""

    first_position: int = 0
    last_position: int = 0


R = TypeVar("R", bound=Row)
Key = tuple[object, ...]


class Keyed(Generic[R]):
    """One row per key: read those a batch touches, change them in memory, write them back."""

    def __init__(
        self,
        name: str,
        row: type[R],
        target: Table,
        *,
        key: Callable[[Fact], Key | None],
        effect: Callable[[Fact, R], None],
        version: int = 1,
    ) -> None:
        """`key` gives the values of the primary key, None for a fact of no row.

        `effect` is a singledispatch function: the facts it is registered for are the topics.
        """
        self.name, self.version = name, version
        self.topics = topics_of(effect)
        self._row, self.table = row, target
        self._key, self._effect = key, effect
        self._names = [column.name for column in target.primary_key]

    def project(self, connection: Connection, noted: Sequence[Noted]) -> None:
        """Two statements, however many facts."""
        touched = [(key, each) for each in noted if (key := self._key(each.fact)) is not None]
        rows = self._read(connection, {key for key, _ in touched})
        changed: dict[Key, R] = {}
        for key, each in touched:
            row = changed[key] = rows.get(key) or self._new(rows, key, each.position)
            row.last_position = each.position
            self._effect(each.fact, row)
        upsert(connection, self.table, list(changed.values()))

    def _new(self, rows: dict[Key, R], key: Key, position: int) -> R:
        values = dict(zip(self._names, key, strict=True))
        row = rows[key] = self._row(first_position=position, **values)  # type: ignore[arg-type]  # the key's fields
        return row

    def _read(self, connection: Connection, keys: set[Key]) -> dict[Key, R]:
        if not keys:
            return {}
        leading = self.table.c[self._names[0]]
        query = select(self.table).where(among(connection, leading, {key[0] for key in keys}))
        found = fetch(connection, query, self._row)
        return {tuple(getattr(row, name) for name in self._names): row for row in found}


class Appended:
    """Rows that are added and never change."""

    def __init__(
        self,
        name: str,
        target: Table,
        *,
        topics: Iterable[str],
        rows: Callable[[Noted], Iterable[Record]],
        version: int = 1,
    ) -> None:
        self.name, self.version, self.topics = name, version, frozenset(topics)
        self.table, self._rows = target, rows

    def project(self, connection: Connection, noted: Sequence[Noted]) -> None:
        """One statement, however many facts."""
        insert_many(connection, self.table, [row for each in noted for row in self._rows(each)])


M = TypeVar("M", bound=ReadModel)


def onto(model: M, target: Table) -> M:
    """The same read model, with its rows in another table of the same shape."""
    moved = copy(model)
    moved.table = target
    return moved


def topics_of(effect: object) -> frozenset[str]:
    """The topics of the facts that a singledispatch function is registered for."""
    registered: Iterable[type] = effect.registry  # type: ignore[attr-defined]  # singledispatch has it
    return frozenset(fact.TOPIC for fact in registered if hasattr(fact, "TOPIC"))
