"""What the state of a station consists of: rows of read models, and how each is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import BaseModel

from commands.api.configuration_shapes import Automation, Key
from commands.api.connectors import Connector
from commands.api.local_list_shapes import ListedToken, list_of
from commands.api.profile_shapes import shown_installed
from commands.api.reservations import Reservation
from commands.api.station_shapes import station_of
from commands.api.transactions import Transaction
from projections import (
    automation,
    configuration,
    connectors,
    installed_profiles,
    local_list_entries,
    local_lists,
    reservations,
    stations,
    transactions,
)
from projections.database import Database

_ALL = 1_000_000  # rows: more than a station has

MODELS = (
    stations.MODEL,
    connectors.MODEL,
    transactions.MODEL,
    reservations.MODEL,
    configuration.MODEL,
    automation.MODEL,
    local_lists.MODEL,
    local_list_entries.MODEL,
    installed_profiles.MODEL,
)


class Named(NamedTuple):
    """One thing of an aspect: the connector "1", the configuration key "HeartbeatInterval"."""

    aspect: str
    key: str  # "" where there is one only


@dataclass(frozen=True, slots=True)
class Aspect:
    """One kind of thing that a station has."""

    rows: Callable[[Database, str], Sequence[Any]]
    shape: Callable[[Any], BaseModel]
    key: Callable[[Any], object] = lambda _: ""
    is_current: Callable[[Any], bool] = lambda _: True


ASPECTS: Mapping[str, Aspect] = MappingProxyType(
    {
        "station": Aspect(
            lambda database, station: _some(database.read(stations.find, station)),
            station_of,
            is_current=lambda row: row.registered,
        ),
        "connectors": Aspect(
            lambda database, station: database.read(connectors.listed, station=station, limit=_ALL),
            Connector.model_validate,
            key=lambda row: row.number,
        ),
        "transactions": Aspect(
            lambda database, station: database.read(
                transactions.listed, station=station, limit=_ALL
            ),
            Transaction.model_validate,
            key=lambda row: row.number,
            is_current=lambda row: row.state == "open",
        ),
        "reservations": Aspect(
            lambda database, station: database.read(
                reservations.listed, station=station, limit=_ALL
            ),
            Reservation.model_validate,
            key=lambda row: row.number,
            is_current=lambda row: row.alive,
        ),
        "configuration": Aspect(
            lambda database, station: database.read(configuration.listed, station, limit=_ALL),
            Key.model_validate,
            key=lambda row: row.key,
        ),
        "automation": Aspect(
            lambda database, station: [database.read(automation.of, station)],
            Automation.model_validate,
        ),
        "local_list": Aspect(
            lambda database, station: _some(database.read(local_lists.find, station)), list_of
        ),
        "local_list_entries": Aspect(
            lambda database, station: database.read(local_list_entries.listed, station, limit=None),
            ListedToken.model_validate,
            key=lambda row: row.id_tag,
        ),
        "charging_profiles": Aspect(
            lambda database, station: database.read(installed_profiles.of_station, station),
            shown_installed,
            key=lambda row: row.profile_id,
        ),
    }
)


def rows_of(database: Database, station: str) -> dict[Named, Any]:
    """All that a station has, and had."""
    return {
        Named(name, str(aspect.key(row))): row
        for name, aspect in ASPECTS.items()
        for row in aspect.rows(database, station)
    }


def current(rows: Mapping[Named, Any], name: str) -> list[BaseModel]:
    """What an aspect consists of at that moment; what has ended is left out."""
    aspect = ASPECTS[name]
    mine = (row for named, row in rows.items() if named.aspect == name)
    return [aspect.shape(row) for row in mine if aspect.is_current(row)]


def shown(named: Named, row: Any) -> dict[str, Any] | None:  # noqa: ANN401 - a row of any aspect
    """A thing as JSON; None where there is none."""
    return None if row is None else ASPECTS[named.aspect].shape(row).model_dump(mode="json")


def _some(row: object | None) -> list[object]:
    return [] if row is None else [row]
