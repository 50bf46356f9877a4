"""Members of campaigns of whom there is something to tell: to their station, or by it."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, exists, literal_column, select

from domain.model.campaign import COMPLETED, FAILED
from projections.campaign_members import MEMBERS, RELEASED, VIEW, MemberRow
from projections.jobs import JOBS
from projections.tables import fetch

# In words, not as parameters: else their indexes are not taken.
_CALLED = MEMBERS.c.state == literal_column("'called'")
_OUT = and_(MEMBERS.c.state != literal_column("'done'"), ~MEMBERS.c.settled)
# Where no answer came in time the request may have been taken all the same: what the station tells
# of its job decides, or the deadline.
_NO_ANSWER = and_(MEMBERS.c.call_status == "timed_out", JOBS.c.state == FAILED)
_END = case((and_(JOBS.c.state == FAILED, JOBS.c.reason != ""), JOBS.c.reason), else_=JOBS.c.state)
_JOB_IS_OVER = and_(MEMBERS.c.until == COMPLETED, JOBS.c.over, ~_NO_ANSWER)


def uncalled(connection: Connection, campaign: str, *, limit: int) -> list[MemberRow]:
    """Released members that nobody has wished to call yet, in their order."""
    return _of(connection, campaign, RELEASED, limit=limit)


def unsent(connection: Connection, campaign: str, *, limit: int) -> list[MemberRow]:
    """Members with a call that has not gone out."""
    queued = and_(_CALLED, MEMBERS.c.call_status == "queued")
    return _of(connection, campaign, queued, limit=limit)


def settled(connection: Connection, campaign: str, *, limit: int) -> list[MemberRow]:
    """Members whose call is over, and of whom the campaign has not heard."""
    return _of(connection, campaign, MEMBERS.c.settled, limit=limit)


def completed(
    connection: Connection, campaign: str, *, limit: int
) -> list[tuple[MemberRow, str, str]]:
    """Members whose job is over, with its outcome and its last state, or why it has failed."""
    end = (JOBS.c.outcome.label("job_outcome"), _END.label("job_end"))
    query = select(MEMBERS, *end).join(JOBS, JOBS.c.id == MEMBERS.c.call)
    query = query.where(MEMBERS.c.campaign == campaign, _CALLED, ~MEMBERS.c.settled, _JOB_IS_OVER)
    found = connection.execute(query.order_by(MEMBERS.c.place).limit(limit)).mappings()
    names = MEMBERS.c.keys()
    return [
        (
            MemberRow(**{name: row[name] for name in names}),
            row["job_outcome"] or FAILED,
            row["job_end"].replace("_", " "),
        )
        for row in found
    ]


def overdue(
    connection: Connection, campaign: str, *, now: datetime, called: bool, limit: int
) -> list[MemberRow]:
    """Members that have taken too long; those alone that were `called`, or all who are out."""
    ended = exists().where(JOBS.c.id == MEMBERS.c.call, _JOB_IS_OVER).correlate(MEMBERS)
    query = VIEW.where(MEMBERS.c.campaign == campaign, _OUT, MEMBERS.c.overdue_at <= now, ~ended)
    if called:
        query = query.where(_CALLED)
    return fetch(connection, query.order_by(MEMBERS.c.overdue_at).limit(limit), MemberRow)


def _of(
    connection: Connection, campaign: str, those: ColumnElement[bool], *, limit: int
) -> list[MemberRow]:
    query = VIEW.where(MEMBERS.c.campaign == campaign, those).order_by(MEMBERS.c.place)
    return fetch(connection, query.limit(limit), MemberRow)
