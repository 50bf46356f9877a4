"""The read model of the members of campaigns: one row per station, from its wave to its outcome."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatchmethod

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Index,
    Label,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
)

from domain.model.aggregate import Fact
from domain.model.call import Call
from domain.model.campaign import CANCELLED, COMPLETED, Campaign, call_of
from projections.calls import CALLS
from projections.readmodel import Noted, Row
from projections.tables import among, fetch, partial_index, table, upsert


@dataclass(slots=True, kw_only=True)
class MemberRow(Row):
    """A station of a campaign. `state`: waiting, released, called, done.

    `settled`: its call is over, nothing more is awaited, and the campaign has not heard of it.
    """

    campaign: str
    station: str
    place: int  # 0 is the first station of the campaign
    wave: int = 0  # 0: none yet
    state: str = "waiting"
    outcome: str = ""  # succeeded, failed or cancelled
    detail: str = ""
    call: str
    call_status: str = ""  # as in `calls`
    settled: bool = False
    until: str  # answered or completed
    deadline: int  # s from the wish to call it
    released_at: datetime | None = None
    overdue_at: datetime | None = None
    settled_at: datetime | None = None
    done_at: datetime | None = None


MEMBERS = table(
    "campaign_members_v1",
    MemberRow,
    Index("campaign_members_v1_call", "call", unique=True),
    Index("campaign_members_v1_place", "campaign", "place"),
    partial_index("campaign_members_v1_released", "campaign", "place", where="state = 'released'"),
    partial_index("campaign_members_v1_called", "campaign", "place", where="state = 'called'"),
    partial_index("campaign_members_v1_settled", "campaign", "place", where="settled"),
    partial_index("campaign_members_v1_overdue", "campaign", "overdue_at", where="state <> 'done'"),
    key=["campaign", "station"],
)
# In words, not as parameters: else their indexes are not taken.
_WAITING: ColumnElement[str] = literal_column("'waiting'")
_RELEASED: ColumnElement[str] = literal_column("'released'")
RELEASED = MEMBERS.c.state == _RELEASED


class _Batch:
    """The rows that a batch of facts touches, by their calls."""

    def __init__(self, rows: Iterable[MemberRow]) -> None:
        self._rows = {row.call: row for row in rows}
        self._places = {(row.campaign, row.place): row for row in self._rows.values()}
        self._position = 0
        self.changed: dict[str, MemberRow] = {}

    def take(self, noted: Noted) -> None:
        """Take in a fact."""
        self._position = noted.position
        self._effect(noted.fact)

    @singledispatchmethod
    def _effect(self, fact: Fact) -> None:
        """Facts that do not concern this view pass by."""

    @_effect.register
    def _(self, fact: Campaign.Created) -> None:
        campaign = _campaign_of(fact)
        for place, station in enumerate(orjson.loads(fact.stations)):
            row = MemberRow(
                first_position=self._position,
                campaign=campaign,
                station=station,
                place=place,
                call=call_of(campaign, station),
                until=fact.until,
                deadline=fact.deadline,
            )
            self._rows[row.call] = self._places[campaign, place] = self._touched(row)

    @_effect.register
    def _(self, fact: Campaign.Released) -> None:
        campaign = _campaign_of(fact)
        for place in range(fact.first, fact.first + fact.size):
            row = self._touched(self._places[campaign, place])
            row.state, row.wave, row.released_at = "released", fact.wave, fact.timestamp
            row.overdue_at = fact.timestamp + timedelta(seconds=row.deadline)

    @_effect.register
    def _(self, fact: Campaign.Resumed) -> None:
        for row in self._rows.values():  # they could not be called meanwhile
            if row.campaign == _campaign_of(fact) and row.state == "released":
                overdue_at = fact.timestamp + timedelta(seconds=row.deadline)
                self._touched(row).overdue_at = overdue_at

    @_effect.register
    def _(self, fact: Campaign.Reported) -> None:
        row = self._touched(self._rows[call_of(_campaign_of(fact), fact.station)])
        row.outcome, row.detail = fact.outcome, fact.detail
        _done(row, fact.timestamp)

    @_effect.register
    def _(self, fact: Campaign.Cancelled) -> None:
        for row in self._rows.values():
            if row.campaign == _campaign_of(fact) and row.state == "waiting":
                self._touched(row).outcome = CANCELLED
                _done(row, fact.timestamp)

    @_effect.register
    def _(self, fact: Call.Requested) -> None:
        if row := self._rows.get(_call_of(fact)):
            self._touched(row).call_status = "queued"
            row.overdue_at = fact.timestamp + timedelta(seconds=row.deadline)
            if row.state == "released":
                row.state = "called"

    @_effect.register
    def _(self, fact: Call.Sent) -> None:
        self._follow(fact, "sent", settles=False)

    @_effect.register
    def _(self, fact: Call.Returned) -> None:
        self._follow(fact, "queued", settles=False)

    @_effect.register
    def _(self, fact: Call.Answered) -> None:
        self._follow(fact, "answered")

    @_effect.register
    def _(self, fact: Call.Refused) -> None:
        self._follow(fact, "refused")

    @_effect.register
    def _(self, fact: Call.TimedOut) -> None:
        self._follow(fact, "timed_out")

    @_effect.register
    def _(self, fact: Call.Expired) -> None:
        self._follow(fact, "expired")

    @_effect.register
    def _(self, fact: Call.Rejected) -> None:
        self._follow(fact, "rejected")

    @_effect.register
    def _(self, fact: Call.Cancelled) -> None:
        self._follow(fact, "cancelled")

    def _follow(self, fact: Fact, status: str, *, settles: bool = True) -> None:
        """The call went on. What was answered, or may have been, may have begun a job."""
        row = self._rows.get(_call_of(fact))
        if row is None:
            return
        self._touched(row).call_status = status
        goes_on = status in {"answered", "timed_out"} and row.until == COMPLETED
        row.settled = settles and not goes_on and row.state != "done"
        row.settled_at = fact.timestamp if row.settled else None

    def _touched(self, row: MemberRow) -> MemberRow:
        row.last_position = self._position
        self.changed[row.call] = row
        return row


def _done(row: MemberRow, at: datetime) -> None:
    row.state, row.settled, row.done_at = "done", False, at


def _campaign_of(fact: Fact) -> str:
    return fact.originator_id.removeprefix("campaign:")


def _call_of(fact: Fact) -> str:
    return fact.originator_id.removeprefix("call:")


_OfMany = Campaign.Released | Campaign.Resumed | Campaign.Cancelled


class Members:
    """Read what a batch touches, change it in memory, write it back."""

    name, version = "campaign_members", 1
    table = MEMBERS
    topics = frozenset(
        fact.TOPIC
        for fact in (
            *(Campaign.Created, Campaign.Released, Campaign.Reported),
            *(Campaign.Resumed, Campaign.Cancelled),
            *(Call.Requested, Call.Sent, Call.Returned, Call.Answered, Call.Refused),
            *(Call.TimedOut, Call.Expired, Call.Rejected, Call.Cancelled),
        )
    )

    def project(self, connection: Connection, noted: Sequence[Noted]) -> None:
        """Two statements, however many facts."""
        calls = {call for each in noted if (call := _touched_call(each.fact))}
        many = [each.fact for each in noted if isinstance(each.fact, _OfMany)]
        theirs = (self._those_of(fact) for fact in many)
        query = select(self.table).where(or_(among(connection, self.table.c.call, calls), *theirs))
        batch = _Batch(fetch(connection, query, MemberRow) if calls or many else ())
        for each in noted:
            batch.take(each)
        upsert(connection, self.table, list(batch.changed.values()))

    def _those_of(self, fact: _OfMany) -> ColumnElement[bool]:
        columns = self.table.c
        mine = columns.campaign == _campaign_of(fact)
        if isinstance(fact, Campaign.Released):
            return and_(mine, columns.place.between(fact.first, fact.first + fact.size - 1))
        return and_(
            mine, columns.state == (_RELEASED if isinstance(fact, Campaign.Resumed) else _WAITING)
        )


def _touched_call(fact: Fact) -> str:
    if isinstance(fact, Campaign.Reported):
        return call_of(_campaign_of(fact), fact.station)
    return _call_of(fact) if fact.originator_id.startswith("call:") else ""


MODEL = Members()
VIEW = select(MEMBERS)


@dataclass(slots=True, kw_only=True)
class MemberShown(MemberRow):
    """A member, and what its station answered."""

    response: str | None = None  # JSON, secrets masked


def listed(
    connection: Connection, campaign: str, *, outcome: str = "", after: int, limit: int
) -> list[MemberShown]:
    """The members behind the place `after` (-1: all), in their order."""
    query = select(MEMBERS, CALLS.c.response).outerjoin(CALLS, CALLS.c.id == MEMBERS.c.call)
    query = query.where(MEMBERS.c.campaign == campaign, MEMBERS.c.place > after)
    if outcome:
        query = query.where(MEMBERS.c.outcome == outcome)
    return fetch(connection, query.order_by(MEMBERS.c.place).limit(limit), MemberShown)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveShown:
    """How many stations of a wave came to what."""

    wave: int
    stations: int
    succeeded: int
    failed: int
    cancelled: int
    released_at: datetime | None


def waves(connection: Connection, campaign: str, *, before: int, limit: int) -> list[WaveShown]:
    """Those that were released before the wave `before` (0: all), the last one first."""
    columns = MEMBERS.c
    query = select(
        columns.wave,
        func.count().label("stations"),
        *(_counted(outcome) for outcome in ("succeeded", "failed", "cancelled")),
        func.min(columns.released_at).label("released_at"),
    ).where(columns.campaign == campaign, columns.wave > 0)
    if before:
        query = query.where(columns.wave < before)
    query = query.group_by(columns.wave).order_by(columns.wave.desc()).limit(limit)
    return fetch(connection, query, WaveShown)


def _counted(outcome: str) -> Label[int]:
    return func.sum(case((MEMBERS.c.outcome == outcome, 1), else_=0)).label(outcome)
