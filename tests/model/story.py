"""Given facts, when a decision, then facts: how the tests of aggregates read."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Self, TypeVar, cast

from domain import facts
from domain.model.aggregate import Aggregate, Chronicle, Fact

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
A = TypeVar("A", bound=Aggregate)


class Story(Generic[A]):
    """An aggregate and what was told since it was given."""

    def __init__(self, aggregate: A) -> None:
        self.aggregate = aggregate
        self.answer: object = None

    def when(self, decision: Callable[..., object], *args: object, **kwargs: object) -> Self:
        self.answer = decision(self.aggregate, *args, **kwargs)
        return self

    def _told(self) -> list[Fact]:
        return cast("list[Fact]", self.aggregate.pending_events)

    def then(self, *expected: tuple[type[Fact], dict[str, Any]]) -> Self:
        told = [(type(fact), essence(fact)) for fact in self._told()]
        assert [kind for kind, _ in told] == [kind for kind, _ in expected]
        for (_, values), (_, wanted) in zip(told, expected, strict=True):
            assert wanted.items() <= values.items()
        return self


def given(aggregate: A) -> Story[A]:
    """The aggregate as its stored facts leave it: what is replayed is what is live."""
    live = dict(vars(aggregate))
    told = [facts.encode(fact, "") for fact in aggregate.take_facts()]
    replayed: Any = None
    for row in told:
        replayed = facts.decode(row.stream, row.version, row.topic, row.state).mutate(replayed)
    if told and told[0].version == 1 and not isinstance(aggregate, Chronicle):
        assert vars(replayed) == live | {"_pending_events": []}
        return Story(replayed)
    return Story(aggregate)


def essence(fact: Fact) -> dict[str, Any]:
    """A fact without what every fact has."""
    common = {"originator_id", "originator_version", "originator_topic", "timestamp"}
    return {name: value for name, value in vars(fact).items() if name not in common}
