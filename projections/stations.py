"""The read model of stations: as registered, as connected, as booted."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import Connection, Select, literal, or_, select

from domain.model.aggregate import Fact
from domain.model.station import Station
from projections.presence import PRESENCE
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, partial_index, table


@dataclass(slots=True, kw_only=True)
class StationRow(Row):
    """A station. Times are ours; `connection` is the newest one, also when it has ended."""

    id: str
    registered: bool = False
    registered_at: datetime | None = None
    protocols: str = ""  # comma separated
    security_profile: int = 0
    registration: str = ""  # what BootNotification is answered
    heartbeat_interval: int = 0  # s
    boot_retry_interval: int = 0  # s
    serial_number: str = ""
    note: str = ""
    labels: str = ""  # comma separated
    credential: str = ""  # id of the password's hash, "" without password
    online: bool = False
    connection: int = 0
    node: str = ""
    protocol: str = ""
    remote: str = ""
    connected_at: datetime | None = None
    disconnected_at: datetime | None = None
    disconnect_code: int | None = None
    disconnect_reason: str = ""
    boot_status: str = ""
    booted_at: datetime | None = None
    vendor: str = ""
    model: str = ""
    charge_point_serial_number: str = ""
    charge_box_serial_number: str = ""
    firmware_version: str = ""
    iccid: str = ""
    imsi: str = ""
    meter_type: str = ""
    meter_serial_number: str = ""


@dataclass(slots=True, kw_only=True)
class StationSeen(StationRow):
    """A station, and when it spoke last."""

    last_frame_at: datetime | None = None


STATIONS = table(
    "stations_v2",
    StationRow,
    partial_index("stations_v2_online", "node", where="online"),
    key=["id"],
)


@singledispatch
def _effect(fact: Fact, row: StationRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: Station.Registered, row: StationRow) -> None:
    row.registered, row.registered_at = True, fact.timestamp


@_effect.register
def _(fact: Station.Restored, row: StationRow) -> None:
    row.registered, row.registered_at = True, fact.timestamp


@_effect.register
def _(_fact: Station.Removed, row: StationRow) -> None:
    row.registered = False


@_effect.register
def _(fact: Station.Configured, row: StationRow) -> None:
    row.protocols, row.security_profile = fact.protocols, fact.security_profile
    row.registration = fact.registration
    row.heartbeat_interval = fact.heartbeat_interval
    row.boot_retry_interval = fact.boot_retry_interval
    row.serial_number, row.note = fact.serial_number, fact.note
    row.credential, row.labels = fact.credential, fact.labels


@_effect.register
def _(fact: Station.Connected, row: StationRow) -> None:
    row.online, row.connection, row.node = True, fact.connection, fact.node
    row.protocol, row.remote = fact.protocol, fact.remote
    row.connected_at = fact.timestamp


@_effect.register
def _(fact: Station.Disconnected, row: StationRow) -> None:
    row.online, row.disconnected_at = False, fact.timestamp
    row.disconnect_code, row.disconnect_reason = fact.code, fact.reason


@_effect.register
def _(fact: Station.Booted, row: StationRow) -> None:
    row.boot_status, row.booted_at = fact.status, fact.timestamp
    row.vendor, row.model = fact.vendor, fact.model
    row.charge_point_serial_number = fact.charge_point_serial_number
    row.charge_box_serial_number = fact.charge_box_serial_number
    row.firmware_version = fact.firmware_version
    row.iccid, row.imsi = fact.iccid, fact.imsi
    row.meter_type, row.meter_serial_number = fact.meter_type, fact.meter_serial_number


def _key(fact: Fact) -> Key:
    return (fact.originator_id.removeprefix("station:"),)


MODEL = Keyed("stations", StationRow, STATIONS, key=_key, effect=_effect, version=2)
VIEW = select(STATIONS, PRESENCE.c.last_seen.label("last_frame_at")).outerjoin(
    PRESENCE, PRESENCE.c.station == STATIONS.c.id
)


def find(connection: Connection, station: str) -> StationSeen | None:
    """A station, also one that is no longer registered."""
    return next(iter(fetch(connection, VIEW.where(STATIONS.c.id == station), StationSeen)), None)


def listed(
    connection: Connection,
    *,
    search: str = "",
    label: str = "",
    online: bool | None = None,
    after: str = "",
    limit: int = 100,
) -> list[StationSeen]:
    """Registered stations in order of their ids, from the one after `after`.

    `search` is part of an id, serial number, vendor, model or note, in any case.
    """
    query = VIEW.where(STATIONS.c.registered, STATIONS.c.id > after)
    if label:
        labels = literal(",").concat(STATIONS.c.labels).concat(",")
        query = query.where(labels.contains(f",{label},", autoescape=True))
    if online is not None:
        query = query.where(STATIONS.c.online == online)
    if search:
        query = _searched(query, search)
    query = query.order_by(STATIONS.c.id).limit(limit)
    return fetch(connection, query, StationSeen)


def _searched(query: Select[tuple[object, ...]], part: str) -> Select[tuple[object, ...]]:
    names = ("id", "serial_number", "vendor", "model", "note", "charge_point_serial_number")
    return query.where(or_(*(STATIONS.c[name].icontains(part, autoescape=True) for name in names)))
