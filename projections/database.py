"""The way of others to the read models: a query or a change in, its result out."""

from collections.abc import Callable, Collection
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from projections import positions
from projections.engines import translated, writing
from projections.migration import READ_MODELS, migrate

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """Runs the queries of the read models' modules; blocking, for worker threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """For those that keep their own transactions."""
        return self._engine

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def migrate(self, *, has_facts: bool = False) -> None:
        """Make what is missing; raises Unavailable. `has_facts`: the log holds some already."""
        with translated():
            migrate(self._engine, has_facts=has_facts)

    def read(
        self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The result of a query; raises Unavailable when the database is away."""
        with translated(), self._engine.connect() as connection:
            return query(connection, *args, **kwargs)

    def guarded(self, query: Callable[[], T]) -> T:
        """The result of a query that opens its own connection; raises Unavailable."""
        with translated():
            return query()

    def write(
        self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The result of a change in a transaction of its own; raises Unavailable, Conflict."""
        with translated(), writing(self._engine) as connection:
            return change(connection, *args, **kwargs)


def reached(connection: Connection) -> int:
    """The position up to which every read model is: read your writes."""
    known = positions.read(connection)
    return min(known.get(positions.key_of(model), 0) for model in READ_MODELS)


def passed(connection: Connection, places: Collection[int]) -> set[int]:
    """Which of these positions every read model has reached."""
    place = reached(connection)
    return {each for each in places if each <= place}
