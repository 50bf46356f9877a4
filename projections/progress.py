"""How far the read models are: for metrics, and for those who act on their rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, Engine

from domain.log import Log
from domain.ports import Clock
from projections import positions
from projections.positions import key_of
from projections.readmodel import ReadModel


class Lag(NamedTuple):
    """How far a read model is behind the log."""

    positions: int
    seconds: float  # age of the oldest fact it has not passed


def lag(engine: Engine, log: Log, models: Sequence[ReadModel], *, clock: Clock) -> dict[str, Lag]:
    """How far each read model is behind, by name; those that nobody reads yet are left out."""
    with engine.connect() as connection:
        reached = positions.read(connection)
    head, now = log.position(), clock()
    places = {model.name: reached[key_of(model)] for model in models if key_of(model) in reached}
    ages = {place: _age(log, place, head, now) for place in set(places.values())}
    return {name: Lag(max(0, head - place), ages[place]) for name, place in places.items()}


def _age(log: Log, place: int, head: int, now: datetime) -> float:
    """A fact that this version of the program cannot read still tells when it was."""
    ages = (
        now - datetime.fromisoformat(orjson.loads(oldest.state)["timestamp"])
        for oldest in (log.since(place, limit=1) if place < head else ())
    )
    return max(0.0, *(age.total_seconds() for age in ages), 0.0)


class Trust:
    """Whether rows of some read models may be acted on: not while they show what is long gone.

    A database that was restored passes through such states, and so does a start after an outage.
    """

    def __init__(self, log: Log, models: Sequence[ReadModel]) -> None:
        self._log, self._names = log, [key_of(model) for model in models]
        self._seen: int | None = None

    def forget(self) -> None:
        """Somebody else acts now: what he has seen is not known."""
        self._seen = None

    def holds(self, connection: Connection) -> bool:
        """Whether all are at one position, and it is behind no position seen before."""
        if self._seen is None:
            self._seen = self._log.position()
        known = positions.read(connection)
        places = {known.get(name, 0) for name in self._names}
        if len(places) > 1 or min(places) < self._seen:
            return False
        self._seen = min(places)
        return True
