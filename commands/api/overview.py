"""/api/v1/overview: the fleet at a glance, as whoever looks after it wants to see it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from commands.api.access import viewing
from commands.api.office import AnOffice, Office
from commands.api.shapes import GivenTime, Time
from commands.api.ui_paths import path_of
from projections import fleet, problems
from projections.fleet import Fleet
from projections.migration import READ_MODELS
from projections.problems import ProblemRow
from projections.progress import lag

router = APIRouter(prefix="/api/v1/overview", tags=["overview"], dependencies=[viewing])

_LONGEST = timedelta(days=366)  # that energy is added up for


class Stations(BaseModel, from_attributes=True):
    """Registered stations, each counted as online or offline."""

    registered: int
    online: int
    offline: int
    faulted: int = Field(description="of which a connector, or they themselves, told Faulted last")
    unknown: int = Field(description="that asked to connect and are not registered")


class Power(BaseModel, from_attributes=True):
    """What is drawn now."""

    watts: int
    telling: int = Field(description="running transactions that told their power in 15 minutes")


class Calls(BaseModel):
    """Calls to stations that are not over."""

    waiting: int = Field(description="not gone out")
    under_way: int = Field(description="gone out, not answered")


class Lag(BaseModel):
    """The largest of all read models."""

    facts: int
    seconds: float = Field(description="age of the oldest fact that is not in its rows")


class Hour(BaseModel, from_attributes=True):
    """What happened in an hour, by the stations' clocks where those can be believed."""

    hour: Time = Field(description="its beginning")
    energy_wh: int = Field(
        description="that registers showed; negative where an end took back what readings told"
    )
    transactions_started: int
    transactions_stopped: int
    connected: int
    disconnected: int
    faults: int = Field(description="StatusNotifications of Faulted")
    boots: int


class Concern(BaseModel):
    """Something that somebody should look at."""

    at: Time
    kind: str = Field(
        description="fault, quarantine, call-failed, security, job-failed, webhook-failing or"
        " certificate-ending"
    )
    station: str
    connector: int | None
    text: str
    path: str = Field(description="where the web UI shows it")


class Overview(BaseModel):
    """The fleet in figures, not older than a second."""

    at: Time
    stations: Stations
    connectors: dict[str, int] = Field(description='by reported status, "" for none yet')
    transactions_running: int
    power: Power
    energy_wh: int = Field(description="since `since`, by whole hours")
    since: Time
    calls: Calls
    quarantine: int = Field(description="open cases")
    lag: Lag
    security_events_critical: int = Field(description="in 24 hours")
    jobs_failed: int = Field(description="in 24 hours")
    drift: int = Field(description="configuration keys that are not as desired")
    hours: list[Hour] = Field(description="the last 24, the oldest first")
    problems: list[Concern] = Field(description="the last 20, the newest first")


@router.get("")
def get_overview(
    office: AnOffice,
    since: Annotated[
        GivenTime | None,
        Query(description="energy counts from the hour of then on; left out: from midnight, UTC"),
    ] = None,
) -> Overview:
    """All of it in one answer, made at most twice a second however many ask."""
    now = office.clock().astimezone(UTC)
    begin = since or now.replace(hour=0, minute=0, second=0, microsecond=0)
    begin = max(begin, now - _LONGEST)
    return office.moments.ask(("overview", since), lambda: _overview(office, now, begin))


def _overview(office: Office, now: datetime, since: datetime) -> Overview:
    found = office.database.read(fleet.figures, now, since=since)
    return Overview(
        at=now,
        stations=Stations.model_validate(found.stations),
        connectors=found.connectors,
        transactions_running=found.power.running,
        power=Power.model_validate(found.power),
        energy_wh=found.energy_wh,
        since=since,
        calls=Calls(waiting=found.calls_waiting, under_way=found.calls_under_way),
        quarantine=found.cases,
        lag=_lag(office),
        security_events_critical=found.critical,
        jobs_failed=found.jobs_failed,
        drift=found.drift,
        hours=[Hour.model_validate(each) for each in found.hours],
        problems=_concerns(found),
    )


def _lag(office: Office) -> Lag:
    database = office.database
    behind = database.guarded(
        lambda: lag(database.engine, office.log, READ_MODELS, clock=office.clock)
    )
    return Lag(
        facts=max((each.positions for each in behind.values()), default=0),
        seconds=round(max((each.seconds for each in behind.values()), default=0.0), 3),
    )


def _concerns(found: Fleet) -> list[Concern]:
    return [
        Concern(
            at=row.at,
            kind=row.kind,
            station=row.station,
            connector=row.connector,
            text=row.text,
            path=_PLACES[row.kind](row),
        )
        for row in found.problems
    ]


_PLACES: MappingProxyType[str, Callable[[ProblemRow], str]] = MappingProxyType(
    {
        problems.FAULT: lambda row: path_of("station", row.station),
        problems.CASE: lambda row: path_of("quarantine", row.subject),
        problems.CALL: lambda row: path_of("call", row.subject),
        problems.JOB: lambda row: path_of("job", row.subject),
        problems.SECURITY: lambda _: "/security-events",
        problems.WEBHOOK: lambda _: "/webhooks",
        problems.CERTIFICATE: lambda _: "/certificates",
    }
)
