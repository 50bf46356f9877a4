"""What a connector may draw: the composite schedule of the profiles that are installed now."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from domain.model.schedule import Limit, Plan, Session, Supply, composite, composite_of_station
from domain.ocpp import times
from domain.ocpp.v16.smart_charging import plans
from projections import connectors, installed_profiles, schedules, transactions
from projections.connectors import ConnectorRow
from projections.transactions import TransactionRow

_MOST_CONNECTORS = 1000


def of_connector(
    connection: Connection,
    station: str,
    connector: int,
    *,
    begin: datetime,
    duration: int,
    unit: str,
    supply: Supply,
) -> tuple[Limit, ...]:
    """The limits in the `duration` seconds from `begin` on; of connector 0 the station's total.

    Whoever charges now is taken to have begun when it did, and to go on. Raises TooMuch.
    """
    installed = _installed(connection, station)
    rows = connectors.listed(connection, station=station, limit=_MOST_CONNECTORS)
    if connector == 0:
        numbers = {row.number for row in rows} | {plan.connector for plan in installed}
        return composite_of_station(
            installed,
            sessions=_sessions(connection, rows, sorted(numbers - {0})),
            begin=begin,
            duration=duration,
            unit=unit,
            supply=supply,
        )
    [session] = _sessions(connection, rows, [connector])
    return composite(
        installed,
        connector=connector,
        begin=begin,
        duration=duration,
        unit=unit,
        supply=supply,
        charging_since=session.since,
        transaction=session.transaction,
    )


def is_known(connection: Connection, station: str, connector: int) -> bool:
    """Whether a station ever named a connector, or something is installed there; 0 always is."""
    if connector == 0:
        return True
    rows = connectors.listed(connection, station=station, limit=_MOST_CONNECTORS)
    if any(row.number == connector for row in rows):
        return True
    if schedules.find(connection, station, connector) is not None:
        return True
    installed = installed_profiles.of_station(connection, station)
    return any(row.connector == connector for row in installed)


def _installed(connection: Connection, station: str) -> list[Plan]:
    """What can be understood of what is installed."""
    rows = installed_profiles.of_station(connection, station)
    read = (
        plans.of_profile(row.profile, connector=row.connector, transaction=row.transaction)
        for row in rows
    )
    return [plan for plan in read if plan is not None]


def _sessions(
    connection: Connection, rows: Iterable[ConnectorRow], numbers: Sequence[int]
) -> list[Session]:
    """Who charges at connectors, in one query."""
    taken = {row.number: row.transaction for row in rows if row.transaction is not None}
    asked = {taken[number] for number in numbers if number in taken}
    found = {row.number: row for row in transactions.those(connection, asked)}
    return [_session(number, found.get(taken.get(number, 0))) for number in numbers]


def _session(connector: int, charging: TransactionRow | None) -> Session:
    """Who charges there, since when: a clock that was never set is not believed."""
    if charging is None:
        return Session(connector=connector)
    since = charging.start_received_at
    if charging.started_at is not None and since is not None:
        since = times.credible(charging.started_at, since)
    return Session(connector=connector, since=since, transaction=charging.number)
