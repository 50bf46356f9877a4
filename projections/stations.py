"""The read model of stations: as registered, as connected, as booted."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, literal, or_, select

from domain.model.access import Access
from domain.model.aggregate import Fact
from domain.model.station import Station
from projections.presence import PRESENCE
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, partial_index, table

T = TypeVar("T", bound=Any)  # what a query selects


@dataclass(slots=True, kw_only=True)
class StationRow(Row):
    """A station. Times are ours; `connection` is the newest one, also when it has ended."""

    id: str
    registered: bool = False
    registered_at: datetime | None = None
    protocols: str = ""  # comma separated
    security_profile: int = 0
    next_profile: int = 0  # that it may come with too, a higher one; 0: none
    registration: str = ""  # what BootNotification is answered
    heartbeat_interval: int = 0  # s
    boot_retry_interval: int = 0  # s
    serial_number: str = ""
    note: str = ""
    labels: str = ""  # comma separated
    credential: str = ""  # id of the password's hash, "" without password
    offered: str = ""  # ids of new passwords that fit too, comma separated
    online: bool = False
    connection: int = 0
    node: str = ""
    protocol: str = ""
    remote: str = ""
    connected_profile: int = 0  # security profile that it came with
    certificate: str = ""  # SHA-256 of its client certificate, hexadecimal
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
    "stations_v3",
    StationRow,
    partial_index("stations_v3_online", "node", where="online"),
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
    """One that is found alive tells nothing new of how it came in."""
    if fact.connection != row.connection:
        row.remote, row.certificate = fact.remote, fact.certificate
        row.connected_profile = fact.profile
    row.online, row.connection, row.node = True, fact.connection, fact.node
    row.protocol, row.connected_at = fact.protocol, fact.timestamp


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


@_effect.register
def _(fact: Access.Begun, row: StationRow) -> None:
    row.security_profile, row.credential = fact.profile, fact.credential


@_effect.register
def _(fact: Access.PasswordSet, row: StationRow) -> None:
    row.credential = fact.credential


@_effect.register
def _(fact: Access.ProfileSet, row: StationRow) -> None:
    row.security_profile, row.next_profile = fact.profile, 0


@_effect.register
def _(fact: Access.Offered, row: StationRow) -> None:
    row.offered = ",".join([*offered_to(row), fact.credential])


@_effect.register
def _(fact: Access.Dropped, row: StationRow) -> None:
    _take_back(fact.credential, row)


@_effect.register
def _(fact: Access.Adopted, row: StationRow) -> None:
    _take_back(fact.credential, row)
    row.credential = fact.credential


@_effect.register
def _(fact: Access.UpgradeExpected, row: StationRow) -> None:
    row.next_profile = fact.profile


@_effect.register
def _(_fact: Access.UpgradeDropped, row: StationRow) -> None:
    row.next_profile = 0


@_effect.register
def _(fact: Access.Upgraded, row: StationRow) -> None:
    row.security_profile, row.next_profile = fact.profile, 0


@_effect.register
def _(_fact: Access.Emptied, row: StationRow) -> None:
    row.security_profile, row.next_profile = 0, 0
    row.credential, row.offered = "", ""


def _take_back(credential: str, row: StationRow) -> None:
    row.offered = ",".join(each for each in offered_to(row) if each != credential)


def _key(fact: Fact) -> Key:
    return (fact.originator_id.partition(":")[2],)


MODEL = Keyed("stations", StationRow, STATIONS, key=_key, effect=_effect, version=3)
VIEW = select(STATIONS, PRESENCE.c.last_seen.label("last_frame_at")).outerjoin(
    PRESENCE, PRESENCE.c.station == STATIONS.c.id
)


def offered_to(row: StationRow) -> list[str]:
    """The ids of the new passwords that fit too."""
    return [each for each in row.offered.split(",") if each]


def required_profile(row: StationRow) -> int:
    """Who was registered with a password before there were profiles needs it: profile 1."""
    return row.security_profile or int(bool(row.credential) and not row.next_profile)


def find(connection: Connection, station: str) -> StationSeen | None:
    """A station, also one that is no longer registered."""
    return next(iter(fetch(connection, VIEW.where(STATIONS.c.id == station), StationSeen)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which stations; "" and None: any.

    `search` is part of an id, serial number, vendor, model or note, in any case; `label` all of
    one.
    """

    search: str = ""
    label: str = ""
    online: bool | None = None
    registration: str = ""


def listed(
    connection: Connection,
    *,
    search: str = "",
    label: str = "",
    online: bool | None = None,
    after: str = "",
    limit: int = 100,
) -> list[StationSeen]:
    """Registered stations in order of their ids, from the one after `after`; as of `Choice`."""
    query = chosen(VIEW, Choice(search=search, label=label, online=online))
    query = query.where(STATIONS.c.id > after).order_by(STATIONS.c.id).limit(limit)
    return fetch(connection, query, StationSeen)


def chosen(query: Select[T], choice: Choice) -> Select[T]:
    """A query narrowed to the registered stations that are meant."""
    columns = STATIONS.c
    query = query.where(columns.registered)
    if choice.label:
        labels = literal(",").concat(columns.labels).concat(",")
        query = query.where(labels.contains(f",{choice.label},", autoescape=True))
    if choice.online is not None:
        query = query.where(columns.online == choice.online)
    if choice.registration:
        query = query.where(columns.registration == choice.registration)
    return _searched(query, choice.search) if choice.search else query


def _searched(query: Select[T], part: str) -> Select[T]:
    names = ("id", "serial_number", "vendor", "model", "note", "charge_point_serial_number")
    return query.where(or_(*(STATIONS.c[name].icontains(part, autoescape=True) for name in names)))
