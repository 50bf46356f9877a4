"""Views with stable names over tables that carry versions: for BI, and whoever looks by hand."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, Table, select, text
from sqlalchemy.sql import visitors

from projections.tables import table, upsert

View = tuple[str, Select[tuple[object, ...]]]


@dataclass(slots=True, kw_only=True)
class Definition:
    """The text a view was made of."""

    name: str
    text: str


DEFINITIONS = table("view_definitions", Definition, key=["name"])


def renew(connection: Connection, views: Sequence[View]) -> None:
    """Views are replaced only when they changed: a replacement locks out whoever reads."""
    known = _definitions(connection)
    for view in views:
        if known.get(view[0]) != _text(connection, view):
            _make(connection, view, _text(connection, view))


def lead_to(connection: Connection, views: Sequence[View], target: Table, place: str) -> None:
    """Have views read the table `place` instead of `target`, which then can be dropped.

    PostgreSQL, which knows tables by number, keeps the views, what was granted on them and what
    others built on them; when `place` is renamed to `target`, they are what they were.
    """
    known = _definitions(connection)
    for view in views:
        plain = _text(connection, view)
        elsewhere = re.sub(rf"\b{target.name}\b", place, plain)
        if connection.dialect.name == "postgresql" and known.get(view[0]) == plain:
            connection.exec_driver_sql(f"CREATE OR REPLACE VIEW {view[0]} AS {elsewhere}")
        else:
            _make(connection, view, elsewhere)


def drop_those_of(connection: Connection, name: str) -> None:
    """Drop the views that were made of a table."""
    for view, definition in _definitions(connection).items():
        if re.search(rf"\b{name}\b", definition):
            connection.execute(text(f"DROP VIEW IF EXISTS {view}"))
            connection.execute(DEFINITIONS.delete().where(DEFINITIONS.c.name == view))


def reads(view: View, targets: Collection[Table]) -> bool:
    """Whether a view reads one of these tables."""
    return any(isinstance(each, Table) and each in targets for each in visitors.iterate(view[1]))


def _make(connection: Connection, view: View, definition: str) -> None:
    connection.execute(text(f"DROP VIEW IF EXISTS {view[0]}"))
    connection.exec_driver_sql(f"CREATE VIEW {view[0]} AS {definition}")
    made = Definition(name=view[0], text=_text(connection, view))
    upsert(connection, DEFINITIONS, [made])


def _definitions(connection: Connection) -> dict[str, str]:
    return {row.name: row.text for row in connection.execute(select(DEFINITIONS))}


def _text(connection: Connection, view: View) -> str:
    return str(view[1].compile(connection, compile_kwargs={"literal_binds": True}))
