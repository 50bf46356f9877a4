"""The moment in which a table that was built takes the place of the one that is read (ADR 32)."""

from datetime import datetime

from sqlalchemy import Connection, Engine, Table, text
from sqlalchemy.exc import OperationalError

from projections import builds, positions, stumbles, views
from projections.builds import NEXT
from projections.engines import writing
from projections.migration import be_alone, views_of
from projections.positions import Fenced, key_of
from projections.projector import Facts, is_of_the_fact, take_in
from projections.readmodel import ReadModel, onto
from projections.tables import beside

_PATIENCE = "300ms"  # that readers may have to wait behind us while we wait for one of them
_BUSY = frozenset({"55P03", "40P01"})  # PostgreSQL: lock not available, deadlock detected


def switch(engine: Engine, log: Facts, model: ReadModel, *, at: datetime, limit: int) -> bool:
    """Put what was built in the place of what is read, in one transaction.

    False when it cannot be now: somebody reads too long, or `limit` facts or more are missing.
    Raises Fenced when somebody else has done it.
    """
    try:
        with writing(engine) as connection:
            return _switched(connection, log, model, at=at, limit=limit)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") in _BUSY:
            return False
        raise
    except Exception as error:
        if is_of_the_fact(error):
            return False  # the next step passes it, and notes it
        raise


def _switched(
    connection: Connection, log: Facts, model: ReadModel, *, at: datetime, limit: int
) -> bool:
    """Whoever projects waits at the position's lock, and goes on with the new rows."""
    built = onto(model, beside(model.table, NEXT))
    name, beside_it = key_of(model), key_of(built)
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
        be_alone(connection)
    known = positions.locked(connection, [name, beside_it])
    if beside_it not in known:
        raise Fenced(beside_it)
    reached = known[beside_it]
    place = max(known.get(name, reached), reached)
    if not take_in(connection, log, built, after=reached, upto=place, limit=limit):
        return False
    _exchange(connection, model.table, built.table)
    stumbles.rename(connection, beside_it, name)
    positions.put(connection, name, place)
    positions.drop(connection, beside_it)
    builds.finish(connection, name, reached=place, at=at)
    return True


def _exchange(connection: Connection, old: Table, new: Table) -> None:
    """Views first, then tables: in the order in which whoever reads a view locks them."""
    views.lead_to(connection, views_of(old), old, new.name)
    connection.execute(text(f"DROP TABLE {old.name}"))
    connection.execute(text(f"ALTER TABLE {new.name} RENAME TO {old.name}"))
    if connection.dialect.name == "postgresql":
        _rename_indexes(connection, old.name)


def _rename_indexes(connection: Connection, name: str) -> None:
    query = text(
        "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename = :name"
    )
    found = list(connection.scalars(query, {"name": name}))
    for index in (each for each in found if NEXT in each):
        connection.execute(text(f"ALTER INDEX {index} RENAME TO {index.replace(NEXT, '')}"))
