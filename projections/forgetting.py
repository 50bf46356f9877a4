"""Forgetting a token: nobody opens what it sealed, its tag leaves the rows, its key is destroyed.

Each step is on record, and what is due is looked for: it goes on after any restart, and may be done
twice. The rows are as a rebuild makes them once the key is gone.
"""

import logging
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from domain.log import Log
from domain.model.token import Token
from domain.ports import Clock, Keyring
from domain.sealing.cache import LOOK_EVERY, OPEN_FOR
from domain.sealing.names import tag_of
from projections import positions, transactions
from projections.engines import translated, writing
from projections.scrubbing import Scrubbing

CLOSED_AFTER = OPEN_FOR + timedelta(seconds=3 * LOOK_EVERY)  # by then nobody opens what it sealed
_POSITION = "forgetting"
_PORTION = 1000  # facts
_STRIDE = 10_000  # positions that may be looked at again after a restart

_log = logging.getLogger("ampledger.projections")


class Progress(NamedTuple):
    """What a step has done."""

    forgotten: int = 0
    destroyed: int = 0


class Forgetting:
    """Done by whoever owns the projections. Raises Unavailable."""

    def __init__(self, engine: Engine, stored: Log, keyring: Keyring, *, clock: Clock) -> None:
        self._engine, self._stored, self._keyring = engine, stored, keyring
        self._clock = clock
        self._position = self._noted = -1

    def step(self) -> Progress:
        """Note what was forgotten since the last step, destroy what was long enough ago."""
        return Progress(self._forget(), self._destroy())

    def _forget(self) -> int:
        if self._position < 0:
            self._position = self._noted = self._begun()
        head = self._stored.position()
        if head <= self._position:
            return 0
        topics = (Token.Forgotten.TOPIC,)
        found = self._stored.since(self._position, limit=_PORTION, topics=topics)
        at = self._clock()
        count = sum(self._keyring.forget(tag_of(each.stream), at=at) for each in found)
        full = len(found) == _PORTION
        self._move(found[-1].position if full else max(head, self._position), told=bool(found))
        return count

    def _begun(self) -> int:
        with translated(), writing(self._engine) as connection:
            positions.begin(connection, [_POSITION])
            return positions.read(connection)[_POSITION]

    def _move(self, position: int, *, told: bool) -> None:
        self._position = position
        if not told and position - self._noted < _STRIDE:
            return
        try:
            with translated(), writing(self._engine) as connection:
                positions.advance(connection, [_POSITION], old=self._noted, new=position)
            self._noted = position
        except positions.Fenced:
            self._position = -1  # another process was at work: from where it is

    def _destroy(self) -> int:
        due = self._keyring.forgotten(self._clock() - CLOSED_AFTER)
        ended = [key for key in due if not self._charges(key.tag)]
        for key in ended:
            with translated():
                rows = Scrubbing(self._engine, key).run()
            self._keyring.destroy(key.pseudonym)
            _log.info("a token is forgotten", extra={"pseudonym": key.pseudonym, "rows": rows})
        return len(ended)

    def _charges(self, tag: str) -> bool:
        """Whether a start with it, that a station may repeat, came after it was forgotten."""
        with translated(), self._engine.connect() as connection:
            return bool(transactions.listed(connection, id_tag=tag, open=True, limit=1))
