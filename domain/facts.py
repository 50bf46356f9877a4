"""Facts ⇄ bytes: flat JSON, strict topics, old versions upcast while reading."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, get_type_hints

import orjson

from domain.log import StoredFact
from domain.model.access import Access
from domain.model.aggregate import Aggregate, Fact
from domain.model.audit import Audit
from domain.model.call import Call
from domain.model.campaign import Campaign
from domain.model.charging import Charging
from domain.model.charging_profile import ChargingProfile
from domain.model.configuration import Configuration
from domain.model.connector import Connector
from domain.model.enrolment import Enrolment
from domain.model.list_update import ListUpdate
from domain.model.local_list import LocalList
from domain.model.maintenance import Maintenance
from domain.model.meter import Meter
from domain.model.meter_key import MeterKey
from domain.model.numbering import Numbering
from domain.model.quarantine import Quarantine
from domain.model.reservation import Reservation
from domain.model.revocation import Revocation
from domain.model.schedule_report import ScheduleReport
from domain.model.security_log import SecurityLog
from domain.model.station import Station
from domain.model.stranger import Stranger
from domain.model.token import Token
from domain.model.transaction import Transaction
from domain.model.trust_store import TrustStore

AGGREGATES: tuple[type[Aggregate], ...] = (
    Station,
    Connector,
    Transaction,
    Numbering,
    Meter,
    Token,
    Call,
    Quarantine,
    Stranger,
    Maintenance,
    Charging,
    ChargingProfile,
    ScheduleReport,
    Reservation,
    Campaign,
    Configuration,
    LocalList,
    ListUpdate,
    Access,
    SecurityLog,
    Audit,
    Enrolment,
    Revocation,
    TrustStore,
    MeterKey,
)


def facts_of(aggregate: type[Aggregate]) -> Iterator[type[Fact]]:
    """The classes of facts an aggregate can tell."""
    for name in vars(aggregate):
        fact = getattr(aggregate, name)
        if isinstance(fact, type) and issubclass(fact, Fact) and hasattr(fact, "TOPIC"):
            yield fact


TOPICS = MappingProxyType(
    {fact.TOPIC: fact for aggregate in AGGREGATES for fact in facts_of(aggregate)}  # type: ignore[attr-defined]  # facts_of saw it
)


class UnknownTopic(Exception):
    """A stored fact that this version of the program does not know."""


def encode(fact: Fact, cause: str, station: str = "") -> StoredFact:
    """A fact as it is stored; `cause` and `station` name the journal row that led to it."""
    state = dict(vars(fact))
    stream, version = state.pop("originator_id"), state.pop("originator_version")
    class_version = getattr(fact, "class_version", 1)
    if class_version > 1:
        state["class_version"] = class_version
    topic: str = fact.TOPIC  # type: ignore[attr-defined]  # every fact has one
    return StoredFact(stream, version, topic, orjson.dumps(state), cause, station)


def decode(stream: str, version: int, topic: str, state: bytes) -> Fact:
    """The fact that was stored, in its newest shape."""
    fact_class = TOPICS.get(topic)
    if fact_class is None:
        raise UnknownTopic(topic)
    values: dict[str, Any] = orjson.loads(state)
    _upcast(fact_class, values)
    for name in _moments(fact_class):
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name])
    values["originator_id"], values["originator_version"] = stream, version
    fact: Fact = object.__new__(fact_class)
    object.__setattr__(fact, "__dict__", values)
    return fact


def _upcast(fact_class: type[Fact], values: dict[str, Any]) -> None:
    stored = values.pop("class_version", 1)
    for version in range(stored, getattr(fact_class, "class_version", 1)):
        getattr(fact_class, f"upcast_v{version}_v{version + 1}")(values)


@lru_cache(maxsize=256)
def _moments(fact_class: type[Fact]) -> tuple[str, ...]:
    hints = get_type_hints(fact_class)
    return tuple(name for name, hint in hints.items() if hint in (datetime, datetime | None))
