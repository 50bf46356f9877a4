"""The read model of what charging profiles stations hold now, as their answers told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, tuple_

from domain.model.charging import Charging
from projections.readmodel import Key, Noted, Row
from projections.tables import fetch, table, upsert


@dataclass(slots=True, kw_only=True)
class InstalledProfileRow(Row):
    """A charging profile that a station holds."""

    station: str
    profile_id: int  # chargingProfileId
    connector: int
    purpose: str
    stack_level: int
    transaction: int | None  # of a TxProfile; it may come from the connector or a remote start
    profile: str  # the ChargingProfile, JSON as on the wire
    installed_at: datetime
    call: str  # that brought it


INSTALLED_PROFILES = table(
    "installed_profiles_v1", InstalledProfileRow, key=["station", "profile_id"]
)
VIEW = select(INSTALLED_PROFILES)


class InstalledProfiles:
    """A row appears and goes again: two statements, however many facts."""

    name, version = "installed_profiles", 1
    table = INSTALLED_PROFILES
    topics = frozenset({Charging.Installed.TOPIC, Charging.Removed.TOPIC})

    def project(self, connection: Connection, noted: Sequence[Noted]) -> None:
        """Only the last word about a profile counts."""
        last: dict[Key, InstalledProfileRow | None] = {}
        for each in noted:
            if isinstance(each.fact, Charging.Installed | Charging.Removed):
                key = each.fact.originator_id.removeprefix("charging:"), each.fact.profile
                last[key] = _row(key[0], each)
        if gone := [key for key, row in last.items() if row is None]:
            columns = self.table.c
            here = tuple_(columns.station, columns.profile_id).in_(gone)
            connection.execute(delete(self.table).where(here))
        upsert(connection, self.table, [row for row in last.values() if row])


def _row(station: str, noted: Noted) -> InstalledProfileRow | None:
    fact = noted.fact
    if not isinstance(fact, Charging.Installed):
        return None
    return InstalledProfileRow(
        first_position=noted.position,
        last_position=noted.position,
        station=station,
        profile_id=fact.profile,
        connector=fact.connector,
        purpose=fact.purpose,
        stack_level=fact.stack_level,
        transaction=fact.transaction,
        profile=fact.content,
        installed_at=fact.timestamp,
        call=fact.call,
    )


MODEL = InstalledProfiles()


def of_station(connection: Connection, station: str) -> list[InstalledProfileRow]:
    """What a station holds, by connector, purpose, and stack level from the highest."""
    columns = INSTALLED_PROFILES.c
    order = (columns.connector, columns.purpose, columns.stack_level.desc(), columns.profile_id)
    query = VIEW.where(columns.station == station).order_by(*order)
    return fetch(connection, query, InstalledProfileRow)
