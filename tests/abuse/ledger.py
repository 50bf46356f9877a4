"""What was acknowledged, compared with what the API knows: nothing lost, nothing twice."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx

from tests.abuse.innocents import Account, Session

_PAGE = 500


def compare(api: httpx.Client, account: Account) -> Iterator[str]:
    """Every difference, in words."""
    for station in sorted({session.station for session in account.sessions}):
        sessions = [session for session in account.sessions if session.station == station]
        known = list(_pages(api, "/api/v1/transactions", station=station))
        yield from _twice(station, known)
        rows, readings = {row["id"]: row for row in known}, _readings(api, station)
        for session in sessions:
            yield from _compare(session, rows.get(session.number), readings)


def quarantine(api: httpx.Client) -> Iterator[dict[str, Any]]:
    """All that was put aside."""
    return _pages(api, "/api/v1/quarantine")


def _readings(api: httpx.Client, station: str) -> Counter[tuple[int, int]]:
    """How often each value stands in each transaction."""
    values = _pages(api, f"/api/v1/stations/{station}/meter-values", in_transaction="true")
    return Counter(
        (each["transaction"], int(each["value"]))
        for each in values
        if each["source"] == "MeterValues"
    )


def _twice(station: str, known: list[dict[str, Any]]) -> Iterator[str]:
    starts = Counter(row["meter_start_wh"] for row in known)
    for meter, count in starts.items():
        if count > 1:
            yield f"{station}: {count} transactions start at {meter} Wh"


def _compare(
    session: Session, row: dict[str, Any] | None, readings: Counter[tuple[int, int]]
) -> Iterator[str]:
    name = f"{session.station}, transaction {session.number}"
    if row is None or row["meter_start_wh"] != session.meter_start:
        yield f"{name}: its start was acknowledged, and is not there"
        return
    if session.meter_stop is not None and row["meter_stop_wh"] != session.meter_stop:
        yield f"{name}: its stop was acknowledged, and is not there"
    for reading in session.readings:
        if (count := readings[session.number, reading]) != 1:
            yield f"{name}: the reading {reading} is there {count} times"


def _pages(api: httpx.Client, path: str, **query: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    while True:
        answer = api.get(path, params={**query, "limit": _PAGE, "cursor": cursor})
        page = answer.raise_for_status().json()
        yield from page["items"]
        if not (cursor := page["next"] or ""):
            return
