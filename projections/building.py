"""The thread that builds read models beside those that are read, while these go on (ADR 32)."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from threading import Event
from time import monotonic

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from domain.log import Log
from domain.ports import Clock
from projections import builds, positions, stumbles
from projections.builds import NEXT, BuildRow
from projections.engines import writing
from projections.ownership import Ownership
from projections.positions import Fenced, key_of
from projections.projector import Projector
from projections.readmodel import ReadModel, onto
from projections.switching import switch
from projections.tables import beside

_POLL = 1.0  # s between looks for what is asked for, and at what has caught up
_LONGEST_PAUSE = 10.0  # s
_REST = 0.1  # of the time a portion took: others write too
_LONG_REST = 2.0  # the same, while what is read is itself behind
_BEHIND = 2000  # facts

_log = logging.getLogger("ampledger.projections")


class Builder:
    """Builds what is asked for and has a lease free, portion by portion, all in one pull.

    What it has done is in the database: another one goes on from there.
    """

    def __init__(
        self, engine: Engine, log: Log, models: Sequence[ReadModel], *, owner: str, clock: Clock
    ) -> None:
        """`owner` is unique per process start."""
        self.portion = 2000  # facts per transaction
        self._engine, self._log, self._clock = engine, log, clock
        self._models = {key_of(model): model for model in models}
        self._leases = {
            name: Ownership(engine, f"build {name}", owner=owner, clock=clock)
            for name in self._models
        }
        self._projector: Projector | None = None
        self._held: frozenset[str] = frozenset()
        self._surveyed: set[str] = set()  # whose statistics are fresh
        self._spent = 0.0
        self._rest = 0.0

    def run(self, stop: Event, active: Callable[[], bool]) -> None:
        """Build until `stop` is set; `active`: whether this process moves what is read."""
        pause = 0.1
        while not stop.is_set():
            begun = monotonic()
            try:
                moved = self.step(active=active())
                stop.wait(self._rest * (monotonic() - begun) if moved else _POLL)
                pause = 0.1
            except Fenced as fenced:
                _log.info("fenced", extra={"models": str(fenced)})
                self.forget()
            except Exception as error:  # noqa: BLE001 - it is tried again
                _log.exception("building read models failed")
                self._fail(error)
                stop.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        self.release()

    def step(self, *, active: bool) -> bool:
        """Take in a portion, switch what has caught up; whether anything was done.

        What nobody reads yet is switched only by who is `active`, else nobody would move it: it is
        kept close to the log meanwhile. Raises Fenced, the database's errors, Unavailable.
        """
        self._hold(self._asked())
        if self._projector is None:
            return False
        begun = monotonic()
        live = self._live()
        moved = self._projector.step(upto=self._ceiling(live)).moved
        self._spent += monotonic() - begun
        ripe = [name for name in self._held if self._is_ripe(name, live, active=active)]
        if ripe or self._spent >= _POLL:
            self._note()
        return sum(self._switch(name) for name in ripe) > 0 or moved

    def forget(self) -> None:
        """Look anew what there is to do."""
        self._projector, self._held = None, frozenset()

    def release(self) -> None:
        """Let the next one go on at once."""
        for name in self._held:
            with suppress(SQLAlchemyError):  # it ends by itself
                self._leases[name].release()
        self.forget()

    def _asked(self) -> Mapping[str, BuildRow]:
        with self._engine.connect() as connection:
            asked = builds.unfinished(connection)
        return {name: row for name, row in asked.items() if name in self._models}

    def _hold(self, asked: Mapping[str, BuildRow]) -> None:
        held = frozenset(name for name in asked if self._leases[name].hold())
        new = [name for name in held if asked[name].begun_at is None]
        for name in new:
            self._begin(name)
        if new or held != self._held or self._projector is None:
            self._held = held
            models = [onto(self._models[n], beside(self._models[n].table, NEXT)) for n in held]
            made = Projector(self._engine, self._log, models, clock=self._clock, limit=self.portion)
            self._projector = made if held else None

    def _begin(self, name: str) -> None:
        """An empty table, whatever was left there."""
        table = self._models[name].table
        with writing(self._engine) as connection:
            if not builds.begin(connection, name, at=self._clock()):
                return
            connection.execute(text(f"DROP TABLE IF EXISTS {name}{NEXT}"))
            free = _free_suffix(connection, [str(index.name) for index in table.indexes])
            beside(table, NEXT, indexes=free).create(connection)
            stumbles.forget(connection, f"{name}{NEXT}")
            positions.put(connection, f"{name}{NEXT}", 0)
        self._surveyed.discard(name)
        _log.info("read model begun beside", extra={"model": name})

    def _live(self) -> Mapping[str, int]:
        with self._engine.connect() as connection:
            known = positions.read(connection)
        return {name: known[name] for name in self._models if name in known}

    def _ceiling(self, live: Mapping[str, int]) -> int:
        """What is built never overtakes what is read: to switch is no step back for anybody."""
        head = self._log.position()
        slowest = min(live.values(), default=head)
        self._rest = _LONG_REST if head - slowest > _BEHIND else _REST
        return min((live[name] for name in self._held if name in live), default=head)

    def _is_ripe(self, name: str, live: Mapping[str, int], *, active: bool) -> bool:
        assert self._projector is not None  # noqa: S101 - `step` has made it
        built = self._projector.positions.get(f"{name}{NEXT}", 0)
        if name not in live and not active:
            return False
        return live.get(name, self._log.position()) - built < self.portion

    def _switch(self, name: str) -> bool:
        if name not in self._surveyed:
            self._survey(name)
        model, now = self._models[name], self._clock()
        done = switch(self._engine, self._log, model, at=now, limit=self.portion)
        if done:
            _log.info("read model switched", extra={"model": name})
            self._leases[name].release()
            self.forget()
        return done

    def _survey(self, name: str) -> None:
        """PostgreSQL plans queries of a table it has never looked at badly."""
        if self._engine.dialect.name == "postgresql":
            with writing(self._engine) as connection:
                if not positions.locked(connection, [f"{name}{NEXT}"]):
                    raise Fenced(name)
                connection.execute(text(f"ANALYZE {name}{NEXT}"))
        self._surveyed.add(name)

    def _note(self) -> None:
        with writing(self._engine) as connection:
            builds.spend(connection, self._held, self._spent)
        self._spent = 0.0

    def _fail(self, error: Exception) -> None:
        with suppress(SQLAlchemyError), writing(self._engine) as connection:
            builds.fail(connection, self._held, repr(error)[:500])
        self.forget()


def _free_suffix(connection: Connection, indexes: Collection[str]) -> str:
    """SQLite cannot rename indexes: those of the table before may have the names already."""
    if connection.dialect.name != "sqlite":
        return NEXT
    query = text("SELECT name FROM sqlite_master WHERE type = 'index'")
    taken = set(connection.scalars(query))
    return f"{NEXT}_" if any(f"{name}{NEXT}" in taken for name in indexes) else NEXT
