"""The read model of the automation: for which stations drift is put right without being asked."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import Connection, select

from domain.model.aggregate import Fact
from domain.model.configuration import Configuration
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class AutomationRow(Row):
    """Of a station whose automation was ever switched."""

    station: str
    automatic: bool = False
    set_by: str = ""
    set_at: datetime | None = None


AUTOMATION = table("automation_v1", AutomationRow, key=["station"])


@singledispatch
def _effect(fact: Fact, row: AutomationRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: Configuration.AutomaticSet, row: AutomationRow) -> None:
    row.automatic, row.set_by, row.set_at = fact.automatic, fact.by, fact.timestamp


def _key(fact: Fact) -> Key:
    return (fact.originator_id.removeprefix("configuration:"),)


MODEL = Keyed("automation", AutomationRow, AUTOMATION, key=_key, effect=_effect)
VIEW = select(AUTOMATION)


def of(connection: Connection, station: str) -> AutomationRow:
    """Of a station; off where nobody ever switched it."""
    query = VIEW.where(AUTOMATION.c.station == station)
    found = fetch(connection, query, AutomationRow)
    return found[0] if found else AutomationRow(station=station)
