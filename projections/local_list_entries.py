"""The read model of what is on local lists: a row per entry, as the stations confirmed it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from domain.model import local_entries
from domain.model.local_entries import Entry
from domain.model.local_list import LocalList
from domain.model.values import folded
from domain.ocpp import times
from projections.readmodel import Noted
from projections.tables import among, fetch, table, upsert


@dataclass(slots=True, kw_only=True)
class EntryRow:
    """What a station was told of a token; `id` is the folded spelling of its tag."""

    station: str
    id: str
    id_tag: str
    status: str
    expiry_date: datetime | None  # None: never
    parent_id_tag: str
    listed_at: datetime  # when the station accepted it, as it is now


ENTRIES = table("local_list_entries_v1", EntryRow, key=["station", "id"])


class _Entries:
    """Rows come and go with what stations accept."""

    name, version = "local_list_entries", 1
    table = ENTRIES
    topics = frozenset(
        fact.TOPIC for fact in (LocalList.Replaced, LocalList.Amended, LocalList.Told)
    )

    def project(self, connection: Connection, noted: Sequence[Noted]) -> None:
        """One or two statements a fact: lists change seldom."""
        for each in noted:
            fact, station = each.fact, each.fact.originator_id.partition(":")[2]
            if isinstance(fact, LocalList.Replaced):
                self._empty(connection, station)
                self._list(connection, station, fact.entries, fact.timestamp)
            elif isinstance(fact, LocalList.Amended):
                self._list(connection, station, fact.changes, fact.timestamp)
            elif isinstance(fact, LocalList.Told) and fact.version <= 0:
                self._empty(connection, station)

    def _list(self, connection: Connection, station: str, changes: str, at: datetime) -> None:
        after = local_entries.keyed(local_entries.read(changes))
        gone = [tag for tag, entry in after.items() if not entry.status]
        rows = [_row(station, tag, entry, at) for tag, entry in after.items() if entry.status]
        if gone:
            self._remove(connection, station, gone)
        upsert(connection, self.table, rows)

    def _empty(self, connection: Connection, station: str) -> None:
        connection.execute(self.table.delete().where(self.table.c.station == station))

    def _remove(self, connection: Connection, station: str, tags: Collection[object]) -> None:
        theirs = among(connection, self.table.c.id, tags)
        connection.execute(self.table.delete().where(self.table.c.station == station, theirs))


def _row(station: str, tag: str, entry: Entry, at: datetime) -> EntryRow:
    return EntryRow(
        station=station,
        id=tag,
        id_tag=entry.id_tag,
        status=entry.status,
        expiry_date=times.read(entry.expires_at)[0] if entry.expires_at else None,
        parent_id_tag=entry.parent,
        listed_at=at,
    )


MODEL = _Entries()
VIEW = select(ENTRIES)


def listed(
    connection: Connection, station: str, *, after: str = "", limit: int | None = 100
) -> list[EntryRow]:
    """The entries of a station in order of `id`, from the one after `after`; None: all."""
    query = VIEW.where(ENTRIES.c.station == station, ENTRIES.c.id > after)
    return fetch(connection, query.order_by(ENTRIES.c.id).limit(limit), EntryRow)


def of_token(
    connection: Connection, id_tag: str, *, after: str = "", limit: int = 100
) -> list[EntryRow]:
    """What stations were told of a token, in any spelling; by station, from that after `after`."""
    query = VIEW.where(ENTRIES.c.id == folded(id_tag), ENTRIES.c.station > after)
    return fetch(connection, query.order_by(ENTRIES.c.station).limit(limit), EntryRow)


def of(connection: Connection, station: str) -> dict[str, Entry]:
    """All of them, as the domain speaks of them."""
    rows = listed(connection, station, limit=None)
    return {row.id: _entry(row) for row in rows}


def _entry(row: EntryRow) -> Entry:
    expires_at = times.write(row.expiry_date) if row.expiry_date else ""
    return Entry(row.id_tag, row.status, expires_at, row.parent_id_tag)
