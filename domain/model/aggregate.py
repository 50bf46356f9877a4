"""The foundation of all aggregates: text ids, frozen facts, strict topics."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Self, cast

from eventsourcing.domain import (
    BaseAggregate,
    CanInitAggregate,
    CanMutateAggregate,
    MetaDomainEvent,
)


class Fact(CanMutateAggregate[str], metaclass=MetaDomainEvent):
    """Something that happened; `timestamp` is when we received what led to it."""

    originator_id: str
    originator_version: int
    timestamp: datetime


class Birth(Fact, CanInitAggregate[str]):
    """The first fact of a stream: it makes the aggregate."""

    originator_topic: str


class Aggregate(BaseAggregate[str]):
    """A unit of decision with one stream of facts.

    One that is often asked has `SNAPSHOT_EVERY`, a number of facts. `ADDED` is the state that older
    snapshots do not hold, as it was before it came to be.
    """

    ADDED: ClassVar[Mapping[str, object]] = MappingProxyType({})

    class Event(Fact):
        """The library's own base; never triggered."""

    def take_facts(self) -> "list[Fact]":
        """The facts told since they were last taken."""
        return cast("list[Fact]", self.collect_events())  # no other kind is ever triggered


class Chronicle(Aggregate):
    """A log beside its subject: it is restored from its last facts alone, never replayed whole."""

    @classmethod
    def resume(cls, stream: str, last: Sequence[Fact], *, at: datetime) -> Self:
        """The log as its last facts leave it; empty when there are none."""
        log = cls.__new__(cls)
        log.__base_init__(stream, last[-1].originator_version if last else 0, at)
        log.__init__()  # type: ignore[misc]
        for fact in last:
            fact.apply(log)
        return log


class Refused(Exception):
    """A wish that cannot be granted. `kind` is one of the constants below."""

    NOT_FOUND = "not_found"
    NOT_CONNECTED = "not_connected"
    CONFLICT = "conflict"
    INVALID = "invalid"

    def __init__(self, message: str, kind: str = CONFLICT) -> None:
        super().__init__(message)
        self.kind = kind
