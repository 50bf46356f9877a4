"""The read model of running transactions: where each runs, and the power it told last."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch
from typing import NamedTuple

from sqlalchemy import Connection, case, func, select

from domain.model.aggregate import Fact
from domain.model.meter import Meter
from domain.model.transaction import Transaction
from projections import drawn, meter_values
from projections.readmodel import Key, Keyed, Row
from projections.tables import among, fetch, partial_index, table


@dataclass(slots=True, kw_only=True)
class RunningRow(Row):
    """A transaction; `power_w` is what was drawn at `power_at`, None until it is told."""

    number: int
    station: str = ""
    connector: int = 0
    open: bool = False  # it runs
    power_w: int | None = None
    power_at: datetime | None = None  # the station's clock, when that is not ahead of ours


RUNNING = table(
    "running_v1",
    RunningRow,
    partial_index("running_v1_open", "station", where="open"),
    key=["number"],
)
_C = RUNNING.c


@singledispatch
def _effect(fact: Fact, row: RunningRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: Transaction.Started, row: RunningRow) -> None:
    row.station, row.connector, row.open = fact.station, fact.connector, True


@_effect.register
def _(fact: Meter.Read, row: RunningRow) -> None:
    power = drawn.power_of(meter_values.told_in(fact))
    at = min(fact.sampled_at, fact.timestamp)
    if power is not None and (row.power_at is None or at >= row.power_at):
        row.power_w, row.power_at = round(power), at


@_effect.register
def _(_fact: Transaction.Stopped, row: RunningRow) -> None:
    row.open = False


@_effect.register
def _(_fact: Transaction.Closed, row: RunningRow) -> None:
    row.open = False


@_effect.register
def _(_fact: Transaction.Corrected, row: RunningRow) -> None:
    row.open = False


def _key(fact: Fact) -> Key | None:
    """Most readings tell no power: their rows need not be touched."""
    if isinstance(fact, Meter.Read) and drawn.POWER not in fact.samples:
        return None
    kind, _, number = fact.originator_id.rpartition(":")
    return (int(number),) if kind in {"transaction", "meter:transaction"} else None


MODEL = Keyed("running", RunningRow, RUNNING, key=_key, effect=_effect)
VIEW = select(RUNNING).where(_C.open)


class Power(NamedTuple):
    """How many transactions run, and what those of them draw together that tell it."""

    running: int
    telling: int
    watts: int


def power(connection: Connection, *, since: datetime) -> Power:
    """Of now; what was told before `since` does not count."""
    fresh = _C.power_at >= since
    query = select(
        func.count(),
        func.count(case((fresh, _C.power_w))),
        func.coalesce(func.sum(case((fresh, _C.power_w))), 0),
    ).where(_C.open)
    running, telling, watts = connection.execute(query).one()
    return Power(running, telling, int(watts))


def powers(connection: Connection, numbers: Collection[int]) -> dict[int, int | None]:
    """What those of some transactions that run drew last, W, by their numbers."""
    query = VIEW.where(among(connection, _C.number, numbers))
    return {row.number: row.power_w for row in fetch(connection, query, RunningRow)}


def listed(connection: Connection) -> list[RunningRow]:
    """All that run, in no order."""
    return fetch(connection, VIEW, RunningRow)
