"""The read model of the library of charging profiles."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import Connection, select

from domain.model.aggregate import Fact
from domain.model.charging_profile import ChargingProfile
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class ChargingProfileRow(Row):
    """A charging profile; `number` is the chargingProfileId on the wire."""

    number: int
    removed: bool = False
    description: str = ""
    content: str = ""  # the ChargingProfile as on the wire, JSON, without a transactionId
    created_at: datetime | None = None
    created_by: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""


CHARGING_PROFILES = table("charging_profiles_v1", ChargingProfileRow, key=["number"])


@singledispatch
def _effect(fact: Fact, row: ChargingProfileRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: ChargingProfile.Created, row: ChargingProfileRow) -> None:
    row.created_at, row.created_by = fact.timestamp, fact.by


@_effect.register
def _(fact: ChargingProfile.Saved, row: ChargingProfileRow) -> None:
    row.removed, row.description, row.content = False, fact.description, fact.content
    row.changed_at, row.changed_by = fact.timestamp, fact.by


@_effect.register
def _(fact: ChargingProfile.Removed, row: ChargingProfileRow) -> None:
    row.removed, row.changed_at, row.changed_by = True, fact.timestamp, fact.by


def _key(fact: Fact) -> Key:
    return (int(fact.originator_id.removeprefix("profile:")),)


MODEL = Keyed("charging_profiles", ChargingProfileRow, CHARGING_PROFILES, key=_key, effect=_effect)
VIEW = select(CHARGING_PROFILES).where(~CHARGING_PROFILES.c.removed)


def find(connection: Connection, number: int) -> ChargingProfileRow | None:
    """A profile; None when there is none, or it was removed."""
    query = VIEW.where(CHARGING_PROFILES.c.number == number)
    return next(iter(fetch(connection, query, ChargingProfileRow)), None)


def listed(
    connection: Connection,
    *,
    description: str = "",
    search: str = "",
    after: int = 0,
    limit: int = 100,
) -> list[ChargingProfileRow]:
    """Profiles by number, from the one after `after`.

    `description` is the whole of it, exactly; `search` a part of it, in any case.
    """
    columns = CHARGING_PROFILES.c
    query = VIEW.where(columns.number > after).order_by(columns.number).limit(limit)
    if description:
        query = query.where(columns.description == description)
    if search:
        query = query.where(columns.description.icontains(search, autoescape=True))
    return fetch(connection, query, ChargingProfileRow)
