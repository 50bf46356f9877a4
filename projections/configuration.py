"""The read model of configuration keys: as stations report them, and as operators desire them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatchmethod

import orjson
from sqlalchemy import Connection, or_, select, tuple_

from domain.model.aggregate import Fact
from domain.model.configuration import Configuration
from domain.model.key_value import same
from projections.readmodel import Key, Noted, Row, topics_of
from projections.stations import STATIONS
from projections.tables import among, fetch, partial_index, table, upsert


@dataclass(slots=True, kw_only=True)
class ConfigurationRow(Row):
    """A key of a station. `drift`: a value is desired, and is not known to be there."""

    station: str
    folded: str  # how keys are compared
    key: str = ""  # as the station spells it, if it ever did
    value: str | None = None  # None: not told, or not known
    readonly: bool | None = None
    reported_at: datetime | None = None  # of the last answer that told of it
    unknown: bool = False  # the station said that it has no such key
    desired: str | None = None
    desired_by: str = ""
    desired_at: datetime | None = None
    change_value: str | None = None  # of the last ChangeConfiguration
    change_status: str = ""  # requested, the station's status, or how the call failed
    changed_at: datetime | None = None
    pending_reboot: bool = False
    drift: bool = False


CONFIGURATION = table(
    "configuration_v1",
    ConfigurationRow,
    partial_index("configuration_v1_drift", "station", "folded", where="drift"),
    key=["station", "folded"],
)
_C = CONFIGURATION.c
_KNOWN = or_(_C.reported_at.is_not(None), _C.desired.is_not(None), _C.changed_at.is_not(None))
VIEW = select(CONFIGURATION).where(or_(_KNOWN, _C.unknown))


class _Keys:
    """The rows of some stations, in memory: one fact may tell of many keys."""

    def __init__(self, rows: Sequence[ConfigurationRow]) -> None:
        self._rows: dict[Key, ConfigurationRow] = {(r.station, r.folded): r for r in rows}
        self._changed: set[Key] = set()

    @property
    def changed(self) -> list[ConfigurationRow]:
        """What is to be written back."""
        return [self._rows[key] for key in sorted(self._changed, key=str)]

    def take(self, noted: Noted) -> None:
        """Bring the rows up to date."""
        self._station = noted.fact.originator_id.removeprefix("configuration:")
        self._position = noted.position
        self.tell(noted.fact)

    @singledispatchmethod
    def tell(self, fact: Fact) -> None:
        """Facts that do not concern this view pass by."""

    @tell.register
    def _(self, fact: Configuration.Reported) -> None:
        for told in orjson.loads(fact.keys):
            row = self._row(told["key"])
            row.key, row.readonly, row.unknown = told["key"], told["readonly"], False
            row.reported_at = fact.timestamp
            value = row.value if told["value"] is None else told["value"]
            if row.value is not None and value is not None and not same(row.value, value):
                row.pending_reboot = False
            self._hold(row, value)
        for key in orjson.loads(fact.unknown):
            row = self._row(key)
            row.unknown, row.readonly, row.reported_at = True, None, fact.timestamp
            self._hold(row, None)

    @tell.register
    def _(self, fact: Configuration.ChangeRequested) -> None:
        self._change(fact.key, fact.value, "requested", fact.timestamp)

    @tell.register
    def _(self, fact: Configuration.ChangeFailed) -> None:
        self._change(fact.key, fact.value, fact.reason, fact.timestamp)

    @tell.register
    def _(self, fact: Configuration.Changed) -> None:
        row = self._change(fact.key, fact.value, fact.status, fact.timestamp)
        if fact.status == "RebootRequired":
            row.pending_reboot = True
        elif fact.status == "Accepted":
            row.pending_reboot = row.unknown = False
            self._hold(row, fact.value)

    @tell.register
    def _(self, fact: Configuration.TookEffect) -> None:
        row = self._row(fact.key)
        row.pending_reboot = row.unknown = False
        self._hold(row, fact.value)

    @tell.register
    def _(self, fact: Configuration.Desired) -> None:
        row = self._row(fact.key)
        row.desired, row.desired_by, row.desired_at = fact.value, fact.by, fact.timestamp
        self._hold(row, row.value)

    @tell.register
    def _(self, fact: Configuration.DesireDropped) -> None:
        row = self._row(fact.key)
        row.desired, row.desired_by, row.desired_at = None, "", None
        self._hold(row, row.value)

    def _change(self, key: str, value: str, status: str, at: datetime) -> ConfigurationRow:
        row = self._row(key)
        row.change_value, row.change_status, row.changed_at = value, status, at
        return row

    def _hold(self, row: ConfigurationRow, value: str | None) -> None:
        row.value, wish = value, row.desired
        row.drift = wish is not None and (value is None or not same(value, wish))

    def _row(self, key: str) -> ConfigurationRow:
        place = (self._station, key.casefold())
        row = self._rows.get(place)
        if row is None:
            row = ConfigurationRow(
                station=place[0], folded=place[1], key=key, first_position=self._position
            )
            self._rows[place] = row
        row.last_position = self._position
        self._changed.add(place)
        return row


class ConfigurationModel:
    """Two statements, however many facts."""

    name, version = "configuration", 1
    table = CONFIGURATION
    topics = topics_of(vars(_Keys)["tell"].dispatcher)

    def project(self, connection: Connection, noted: Sequence[Noted]) -> None:
        touched = {each.fact.originator_id.removeprefix("configuration:") for each in noted}
        query = select(self.table).where(among(connection, self.table.c.station, touched))
        keys = _Keys(fetch(connection, query, ConfigurationRow))
        for each in noted:
            keys.take(each)
        upsert(connection, self.table, keys.changed)


MODEL = ConfigurationModel()


def value_of(connection: Connection, station: str, key: str) -> str | None:
    """The value of a key as the station told it, in any spelling; None when it is not known."""
    query = select(_C.value).where(_C.station == station, _C.folded == key.casefold())
    value: str | None = connection.scalar(query)
    return value


def find(connection: Connection, station: str, key: str) -> ConfigurationRow | None:
    """What is known of a key, in any spelling."""
    query = VIEW.where(_C.station == station, _C.folded == key.casefold())
    return next(iter(fetch(connection, query, ConfigurationRow)), None)


def listed(
    connection: Connection,
    station: str,
    *,
    drift: bool | None = None,
    after: str = "",
    limit: int = 100,
) -> list[ConfigurationRow]:
    """The keys of a station by their folded names, from the one after `after`."""
    query = VIEW.where(_C.station == station, _C.folded > after).order_by(_C.folded).limit(limit)
    if drift is not None:
        query = query.where(_C.drift == drift)
    return fetch(connection, query, ConfigurationRow)


def drifted(
    connection: Connection, *, after: tuple[str, str] = ("", ""), limit: int = 100
) -> list[ConfigurationRow]:
    """Drift of all registered stations, by station and folded key, from behind `after`."""
    place = tuple_(_C.station, _C.folded)
    query = (
        VIEW.join(STATIONS, STATIONS.c.id == _C.station)
        .where(_C.drift, STATIONS.c.registered, place > after)
        .order_by(_C.station, _C.folded)
        .limit(limit)
    )
    return fetch(connection, query, ConfigurationRow)
