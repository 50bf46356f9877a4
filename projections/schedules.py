"""The read model of schedules: what each connector reported last as its composite schedule."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import Connection, select

from domain.model.aggregate import Fact
from domain.model.schedule_report import ScheduleReport
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class ScheduleRow(Row):
    """A GetCompositeSchedule and its answer; `connector` 0 is the station as a whole."""

    station: str
    connector: int
    call: str = ""
    status: str = ""  # Accepted or Rejected
    duration: int = 0  # s, as it was asked for
    unit: str = ""  # as it was asked for; "" when the station was to choose
    start: datetime | None = None  # the station's clock; None when it said nothing
    schedule: str = ""  # JSON of the ChargingSchedule; "" when there is none
    received_at: datetime | None = None


SCHEDULES = table("schedules_v1", ScheduleRow, key=["station", "connector"])


@singledispatch
def _effect(fact: Fact, row: ScheduleRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(_fact: ScheduleReport.Begun, _row: ScheduleRow) -> None:
    """The report follows."""


@_effect.register
def _(fact: ScheduleReport.Reported, row: ScheduleRow) -> None:
    row.call, row.status, row.received_at = fact.call, fact.status, fact.timestamp
    row.duration, row.unit = fact.duration, fact.unit
    row.start, row.schedule = fact.start, fact.schedule


def _key(fact: Fact) -> Key:
    station, _, connector = fact.originator_id.removeprefix("schedule:").rpartition(":")
    return station, int(connector)


MODEL = Keyed("schedules", ScheduleRow, SCHEDULES, key=_key, effect=_effect)
VIEW = select(SCHEDULES)


def find(connection: Connection, station: str, connector: int) -> ScheduleRow | None:
    """What a connector reported last."""
    columns = SCHEDULES.c
    query = VIEW.where(columns.station == station, columns.connector == connector)
    return next(iter(fetch(connection, query, ScheduleRow)), None)
