"""The read model of the fleet's hours: what was delivered and what happened in each, in UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatch, singledispatchmethod

from sqlalchemy import Connection, and_, func, or_, select

from domain.model.aggregate import Fact
from domain.model.connector import Connector
from domain.model.meter import Meter
from domain.model.station import Station
from domain.model.transaction import Transaction
from projections.readmodel import Noted, Row, topics_of
from projections.tables import among, fetch, table, upsert

HOUR = timedelta(hours=1)
FAULTED = "Faulted"
_LATE = timedelta(days=7)  # that a station may have been away and still be believed its clock
_FLEET = 0  # in place of a transaction: those have numbers from 1 on


@dataclass(slots=True, kw_only=True)
class FleetHourRow(Row):
    """An hour of the fleet (`transaction` 0), or what is counted of one transaction.

    A transaction's row is that of the hour it started in: its energy is the sum of what all hours
    were told of it. Energy belongs to the hour in which the register that shows it was read; it is
    negative where an end takes back what readings told before.
    """

    transaction: int
    hour: datetime  # its beginning
    energy_wh: int = 0
    transactions_started: int = 0
    transactions_stopped: int = 0
    connected: int = 0
    disconnected: int = 0
    faults: int = 0  # StatusNotifications that told of one
    boots: int = 0
    meter_start_wh: int = 0  # of a transaction
    open: bool = False  # a transaction that is: its readings count


FLEET_HOURS = table("fleet_hours_v1", FleetHourRow, key=["transaction", "hour"])
_C = FLEET_HOURS.c
_Key = tuple[int, datetime]


@singledispatch
def _told_at(fact: Fact) -> datetime:
    """When it happened, by the station's clock where a fact tells that."""
    return fact.timestamp


@_told_at.register
def _(fact: Transaction.Started) -> datetime:
    return fact.started_at


@_told_at.register
def _(fact: Transaction.Stopped) -> datetime:
    return fact.stopped_at


@_told_at.register
def _(fact: Transaction.Corrected) -> datetime:
    return fact.ended_at


@_told_at.register
def _(fact: Meter.Read) -> datetime:
    return fact.sampled_at


@_told_at.register
def _(fact: Connector.StatusReported) -> datetime:
    return fact.reported_at


