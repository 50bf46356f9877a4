"""Facts in, rows and positions out: one transaction per batch (ADR 4)."""

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError, StatementError

from domain import facts
from domain.log import Notification
from domain.ports import Clock
from projections import positions, stumbles
from projections.engines import writing
from projections.positions import key_of
from projections.readmodel import Noted, ReadModel
from projections.stumbles import Stumble

# What a single fact can do to a read model, as opposed to what the database can.
_POISON = (
    *(DataError, IntegrityError),
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
    facts.UnknownTopic,
)
_NUL, _REPLACEMENT = b"\\u0000", b"\\ufffd"  # PostgreSQL refuses NUL in text

_log = logging.getLogger("ampledger.projections")


class _Undecodable(NamedTuple):
    """In place of a fact that cannot be read: whoever wants it stumbles."""

    position: int
    topic: str
    error: Exception


_Found = Noted | _Undecodable


class Facts(Protocol):
    """What is projected: a log, or some of one. As in `domain.log.Log`."""

    def since(
        self, position: int, *, limit: int, topics: Sequence[str] = ()
    ) -> Sequence[Notification]:
        """Facts after a position, in order, of these topics."""
        ...

    def position(self) -> int:
        """How far they reach."""
        ...

    def wait(self, position: int, timeout: float) -> None:
        """Return when there may be more."""
        ...


class Step(NamedTuple):
    """What a step has done: whether any position moved, whether there is more, who has news."""

    moved: bool
    full: bool
    news: frozenset[str]


