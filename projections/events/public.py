"""What makes an event public: a type with a version, a shape, and how a fact fills it."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from domain.model.aggregate import Fact


class Data(Struct):
    """The `data` of an event. A shape never changes: another one is another version of the type."""


class About(NamedTuple):
    """Whom an event is about."""

    subject: str
    station: str = ""  # "" when it is of no station


class Public(NamedTuple):
    """A fact with a public meaning."""

    name: str  # the type of the event
    fact: type[Fact]
    data: type[Data]
    about: Callable[[Any, str], About]  # of the fact, and the station that caused it
    members: Mapping[str, Callable[[Any], object]]  # those that are not the fact's own


def public(
    name: str,
    fact: type[Fact],
    data: type[Data],
    about: Callable[[Any, str], About],
    /,
    **members: Callable[[Any], object],
) -> Public:
    """Members of `data` that are not named here are the fact's own."""
    return Public(f"ampledger.{name}", fact, data, about, members)


def of_station(prefix: str) -> Callable[[Any, str], About]:
    """Of facts in a stream that is called after its station."""

    def about(fact: Fact, _: str) -> About:
        whose = fact.originator_id.removeprefix(prefix)
        return About(f"station/{whose}", whose)

    return about
