"""Tables made from row records, and the few statements that write many rows at once (ADR 4)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from types import NoneType
from typing import Any, ClassVar, Protocol, TypeVar, get_args, get_type_hints

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Double,
    Executable,
    Index,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    TypeDecorator,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import quoted_name

METADATA = MetaData()

T = TypeVar("T")


class Utc(TypeDecorator[datetime]):
    """An instant, aware and in UTC, also where the database knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


_TYPES = {
    str: Text,
    int: BigInteger,
    bool: Boolean,
    float: Double,
    datetime: Utc,
    bytes: LargeBinary,
}
_BINARY = {
    Text: "text",
    BigInteger: "int8",
    Boolean: "bool",
    Double: "float8",
    Utc: "timestamptz",
    LargeBinary: "bytea",
}


class Record(Protocol):
    """A dataclass whose fields are the columns of a table."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


def table(
    name: str,
    record: type[Record],
    *indexes: Index,
    key: Sequence[str],
    within: MetaData = METADATA,
) -> Table:
    """The table that holds such records; a field that may be None is a nullable column.

    `within`: what is not in METADATA is not made.
    """
    hints = get_type_hints(record)
    columns = [_column(field.name, hints[field.name], key) for field in fields(record)]
    return Table(name, within, *columns, *indexes)


def beside(target: Table, suffix: str, *, indexes: str = "") -> Table:
    """A table of the same shape: its name and those of its indexes end in a suffix.

    `indexes`: a suffix of their own, where names of indexes stay when the table is renamed.
    """
    made = target.to_metadata(MetaData(), name=f"{target.name}{suffix}")
    for index in made.indexes:
        index.name = quoted_name(f"{index.name}{indexes or suffix}", quote=None)
    return made


def _column(name: str, hint: object, key: Sequence[str]) -> Column[Any]:
    plain = [each for each in get_args(hint) or (hint,) if each is not NoneType]
    kind = _TYPES[plain[0]]
    nullable = NoneType in get_args(hint)
    return Column(name, kind, primary_key=name in key, nullable=nullable, autoincrement=False)


def partial_index(name: str, *columns: str, where: str) -> Index:
    """An index on the rows of which `where` is true: a column of booleans, or a comparison.

    SQLite takes it only for queries that say it in the same words, and SQLAlchemy says `= 1` there.
    """
    same = where if "=" in where else f"{where} = 1"
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(same))


def fetch(connection: Connection, query: Select[Any], record: Callable[..., T]) -> list[T]:
    """The results of a query as records."""
    return [record(**found) for found in connection.execute(query).mappings()]


def among(
    connection: Connection, column: Column[Any], values: Collection[object]
) -> ColumnElement[bool]:
    """Whether a column has one of many values: one array on PostgreSQL, not many parameters."""
    if _is_postgres(connection):
        kind = postgresql.ARRAY(column.type)
        return column == any_(literal(list(values), kind))
    return column.in_(values)


def upsert(connection: Connection, target: Table, records: Sequence[Record]) -> None:
    """Insert records or replace those with the same key; no key may come twice.

    On PostgreSQL all of them are one JSON parameter: half of what executemany costs.
    """
    if not records:
        return
    if _is_postgres(connection):
        connection.execute(_postgres_upsert(target), {"records": records})
    else:
        connection.execute(_sqlite_upsert(target), _dicts(target, records))


def insert_many(connection: Connection, target: Table, records: Sequence[Record]) -> None:
    """Insert records nobody has inserted before; binary COPY on PostgreSQL, 3 µs a row."""
    if not records:
        return
    if _is_postgres(connection):
        _copy(connection, target, records)
    else:
        connection.execute(target.insert(), _dicts(target, records))


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


class _Records(TypeDecorator[Sequence[Record]]):
    """Dataclasses as one JSON array."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:  # noqa: ANN401 - a codec
        return lambda records: orjson.dumps(records).decode()


@lru_cache(maxsize=256)
def _postgres_upsert(target: Table) -> Executable:
    names = [column.name for column in target.columns]
    shape: ColumnElement[Any] = literal_column(f"NULL::{target.name}")
    rows = func.json_populate_recordset(shape, bindparam("records", type_=_Records()))
    valued = rows.table_valued(*names)
    source = select(*(valued.c[name] for name in names))
    insert = postgresql.insert(target).from_select(names, source)
    return insert.on_conflict_do_update(
        index_elements=list(target.primary_key.columns),
        set_={name: insert.excluded[name] for name in names},
    )


@lru_cache(maxsize=256)
def _sqlite_upsert(target: Table) -> Executable:
    insert = sqlite.insert(target)
    return insert.on_conflict_do_update(
        index_elements=list(target.primary_key.columns),
        set_={column.name: insert.excluded[column.name] for column in target.columns},
    )


def _dicts(target: Table, records: Iterable[Record]) -> list[dict[str, object]]:
    names = [column.name for column in target.columns]
    values = attrgetter(*names)
    return [dict(zip(names, values(record), strict=True)) for record in records]


def _copy(connection: Connection, target: Table, records: Iterable[Record]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    columns = list(target.columns)
    names = ", ".join(quote(column.name) for column in columns)
    values = attrgetter(*(column.name for column in columns))
    statement = f"COPY {quote(target.name)} ({names}) FROM STDIN (FORMAT BINARY)"
    driver: Any = connection.connection.driver_connection  # psycopg's: SQLAlchemy knows no COPY
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([_BINARY[type(column.type)] for column in columns])
        for record in records:
            copy.write_row(values(record))
