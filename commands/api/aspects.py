"""What the state of a station consists of: rows of read models, and how each is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import BaseModel
from sqlalchemy import Connection

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

    rows: Callable[[Connection, str], Sequence[Any]]
    shape: Callable[[Any], BaseModel]
    key: Callable[[Any], object] = lambda _: ""
    is_current: Callable[[Any], bool] = lambda _: True


ASPECTS: Mapping[str, Aspect] = MappingProxyType(
    {
        "station": Aspect(
            lambda connection, station: _some(stations.find(connection, station)),
            station_of,
            is_current=lambda row: row.registered,
        ),
        "connectors": Aspect(
            lambda connection, station: connectors.listed(connection, station=station, limit=_ALL),
            Connector.model_validate,
            key=lambda row: row.number,
        ),
        "transactions": Aspect(
            lambda connection, station: transactions.listed(
                connection, station=station, limit=_ALL
            ),
            Transaction.model_validate,
            key=lambda row: row.number,
            is_current=lambda row: row.state == "open",
        ),
        "reservations": Aspect(
            lambda connection, station: reservations.listed(
                connection, station=station, limit=_ALL
            ),
            Reservation.model_validate,
            key=lambda row: row.number,
            is_current=lambda row: row.alive,
        ),
        "configuration": Aspect(
            lambda connection, station: configuration.listed(connection, station, limit=_ALL),
            Key.model_validate,
            key=lambda row: row.key,
        ),
        "automation": Aspect(
            lambda connection, station: [automation.of(connection, station)],
            Automation.model_validate,
        ),
        "local_list": Aspect(
            lambda connection, station: _some(local_lists.find(connection, station)), list_of
        ),
        "local_list_entries": Aspect(
            lambda connection, station: local_list_entries.listed(connection, station, limit=None),
            ListedToken.model_validate,
            key=lambda row: row.id_tag,
        ),
        "charging_profiles": Aspect(
            installed_profiles.of_station,
            shown_installed,
            key=lambda row: row.profile_id,
        ),
    }
)


def rows_of(connection: Connection, station: str) -> dict[Named, Any]:
    """All that a station has, and had."""
    return {
        Named(name, str(aspect.key(row))): row
        for name, aspect in ASPECTS.items()
        for row in aspect.rows(connection, station)
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
