"""The read model of trust stores: for each type, when a station told of it, and what went wrong."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import Connection, select

from domain.model.aggregate import Fact
from domain.model.trust_store import TrustStore
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class TrustStoreRow(Row):
    """What is known of the roots of a type at a station.

    `doubt` is the call whose outcome nobody knows: ask the station, "" when there is none.
    """

    station: str
    certificate_type: str
    reported_at: datetime | None = None
    changed_at: datetime | None = None  # it accepted one, or dropped one
    doubt: str = ""
    failure: str = ""  # the station's word, the last time it did not do what it was asked
    failed_action: str = ""
    failed_at: datetime | None = None
    failed_call: str = ""


STORES = table("trust_stores_v1", TrustStoreRow, key=["station", "certificate_type"])


@singledispatch
def _effect(fact: Fact, row: TrustStoreRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: TrustStore.Reported, row: TrustStoreRow) -> None:
    row.reported_at, row.doubt = fact.timestamp, ""


@_effect.register
def _(fact: TrustStore.Installed, row: TrustStoreRow) -> None:
    row.changed_at = fact.timestamp
    _settle(row, fact.call)


@_effect.register
def _(fact: TrustStore.Removed, row: TrustStoreRow) -> None:
    row.changed_at = fact.timestamp
    _settle(row, fact.call)


@_effect.register
def _(fact: TrustStore.Failed, row: TrustStoreRow) -> None:
    row.failure, row.failed_action = fact.status, fact.action
    row.failed_at, row.failed_call = fact.timestamp, fact.call
    _settle(row, fact.call)


@_effect.register
def _(fact: TrustStore.Doubted, row: TrustStoreRow) -> None:
    row.doubt = fact.call


def _settle(row: TrustStoreRow, call: str) -> None:
    if row.doubt == call:
        row.doubt = ""


def _key(fact: Fact) -> Key | None:
    kind = getattr(fact, "certificate_type", "")
    return (fact.originator_id.removeprefix("trust:"), kind) if kind else None


MODEL = Keyed("trust_stores", TrustStoreRow, STORES, key=_key, effect=_effect)
VIEW = select(STORES)


def of_station(connection: Connection, station: str) -> list[TrustStoreRow]:
    """Of each type that was ever spoken of."""
    query = VIEW.where(STORES.c.station == station).order_by(STORES.c.certificate_type)
    return fetch(connection, query, TrustStoreRow)
