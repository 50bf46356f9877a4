"""The read model of problems: what somebody should look at, of whatever kind, in one order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatch

from sqlalchemy import Connection, Index, func, select

from domain.model.aggregate import Fact
from domain.model.call import Call
from domain.model.connector import Connector
from domain.model.job_progress import OUTCOMES
from domain.model.maintenance import Maintenance
from domain.model.quarantine import Quarantine
from domain.model.security_log import CRITICAL, SecurityLog
from projections import calls, client_certificates, webhooks
from projections.fleet_hours import FAULTED
from projections.jobs import station_of
from projections.readmodel import Appended, Noted, topics_of
from projections.tables import fetch, table

FAULT, CASE, CALL, SECURITY, JOB = "fault", "quarantine", "call-failed", "security", "job-failed"
WEBHOOK, CERTIFICATE = "webhook-failing", "certificate-ending"
_SOON = timedelta(days=14)  # that a certificate still lasts


@dataclass(slots=True, kw_only=True)
class ProblemRow:
    """A problem. `subject` names what it is about: a call, a case, a job, a webhook."""

    position: int
    at: datetime  # our clock
    kind: str
    station: str = ""
    connector: int | None = None
    subject: str = ""
    text: str = ""


PROBLEMS = table(
    "problems_v1", ProblemRow, Index("problems_v1_kind", "kind", "at"), key=["position"]
)
_C = PROBLEMS.c


@singledispatch
def _tell(_fact: Fact, _row: ProblemRow) -> bool:
    """Put into a row what a fact tells; whether that is a problem."""
    return False


@_tell.register
def _(fact: Connector.StatusReported, row: ProblemRow) -> bool:
    station, _, number = fact.originator_id.removeprefix("connector:").rpartition(":")
    row.kind, row.station, row.connector = FAULT, station, int(number)
    said = (fact.error_code, fact.vendor_error_code, fact.info)
    row.text = ", ".join(each for each in said if each)
    return fact.status == FAULTED


@_tell.register
def _(fact: Quarantine.Kept, row: ProblemRow) -> bool:
    row.kind, row.station, row.connector = CASE, fact.station, fact.connector
    row.subject = str(row.position)
    row.text = f"{fact.action}: {fact.kind}" if fact.action else fact.kind
    return True


@_tell.register
def _(fact: Call.Refused, row: ProblemRow) -> bool:
    row.kind, row.subject = CALL, fact.originator_id.removeprefix("call:")
    row.text = f"{fact.code} {fact.description}".strip()
    return True


@_tell.register
def _(fact: Call.TimedOut, row: ProblemRow) -> bool:
    row.kind, row.subject = CALL, fact.originator_id.removeprefix("call:")
    row.text = f"no answer: {fact.reason}"
    return True


@_tell.register
def _(fact: SecurityLog.Recorded, row: ProblemRow) -> bool:
    row.kind, row.station, row.text = SECURITY, fact.station, fact.type
    return fact.severity == CRITICAL


@_tell.register
def _(fact: Maintenance.JobFailed, row: ProblemRow) -> bool:
    row.text = f"{fact.kind}: {fact.reason}"
    return _is_failed_job(fact, fact.job, fact.state, row)


@_tell.register
def _(fact: Maintenance.StatusReported, row: ProblemRow) -> bool:
    row.text = f"{fact.kind}: {fact.status}"
    return not fact.late and _is_failed_job(fact, fact.job, fact.state, row)


def _is_failed_job(fact: Fact, job: str, state: str, row: ProblemRow) -> bool:
    row.kind, row.station, row.subject = JOB, station_of(fact), job
    return bool(job) and OUTCOMES.get(state) == "failed"


def _rows(noted: Noted) -> Iterator[ProblemRow]:
    row = ProblemRow(position=noted.position, at=noted.fact.timestamp, kind="")
    if _tell(noted.fact, row):
        yield row


MODEL = Appended("problems", PROBLEMS, topics=topics_of(_tell), rows=_rows)
VIEW = select(PROBLEMS)


def last(connection: Connection, now: datetime, *, limit: int = 20) -> list[ProblemRow]:
    """The newest first, with those that no fact tells: they last."""
    query = VIEW.order_by(_C.position.desc()).limit(limit)
    told = fetch(connection, query, ProblemRow)
    _name_calls(connection, told)
    lasting = [*_webhooks(connection), *_certificates(connection, now, limit)]
    return sorted([*told, *lasting], key=lambda row: row.at, reverse=True)[:limit]


def counted(connection: Connection, kind: str, *, since: datetime) -> int:
    """How many there were of a kind, each subject once."""
    what = func.count(_C.subject.distinct()) if kind == JOB else func.count()
    return connection.scalar(select(what).where(_C.kind == kind, _C.at >= since)) or 0


def _name_calls(connection: Connection, rows: list[ProblemRow]) -> None:
    """The facts of a call do not say again whose it is."""
    failed = [row for row in rows if row.kind == CALL]
    known = calls.among_ids(connection, [row.subject for row in failed])
    for row in failed:
        if call := known.get(row.subject):
            row.station, row.text = call.station, f"{call.action}: {row.text}"


def _webhooks(connection: Connection) -> Iterator[ProblemRow]:
    for each in webhooks.listed(connection):
        if each.failing_since and each.state != webhooks.PAUSED:
            yield ProblemRow(
                position=0,
                at=each.failing_since,
                kind=WEBHOOK,
                subject=each.id,
                text=f"{each.name}: {each.last_error}",
            )


def _certificates(connection: Connection, now: datetime, limit: int) -> Iterator[ProblemRow]:
    """Of each station the last one, since when its end was near."""
    until = now + _SOON
    for station, end in client_certificates.newly_ending(connection, until=until, limit=limit):
        yield ProblemRow(
            position=0,
            at=min(end - _SOON, now),
            kind=CERTIFICATE,
            station=station,
            text=f"its last certificate ends at {end.isoformat(timespec='minutes')}",
        )
