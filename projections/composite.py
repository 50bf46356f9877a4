"""What a connector may draw: the composite schedule of the profiles that are installed now."""

from datetime import datetime

from sqlalchemy import Connection

from domain.model.schedule import Limit, Plan, Session, Supply, composite, composite_of_station
from domain.ocpp import times
from domain.ocpp.v16.smart_charging import plans
from projections import connectors, installed_profiles, transactions
from projections.connectors import ConnectorRow

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

    Whoever charges now is taken to have begun when it did, and to go on.
    """
    installed = _installed(connection, station)
    rows = connectors.listed(connection, station=station, limit=_MOST_CONNECTORS)
    if connector == 0:
        numbers = {row.number for row in rows} | {plan.connector for plan in installed}
        return composite_of_station(
            installed,
            sessions=[_session(connection, rows, number) for number in sorted(numbers - {0})],
            begin=begin,
            duration=duration,
            unit=unit,
            supply=supply,
        )
    session = _session(connection, rows, connector)
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


def _installed(connection: Connection, station: str) -> list[Plan]:
    """What can be understood of what is installed."""
    rows = installed_profiles.of_station(connection, station)
    read = (
        plans.of_profile(row.profile, connector=row.connector, transaction=row.transaction)
        for row in rows
    )
    return [plan for plan in read if plan is not None]


def _session(connection: Connection, rows: list[ConnectorRow], connector: int) -> Session:
    """Who charges there, since when: a clock that was never set is not believed."""
    open_one = next((row.transaction for row in rows if row.number == connector), None)
    found = None if open_one is None else transactions.find(connection, open_one)
    if found is None:
        return Session(connector=connector)
    since = found.start_received_at
    if found.started_at is not None and since is not None:
        since = times.credible(found.started_at, since)
    return Session(connector=connector, since=since, transaction=found.number)
