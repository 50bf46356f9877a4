"""A log, a clock and the read models: aggregates tell, rows are looked at."""

import weakref
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

from domain import facts
from domain.log import StoredFact
from domain.model.aggregate import Aggregate
from domain.model.call import Call
from domain.model.station import Station
from domain.model.values import Profile, Socket
from domain.store.memory import MemoryLog
from projections import builds, positions
from projections.building import Builder
from projections.engines import engine, writing
from projections.migration import READ_MODELS, migrate
from projections.projector import Projector
from projections.readmodel import ReadModel

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Scene:
    """`tell` puts on record what aggregates have decided; `project` brings the rows up to date."""

    def __init__(self, database: Engine | None = None) -> None:
        if database is None:
            database = engine("sqlite://")
            weakref.finalize(self, database.dispose)
            migrate(database)
        self.engine = database
        self.log = MemoryLog()
        self.now = NOON
        self.projector = self.another_projector()

    def clock(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def another_projector(
        self, *, limit: int = 1000, models: Sequence[ReadModel] = READ_MODELS
    ) -> Projector:
        return Projector(self.engine, self.log, models, clock=self.clock, limit=limit)

    def set_back(self, *models: ReadModel) -> None:
        """Rows and positions as an old copy of the database would have them."""
        with writing(self.engine) as connection:
            for model in models:
                connection.execute(model.table.delete())
                positions.put(connection, positions.key_of(model), 0)

    def ask(self, *models: ReadModel) -> list[str]:
        names = [positions.key_of(model) for model in models]
        with writing(self.engine) as connection:
            return builds.ask(connection, names, by="olga", at=self.now)

    def builder(self, owner: str = "b", *, models: Sequence[ReadModel] = READ_MODELS) -> Builder:
        return Builder(self.engine, self.log, models, owner=owner, clock=self.clock)

    def rebuild(self, *models: ReadModel, portion: int = 1000) -> None:
        """Have them built beside, and switched."""
        self.ask(*models)
        builder = self.builder(models=models)
        builder.portion = portion
        while builder.step(active=True):
            pass

    def tell(self, *aggregates: Aggregate) -> None:
        found = [fact for each in aggregates for fact in each.collect_events()]
        self.log.commit([facts.encode(fact, "cause") for fact in found], [])  # type: ignore[arg-type]

    def tell_stored(self, stream: str, model: ReadModel, state: bytes) -> int:
        """A fact as it is stored, of a topic that a read model wants; its position."""
        fact = StoredFact(stream, 1, min(model.topics), state, "cause")
        return self.log.commit([fact], [])

    def project(self) -> None:
        while self.projector.step().moved:
            pass

    def read(self, query: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        with self.engine.connect() as connection:
            return query(connection, *args, **kwargs)

    def shown(self, query: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        self.project()
        return self.read(query, *args, **kwargs)

    def registered(self, id: str = "CP1", **profile: Any) -> Station:
        return Station.register(id, Profile(**profile), by="olga", at=self.now)

    def connected(self, id: str = "CP1", *, connection: int = 5, node: str = "g1") -> Station:
        station = self.registered(id)
        self.connect(station, connection=connection, node=node)
        return station

    def connect(self, station: Station, *, connection: int, node: str = "g1", **proof: Any) -> None:
        socket = Socket(
            connection=connection, node=node, protocol="ocpp1.6", remote="10.0.0.1", **proof
        )
        station.connect(socket, at=self.now)

    def requested(
        self,
        id: str,
        station: str = "CP1",
        *,
        ttl: float = 600,
        payload: str = '{"type":"Soft"}',
        sealed: bool = False,
    ) -> Call:
        return Call.request(
            id,
            station=station,
            protocol="ocpp1.6",
            action="Reset",
            payload=payload,
            by="olga",
            expires_at=self.now + timedelta(seconds=ttl),
            timeout=30,
            sealed=sealed,
            at=self.now,
        )


def tables(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every read model."""
    return {table.name: rows_of(connection, table) for table in (m.table for m in READ_MODELS)}


def rows_of(connection: Connection, table: Table) -> list[tuple[object, ...]]:
    """Every row of a table, in the order of its key."""
    return [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
