"""What a connector drew: one figure per moment, of the values its meter sent phase by phase."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from types import MappingProxyType

from sqlalchemy import Connection

from domain.model.schedule import AMPERES, Supply
from projections import meter_values
from projections.meter_values import MeterValueRow

POWER, _CURRENT = "Power.Active.Import", "Current.Import"
_FACTORS = MappingProxyType({"kW": 1000.0})  # to W; anything else is W or A
_MOST = 1e9  # A or W: what is beyond is no measurement
_LIVE = frozenset({"L1", "L2", "L3", "L1-N", "L2-N", "L3-N"})


@dataclass(frozen=True, slots=True)
class Drawn:
    """What flowed at a moment by the station's clock: amperes of the fullest phase, or watts."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Course:
    """What flowed in a window, in time; `known_from`: before that there is more than is told."""

    readings: Sequence[Drawn]
    known_from: datetime | None = None


def of_connector(
    connection: Connection,
    station: str,
    connector: int,
    *,
    begin: datetime,
    end: datetime,
    unit: str,
    supply: Supply,
    most: int = 5000,
) -> Course:
    """What was drawn from `begin` to before `end`, in the newest `most` moments.

    What was measured in the other unit only is converted with the supply.
    """
    rows, cut = meter_values.of_window(
        connection,
        station,
        connector,
        measurands=(POWER, _CURRENT),
        begin=begin,
        end=end,
        most=most,
    )
    found = (_of_moment(list(rows), unit, supply) for _, rows in groupby(rows, _moment))
    readings = sorted((each for each in found if each is not None), key=lambda each: each.at)
    return Course(readings, rows[-1].sampled_at if cut and rows else None)


def power_of(rows: Iterable[MeterValueRow]) -> float | None:
    """The watts that the values of one moment tell; None when they tell no power."""
    return _together(_figures(rows, POWER), sum)


def _moment(row: MeterValueRow) -> tuple[int, datetime]:
    return row.position, row.sampled_at


def _of_moment(rows: list[MeterValueRow], unit: str, supply: Supply) -> Drawn | None:
    """Watts of a power, amperes of a current; the one of the other where only that is there."""
    power, current = _figures(rows, POWER), _figures(rows, _CURRENT)
    watts_of_an_ampere = supply.voltage * supply.phases
    if unit == AMPERES:
        value = _together(current, max)
        if value is None and (watts := _together(power, sum)) is not None:
            value = watts / watts_of_an_ampere
    else:
        value = _together(power, sum)
        if value is None:
            value = _watts(current, supply)
    return None if value is None else Drawn(rows[0].sampled_at, value)


def _figures(rows: Iterable[MeterValueRow], measurand: str) -> dict[str, float]:
    """The values of a measurand by phase, at the outlet: inlet and car are other places."""
    return {
        row.phase: row.value * _FACTORS.get(row.unit, 1.0)
        for row in rows
        if row.measurand == measurand and row.location == "Outlet"
        if row.value is not None and abs(row.value) <= _MOST
    }


def _together(
    figures: dict[str, float], combine: Callable[[Iterable[float]], float]
) -> float | None:
    """All phases as one: what was measured over all of them goes before what we combine."""
    if "" in figures:
        return figures[""]
    live = [value for phase, value in figures.items() if phase in _LIVE]
    return combine(live) if live else None


def _watts(current: dict[str, float], supply: Supply) -> float | None:
    """Amperes phase by phase add up; a single figure is that of each phase."""
    live = [value for phase, value in current.items() if phase in _LIVE]
    if live:
        return sum(live) * supply.voltage
    return current[""] * supply.voltage * supply.phases if "" in current else None
