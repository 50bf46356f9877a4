"""All public events: which fact becomes which, and how it is written."""

from collections.abc import Collection
from datetime import datetime
from types import MappingProxyType

import msgspec

from domain import facts
from domain.log import Notification
from domain.model.aggregate import Fact
from projections.events import (
    calls,
    campaigns,
    certificates,
    charging,
    configuration,
    connectors,
    jobs,
    local_lists,
    meters,
    quarantine,
    reservations,
    security,
    stations,
    tokens,
    transactions,
)
from projections.events.event import Event
from projections.events.public import Data, Public

SOURCE = "/ampledger"
SUBJECTS = (  # in the order of the documentation
    stations,
    connectors,
    transactions,
    meters,
    tokens,
    reservations,
    calls,
    charging,
    configuration,
    local_lists,
    jobs,
    campaigns,
    security,
    certificates,
    quarantine,
)
BY_TOPIC = MappingProxyType(
    {each.fact.TOPIC: each for subject in SUBJECTS for each in subject.PUBLIC}
)
TYPES = MappingProxyType({each.name: each.data for each in BY_TOPIC.values()})

_EVERY = "*"  # at the end of a type: whatever follows


class UnknownType(Exception):
    """Nobody ever tells of such an event."""


class _CloudEvent(msgspec.Struct, frozen=True, kw_only=True):
    """CloudEvents 1.0.2, JSON format; `station` and `position` are extensions of ours."""

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str = "application/json"
    dataschema: str
    station: str | msgspec.UnsetType = msgspec.UNSET  # an attribute is never empty
    position: str  # its integers end at 2**31
    data: Data


def public(noted: Notification, source: str = SOURCE) -> Event | None:
    """What a fact means to others; None when nothing.

    The notification must come from the log's pseudonymous view: it is written as it is. Raises
    what `facts.decode` raises for a fact that cannot be read.
    """
    told = BY_TOPIC.get(noted.topic)
    if told is None:
        return None
    fact = facts.decode(noted.stream, noted.version, noted.topic, noted.state)
    about = told.about(fact, noted.station)
    event = _CloudEvent(
        id=str(noted.position),
        source=source,
        type=told.name,
        subject=about.subject,
        time=fact.timestamp,
        dataschema=schema_name(told.name),
        station=about.station or msgspec.UNSET,
        position=str(noted.position),
        data=_data(told, fact),
    )
    body = msgspec.json.encode(event)
    return Event(noted.position, told.name, about.station, fact.timestamp, body)


def topics_of(types: Collection[str]) -> tuple[str, ...]:
    """The topics that events of these types follow from; of all types when none is named.

    A type may end in `*`. Raises UnknownType when one of them names nothing.
    """
    chosen = named(types)
    return tuple(sorted(topic for topic, each in BY_TOPIC.items() if each.name in chosen))


def named(types: Collection[str]) -> frozenset[str]:
    """The types that are meant, each by its whole name; as `topics_of`."""
    if not types:
        return frozenset(TYPES)
    found: set[str] = set()
    for wanted in types:
        meant = {name for name in TYPES if _is(name, wanted)}
        if not meant:
            raise UnknownType(wanted)
        found |= meant
    return frozenset(found)


def schema_name(type: str) -> str:
    """The URI of the schema of a type's data."""
    return f"urn:ampledger:schema:{type}"


def _is(type: str, wanted: str) -> bool:
    if wanted.endswith(_EVERY):
        return type.startswith(wanted.removesuffix(_EVERY))
    return type == wanted


def _data(told: Public, fact: Fact) -> Data:
    values = {
        name: told.members[name](fact) if name in told.members else getattr(fact, name)
        for name in told.data.__struct_fields__
    }
    return told.data(**values)