class Projector:
    """Moves read models forward. Those at one position share a pull; a laggard catches up alone."""

    def __init__(
        self,
        engine: Engine,
        log: Facts,
        models: Sequence[ReadModel],
        *,
        clock: Clock,
        limit: int = 1000,
    ) -> None:
        """`limit` is how many facts are taken in per transaction."""
        self._engine, self._log, self._clock = engine, log, clock
        self._models = {key_of(model): model for model in models}
        self._limit = limit
        self._positions: dict[str, int] = {}  # empty: not known
        self._full = False  # whether a pull of this step took in all it may

    @property
    def positions(self) -> Mapping[str, int]:
        """How far each read model has come, by the name of its position."""
        return self._positions

    def step(self, *, upto: int | None = None) -> Step:
        """Take in a batch, for each laggard too; nothing after `upto`.

        A read model without a position is left alone: it is being built. Raises Fenced when
        somebody else has moved a position: `forget`, and the next step starts from there. Raises
        the database's errors, and Unavailable of the log.
        """
        if len(self._positions) < len(self._models):
            self._positions = self._read_positions()
        if not self._positions:
            return Step(moved=False, full=False, news=frozenset())
        before = dict(self._positions)
        self._full = False
        lead = max(before.values())
        news: set[str] = set()
        for position in sorted({each for each in before.values() if each < lead}):
            news |= self._advance(position, upto=lead)
        news |= self._advance(lead, upto=upto)
        return Step(self._positions != before, self._full, frozenset(news))

    def forget(self) -> None:
        """Read the positions anew in the next step."""
        self._positions = {}

    def wait(self, timeout: float) -> None:
        """Return when there may be more, or after `timeout` seconds."""
        reached = max(self._positions.values(), default=None)
        self._log.wait(self._log.position() if reached is None else reached, timeout)

    def _read_positions(self) -> dict[str, int]:
        with self._engine.connect() as connection:
            known = positions.read(connection)
        return {name: known[name] for name in self._models if name in known}

    def _advance(self, position: int, *, upto: int | None) -> set[str]:
        """Move all that stand at a position, together or, when one of them stumbles, alone."""
        names = [name for name, reached in self._positions.items() if reached == position]
        noted, new = self._pull(names, position, upto)
        if new == position:
            return set()
        if self._stumbles(names, position, noted, new):
            for name in names:
                self._creep(name, position, noted, new)
        told = {each.topic for each in noted}
        return {self._models[n].name for n in names if not told.isdisjoint(self._models[n].topics)}

    def _pull(
        self, names: Sequence[str], position: int, upto: int | None
    ) -> tuple[list[_Found], int]:
        """Facts of the topics wanted, and the position they lead to, past facts nobody wants."""
        head = self._log.position() if upto is None else upto
        if head <= position:
            return [], position
        topics = sorted(frozenset().union(*(self._models[name].topics for name in names)))
        found = self._log.since(position, limit=self._limit, topics=topics)
        within = [each for each in found if upto is None or each.position <= upto]
        last = within[-1].position if within else position
        full = len(within) == self._limit
        self._full = self._full or full
        new = last if full else max(head, last)
        return [_noted(each) for each in within], new

    def _commit(self, names: Collection[str], old: int, noted: Sequence[_Found], new: int) -> None:
        with writing(self._engine) as connection:
            positions.advance(connection, names, old=old, new=new)
            for model in (self._models[name] for name in names):
                if wanted := [_read(each) for each in noted if each.topic in model.topics]:
                    model.project(connection, wanted)
        self._positions.update(dict.fromkeys(names, new))

    def _creep(self, name: str, old: int, noted: Sequence[_Found], new: int) -> None:
        """Take in a batch with a fact that cannot be taken in: halve it until only that is left."""
        error = self._stumbles([name], old, noted, new)
        if error is None:
            return
        if len(noted) <= 1:
            self._skip(name, old, new, error=error, at=noted[-1].position if noted else new)
            return
        middle = len(noted) // 2
        between = noted[middle - 1].position
        self._creep(name, old, noted[:middle], between)
        self._creep(name, between, noted[middle:], new)

    def _stumbles(
        self, names: Collection[str], old: int, noted: Sequence[_Found], new: int
    ) -> Exception | None:
        """Why a batch could not be taken in; None when it was."""
        try:
            self._commit(names, old, noted, new)
        except _POISON as error:
            return error
        except StatementError as error:  # also a value that cannot be bound, before any database
            if not isinstance(error.orig, _POISON):
                raise
            return error
        return None

    def _skip(self, name: str, old: int, new: int, *, error: Exception, at: int) -> None:
        _log.error("stumbled", extra={"model": name, "position": at}, exc_info=error)
        stumble = Stumble(name=name, position=at, error=repr(error), at=self._clock())
        with writing(self._engine) as connection:
            positions.advance(connection, [name], old=old, new=new)
            stumbles.note(connection, stumble)
        self._positions[name] = new


def take_in(
    connection: Connection, log: Facts, model: ReadModel, *, after: int, upto: int, limit: int
) -> bool:
    """Bring one read model from a position to another, within the caller's transaction.

    False, and nothing is done, when that takes `limit` facts or more. Raises what a fact raises
    that cannot be taken in: `is_of_the_fact`.
    """
    found = log.since(after, limit=limit, topics=sorted(model.topics))
    within = [each for each in found if each.position <= upto]
    if len(within) == limit:
        return False
    if within:
        model.project(connection, [_read(_noted(each)) for each in within])
    return True


def is_of_the_fact(error: Exception) -> bool:
    """Whether an error is a fact's doing, as opposed to the database's."""
    cause = error.orig if isinstance(error, StatementError) else error
    return isinstance(error, _POISON) or isinstance(cause, _POISON)


def _noted(found: Notification) -> _Found:
    state = found.state.replace(_NUL, _REPLACEMENT) if _NUL in found.state else found.state
    try:
        fact = facts.decode(found.stream, found.version, found.topic, state)
    except _POISON as error:
        return _Undecodable(found.position, found.topic, error)
    return Noted(found.position, found.topic, fact)


def _read(found: _Found) -> Noted:
    if isinstance(found, _Undecodable):
        raise found.error.with_traceback(None)
    return found