def hour_of(moment: datetime) -> datetime:
    """The hour that an instant in UTC is in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def _hour(fact: Fact) -> datetime:
    """A clock that is ahead, or behind by more than a station may be late, is not believed."""
    told, ours = _told_at(fact), fact.timestamp
    return hour_of(told if ours - _LATE <= told <= ours else ours)


def _number(fact: Fact) -> int:
    """Of the transaction that a fact is about; 0 for none."""
    kind, _, number = fact.originator_id.rpartition(":")
    return int(number) if kind in {"transaction", "meter:transaction"} else _FLEET


class _Tally:
    """Some rows in memory: one fact may change the one of its hour and that of a transaction."""

    def __init__(self, rows: Sequence[FleetHourRow]) -> None:
        self._rows: dict[_Key, FleetHourRow] = {(r.transaction, r.hour): r for r in rows}
        self._counted = {row.transaction: row for row in rows if row.transaction != _FLEET}
        self._changed: set[_Key] = set()

    @property
    def changed(self) -> list[FleetHourRow]:
        """What is to be written back."""
        return [self._rows[key] for key in sorted(self._changed)]

    def take(self, noted: Noted) -> None:
        """Bring the rows up to date."""
        self._position, self._at = noted.position, _hour(noted.fact)
        self.tell(noted.fact)

    @singledispatchmethod
    def tell(self, fact: Fact) -> None:
        """Facts that do not concern this view pass by."""

    @tell.register
    def _(self, fact: Transaction.Started) -> None:
        row = self._counted[fact.number] = self._row(fact.number)
        row.meter_start_wh, row.open = fact.meter_start_wh, True
        self._row().transactions_started += 1

    @tell.register
    def _(self, fact: Meter.Read) -> None:
        """A register only grows; one that tells less is believed at the end, if at all."""
        row = self._counted.get(_number(fact))
        if row is not None and row.open and fact.register_wh is not None:
            energy = fact.register_wh - row.meter_start_wh
            if energy > row.energy_wh:
                self._count(row, energy)

    @tell.register
    def _(self, fact: Transaction.Stopped) -> None:
        self._end(fact, fact.energy_wh)

    @tell.register
    def _(self, fact: Transaction.Closed) -> None:
        self._end(fact, fact.energy_wh)

    @tell.register
    def _(self, fact: Transaction.Corrected) -> None:
        self._end(fact, fact.energy_wh)

    @tell.register
    def _(self, _fact: Station.Connected) -> None:
        self._row().connected += 1

    @tell.register
    def _(self, _fact: Station.Disconnected) -> None:
        self._row().disconnected += 1

    @tell.register
    def _(self, _fact: Station.Booted) -> None:
        self._row().boots += 1

    @tell.register
    def _(self, fact: Connector.StatusReported) -> None:
        if fact.status == FAULTED:
            self._row().faults += 1

    def _end(self, fact: Fact, energy: int | None) -> None:
        """What an end says stands, also when it comes after another one; None counts nothing."""
        row = self._counted.get(_number(fact))
        if row is None:
            return
        if row.open:
            row.open = False
            self._row().transactions_stopped += 1
        self._count(row, energy or 0)

    def _count(self, row: FleetHourRow, energy: int) -> None:
        self._row().energy_wh += energy - row.energy_wh
        row.energy_wh, row.last_position = energy, self._position
        self._changed.add((row.transaction, row.hour))

    def _row(self, transaction: int = _FLEET) -> FleetHourRow:
        """The one of the hour of this fact."""
        key = (transaction, self._at)
        if key not in self._rows:
            position = self._position
            self._rows[key] = FleetHourRow(
                transaction=transaction, hour=self._at, first_position=position
            )
        self._rows[key].last_position = self._position
        self._changed.add(key)
        return self._rows[key]


class FleetHours:
    """Two statements, however many facts."""

    name, version = "fleet_hours", 1
    table = FLEET_HOURS
    topics = topics_of(vars(_Tally)["tell"].dispatcher)

    def project(self, connection: Connection, noted: Sequence[Noted]) -> None:
        hours = [_hour(each.fact) for each in noted]
        columns = self.table.c
        numbers = {_number(each.fact) for each in noted} - {_FLEET}
        during = and_(
            columns.transaction == _FLEET, columns.hour >= min(hours), columns.hour <= max(hours)
        )
        query = select(self.table).where(
            or_(during, among(connection, columns.transaction, numbers))
        )
        tally = _Tally(fetch(connection, query, FleetHourRow))
        for each in noted:
            tally.take(each)
        upsert(connection, self.table, tally.changed)


MODEL = FleetHours()
_FIGURES = (
    "energy_wh",
    "transactions_started",
    "transactions_stopped",
    "connected",
    "disconnected",
    "faults",
    "boots",
)
VIEW = select(_C.hour, *(_C[name] for name in _FIGURES)).where(_C.transaction == _FLEET)


@dataclass(slots=True, kw_only=True)
class Hour:
    """What happened in an hour; energy in Wh."""

    hour: datetime
    energy_wh: int = 0
    transactions_started: int = 0
    transactions_stopped: int = 0
    connected: int = 0
    disconnected: int = 0
    faults: int = 0
    boots: int = 0


def last(connection: Connection, now: datetime, *, hours: int = 24) -> list[Hour]:
    """The hours up to the one that is under way, the oldest first; of nothing: zeros."""
    begin = hour_of(now) - (hours - 1) * HOUR
    found = {each.hour: each for each in fetch(connection, VIEW.where(_C.hour >= begin), Hour)}
    wanted = [begin + number * HOUR for number in range(hours)]
    return [found.get(hour, Hour(hour=hour)) for hour in wanted]


def energy_since(connection: Connection, moment: datetime) -> int:
    """Wh of all hours from the one that an instant is in."""
    query = select(func.coalesce(func.sum(_C.energy_wh), 0))
    mine = (_C.transaction == _FLEET, _C.hour >= hour_of(moment))
    return int(connection.scalar(query.where(*mine)) or 0)
