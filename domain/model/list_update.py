"""An update of a station's local list under way: a chain of calls, each sent when it is its turn.

A station takes so many entries at a time (SendLocalListMaxLength, rule L4): a longer update is a
Full and Differentials, or several Differentials, and the next makes sense only after the one before
was accepted.
"""

import json
from datetime import datetime
from typing import Self
from uuid import UUID, uuid5

from domain.model.aggregate import Aggregate, Birth, Fact

_PARTS = UUID("0d3a6d54-2c2e-5a0b-8a43-7f0f7a3c1c11")  # the name space of their calls


def part_id(update: str, number: int) -> str:
    """The call that carries a part of an update, counted from 1."""
    return str(uuid5(_PARTS, f"{update} {number}"))


class ListUpdate(Aggregate):
    """The updates of one station, one at a time."""

    TOPIC = "list_update"
    SNAPSHOT_EVERY = 50

    class Begun(Birth):
        """The first update of the station is to be planned."""

        TOPIC = "list_update.begun"
        station: str

    class Planned(Fact):
        """These parts are to be sent; the first one at once."""

        TOPIC = "list_update.planned"
        update: str
        payloads: str  # JSON: the payload of each part, as text
        part_size: int  # entries of a part at most, 0 for any number
        automatic: bool
        ttl: int  # s that a part may wait for a connection
        timeout: int  # s to wait for an answer
        by: str

        def apply(self, update: "ListUpdate") -> None:
            update.name, update.by, update.automatic = self.update, self.by, self.automatic
            update.payloads, update.part = json.loads(self.payloads), 1
            update.part_size, update.ttl, update.timeout = self.part_size, self.ttl, self.timeout

    class Advanced(Fact):
        """A part was accepted: it is the turn of the next."""

        TOPIC = "list_update.advanced"
        update: str
        part: int

        def apply(self, update: "ListUpdate") -> None:
            update.part = self.part

    class Finished(Fact):
        """The last part was accepted."""

        TOPIC = "list_update.finished"
        update: str

        def apply(self, update: "ListUpdate") -> None:
            update.payloads, update.part = [], 0

    class Abandoned(Fact):
        """The rest is not sent."""

        TOPIC = "list_update.abandoned"
        update: str
        reason: str

        def apply(self, update: "ListUpdate") -> None:
            update.payloads, update.part = [], 0

    def __init__(self, *, station: str) -> None:
        self.station = station
        self.name, self.by, self.automatic = "", "", False  # of the last one planned
        self.payloads: list[str] = []
        self.part = 0  # the one whose turn it is, counted from 1; 0: nothing is under way
        self.part_size, self.ttl, self.timeout = 0, 0, 0

    @classmethod
    def id_of(cls, station: str) -> str:
        """The stream of a station's updates."""
        return f"list_update:{station}"

    @classmethod
    def begin(cls, station: str, *, at: datetime) -> Self:
        """Nothing was ever sent part by part."""
        stream = cls.id_of(station)
        return cls._create(cls.Begun, id=stream, station=station, timestamp=at)

    @property
    def under_way(self) -> bool:
        """Whether parts are still to be answered."""
        return self.part > 0

    @property
    def call(self) -> str:
        """The call whose turn it is, "" when nothing is under way."""
        return part_id(self.name, self.part) if self.part else ""

    @property
    def payload(self) -> str:
        """What that call sends."""
        return self.payloads[self.part - 1]

    @property
    def rest(self) -> list[str]:
        """What is to be sent after it."""
        return self.payloads[self.part :]

    def plan(
        self,
        name: str,
        payloads: tuple[str, ...],
        *,
        part_size: int,
        ttl: int,
        timeout: int,
        by: str,
        automatic: bool = False,
        at: datetime,
    ) -> None:
        """Begin an update; what is under way is the caller's to abandon."""
        self.trigger_event(
            self.Planned,
            update=name,
            payloads=json.dumps(payloads, ensure_ascii=False),
            part_size=part_size,
            automatic=automatic,
            ttl=ttl,
            timeout=timeout,
            by=by,
            timestamp=at,
        )

    def advance(self, call: str, *, at: datetime) -> bool:
        """A list was accepted; returns whether the next part is to be sent now.

        What is planned rests on what was sent before: a list that came from elsewhere ends it.
        """
        if not self.under_way:
            return False
        if call != self.call:
            self.abandon("another list was accepted in between", at=at)
        elif self.rest:
            self.trigger_event(self.Advanced, update=self.name, part=self.part + 1, timestamp=at)
        else:
            self.trigger_event(self.Finished, update=self.name, timestamp=at)
        return self.under_way

    def fail(self, call: str, status: str, *, at: datetime) -> None:
        """A list was not accepted; when it is the part whose turn it was, the others are void."""
        if call == self.call:
            self.abandon(f"part {self.part} of {len(self.payloads)}: {status}", at=at)

    def abandon(self, reason: str, *, at: datetime) -> None:
        """Send no more."""
        if self.under_way:
            self.trigger_event(self.Abandoned, update=self.name, reason=reason, timestamp=at)
