"""One process at a time does a piece of work; the others wait for its lease to end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from domain.ports import Clock
from projections.engines import writing
from projections.tables import table


@dataclass(slots=True, kw_only=True)
class LeaseRow:
    """`owner` does the work `name` until `until`."""

    name: str
    owner: str
    until: datetime


LEASES = table("leases", LeaseRow, key=["name"])
_VALID = timedelta(seconds=5)  # without its owner the work stands still that long


class Ownership:
    """A lease on a piece of work.

    It is a courtesy between clocks that agree to a few seconds; what must never happen twice is
    fenced by the positions.
    """

    def __init__(
        self, engine: Engine, name: str, *, owner: str, clock: Clock, valid: timedelta = _VALID
    ) -> None:
        """`owner` is unique per process start."""
        self._engine, self._clock = engine, clock
        self._name, self._owner, self._valid = name, owner, valid
        self._renew_after: datetime | None = None

    def hold(self) -> bool:
        """Whether this process owns the work now; renews a lease of which a third has passed."""
        now = self._clock()
        if self._renew_after is not None and now < self._renew_after:
            return True
        held = self._take(now)
        self._renew_after = now + self._valid / 3 if held else None
        return held

    def release(self) -> None:
        """Let the next one begin at once."""
        self._renew_after = None
        mine = (LEASES.c.name == self._name, LEASES.c.owner == self._owner)
        with writing(self._engine) as connection:
            connection.execute(LEASES.delete().where(*mine))

    def _take(self, now: datetime) -> bool:
        with writing(self._engine) as connection:
            insert: Callable[..., postgresql.Insert | sqlite.Insert] = (
                sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
            )
            values = {"owner": self._owner, "until": now + self._valid}
            free = (LEASES.c.owner == self._owner) | (LEASES.c.until <= now)
            statement = insert(LEASES).values(name=self._name, **values)
            taken = statement.on_conflict_do_update(
                index_elements=[LEASES.c.name], set_=values, where=free
            )
            return connection.execute(taken.returning(LEASES.c.owner)).first() is not None


def owner_of(engine: Engine, name: str) -> str:
    """Who had the lease last, "" when nobody has."""
    with engine.connect() as connection:
        found = connection.scalar(select(LEASES.c.owner).where(LEASES.c.name == name))
    return found or ""
