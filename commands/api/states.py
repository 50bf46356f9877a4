"""…/state and …/changes of a station: all of it at an instant, and what two instants differ in."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from commands.api import aspects
from commands.api.access import viewing
from commands.api.aspects import MODELS, Named, current, rows_of
from commands.api.configuration_shapes import Automation, Key
from commands.api.connectors import Connector
from commands.api.differences import changes
from commands.api.local_list_shapes import ListedToken, LocalList
from commands.api.office import AnOffice, Office
from commands.api.past import At, check_past, in_turn
from commands.api.problems import Problem
from commands.api.profile_shapes import InstalledProfile
from commands.api.reservations import Reservation
from commands.api.shapes import GivenTime, Limit, StationId, Time
from commands.api.station_shapes import Station
from commands.api.timeline import FactTold, told
from commands.api.transactions import Transaction
from domain.moments import facts_between
from domain.ocpp import times
from projections.past import OfStation, Past

router = APIRouter(
    prefix="/api/v1/stations/{station}", tags=["time travel"], dependencies=[viewing]
)


class State(BaseModel):
    """A station with all it has, as of an instant."""

    as_of: Time
    position: int = Field(description="of the last fact of the station until then")
    station: Station | None = Field(description="null while it was not registered")
    connectors: list[Connector]
    transactions: list[Transaction] = Field(description="those that were open")
    reservations: list[Reservation] = Field(description="those that stood, or were asked for")
    automation: Automation
    configuration: list[Key]
    local_list: LocalList | None = Field(description="null when it was never spoken of")
    local_list_entries: list[ListedToken]
    charging_profiles: list[InstalledProfile]


class Difference(BaseModel):
    """A member of something that changed; of what appeared or went, all of it."""

    aspect: str = Field(description="as in the state, e.g. connectors")
    key: str = Field(description="which of them, e.g. 1")
    member: str = Field(description='e.g. status, boot.vendor; "" when all of it is new or gone')
    before: Any
    after: Any


class Changes(BaseModel):
    """What two instants of a station differ in, and the facts between them."""

    begin: Time = Field(serialization_alias="from")
    begin_position: int = Field(serialization_alias="from_position")
    end: Time = Field(serialization_alias="to")
    end_position: int = Field(serialization_alias="to_position")
    differences: list[Difference]
    facts: list[FactTold] = Field(description="the oldest first")
    more_facts: bool = Field(description="there are more than `limit`: see the timeline")


@router.get("/state")
def get_state(office: AnOffice, station: StationId, at: At = None) -> State:
    """All of a station as it was at an instant, from its facts alone; without `at`: as it is."""
    instant = _past(office, at)
    with in_turn(office), _past_of(office, station) as past:
        position = past.go_to(instant)
        _check_known(station, position, instant)
        rows = rows_of(past.database, station)
    found: dict[str, Any] = {name: current(rows, name) for name in aspects.ASPECTS}
    for single in ("station", "automation", "local_list"):
        found[single] = next(iter(found[single]), None)
    return State(as_of=instant, position=position, **found)


@router.get("/changes")
def get_changes(
    office: AnOffice,
    station: StationId,
    *,
    begin: Annotated[GivenTime, Query(alias="from")],
    end: Annotated[GivenTime | None, Query(alias="to", description="left out: now")] = None,
    limit: Limit = 100,
) -> Changes:
    """What changed at a station between two instants; transactions that ended between them too."""
    until = _past(office, end)
    if begin > until:
        raise Problem(422, "from must not be later than to", kind="invalid")
    with in_turn(office), _past_of(office, station) as past:
        first = past.go_to(begin)
        before = rows_of(past.database, station)
        last = past.go_to(until)
        _check_known(station, last, until)
        after = rows_of(past.database, station)
    between = facts_between(office.log, first, last, station=station) if last > first else iter(())
    facts = list(islice(between, limit + 1))
    return Changes(
        begin=begin,
        begin_position=first,
        end=until,
        end_position=last,
        differences=list(_differences(before, after)),
        facts=told(facts[:limit]),
        more_facts=len(facts) > limit,
    )


def _differences(before: dict[Named, Any], after: dict[Named, Any]) -> Iterator[Difference]:
    """Rows are compared first: most are the same."""
    for named in dict.fromkeys((*before, *after)):
        old, new = before.get(named), after.get(named)
        if old != new:
            for each in changes(aspects.shown(named, old), aspects.shown(named, new)):
                yield Difference(
                    aspect=named.aspect,
                    key=named.key,
                    member=each.member,
                    before=each.before,
                    after=each.after,
                )


def _past_of(office: Office, station: str) -> Past:
    return Past(office.log, OfStation(office.log, station), MODELS)


def _past(office: Office, instant: datetime | None) -> datetime:
    if instant is None:
        return office.clock()
    check_past(office, instant)
    return instant


def _check_known(station: str, position: int, instant: datetime) -> None:
    if not position:
        detail = f"nothing was known of a station {station} at {times.write(instant)}"
        raise Problem(404, detail, kind="not-found")
