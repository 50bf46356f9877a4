"""Which transactions a case of the quarantine may be about: each with a score, and why.

The score orders them for a person; nothing is decided by it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_

from domain.model.quarantine import Kind
from domain.model.values import folded
from projections.quarantine import QuarantineRow
from projections.tables import fetch
from projections.transactions import TRANSACTIONS, VIEW, TransactionRow

_AROUND = 30  # transactions that are looked at for their time
_UNENDED = 30  # and those whose station has not told their end
_MOST = 10  # that are shown

_HAS_MANY = frozenset({Kind.ORPHAN_STOP, Kind.LATE_VALUES})


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that speaks for a candidate, or against it."""

    points: int
    reason: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A transaction, and how well it fits: 0 to 100."""

    transaction: TransactionRow
    score: int
    reasons: tuple[str, ...]
    energy_wh: int | None  # that it would have; None when nothing can be said


def of_case(connection: Connection, case: QuarantineRow) -> list[Candidate]:
    """The best first; none for a record that is to be decided again."""
    if case.kind not in _HAS_MANY:
        return _only_the_claimed(connection, case)
    rows = _considered(connection, case)
    latest = _latest_before(rows, case.happened_at)
    judged = [_judged(case, row, is_latest=row is latest) for row in rows]
    judged.sort(key=lambda each: (-each.score, -each.transaction.number))
    return judged[:_MOST]


def _only_the_claimed(connection: Connection, case: QuarantineRow) -> list[Candidate]:
    if case.transaction is None:
        return []
    query = VIEW.where(TRANSACTIONS.c.number == case.transaction)
    return [
        Candidate(row, 100, ("the station names it",), _energy(case, row))
        for row in fetch(connection, query, TransactionRow)
        if row.station == case.station
    ]


def _considered(connection: Connection, case: QuarantineRow) -> list[TransactionRow]:
    """Those of the station that are not stopped, or are named, or are of that time."""
    columns = TRANSACTIONS.c
    own = VIEW.where(columns.station == case.station)
    unended = own.where(or_(columns.state != "stopped", columns.number == case.transaction))
    around = own if case.happened_at is None else own.where(columns.started_at <= case.happened_at)
    newest = columns.first_position.desc()
    found = fetch(connection, unended.order_by(newest).limit(_UNENDED), TransactionRow)
    found += fetch(connection, around.order_by(newest).limit(_AROUND), TransactionRow)
    return list({row.number: row for row in found}.values())


def _latest_before(
    rows: Sequence[TransactionRow], moment: datetime | None
) -> TransactionRow | None:
    begun = [
        (row.started_at, row.number, row)
        for row in rows
        if row.started_at and (moment is None or row.started_at <= moment)
    ]
    return max(begun, key=lambda each: each[:2])[2] if begun else None


def _judged(case: QuarantineRow, row: TransactionRow, *, is_latest: bool) -> Candidate:
    grounds = [*_of_names(case, row), *_of_state(row), *_of_tag(case, row), *_of_meter(case, row)]
    grounds += _of_time(case, row, is_latest=is_latest)
    score = max(0, min(100, sum(each.points for each in grounds)))
    return Candidate(row, score, tuple(each.reason for each in grounds), _energy(case, row))


def _of_names(case: QuarantineRow, row: TransactionRow) -> Iterator[Ground]:
    if row.number == case.transaction:
        yield Ground(25, "the station names it")
    if case.connector and row.connector == case.connector:
        yield Ground(10, "the same connector")
    elif case.connector:
        yield Ground(-20, "another connector")


def _of_state(row: TransactionRow) -> Iterator[Ground]:
    if row.state == "open":
        yield Ground(30, "it is open")
    elif row.state == "closed":
        yield Ground(20, "it ended without a stop of the station")
    else:
        yield Ground(-50, "its station has stopped it already")


def _of_tag(case: QuarantineRow, row: TransactionRow) -> Iterator[Ground]:
    if not case.id_tag:
        return
    if folded(case.id_tag) == row.token:
        yield Ground(25, "the same token")
    elif row.parent and folded(row.parent) == folded(case.id_tag):
        yield Ground(15, "the parent of its token")
    else:
        yield Ground(-10, "another token")


def _of_meter(case: QuarantineRow, row: TransactionRow) -> Iterator[Ground]:
    if case.meter_wh is None:
        return
    if case.meter_wh < row.meter_start_wh:
        yield Ground(-40, "the meter shows less than at its start")
    elif row.last_meter_wh is not None and case.meter_wh < row.last_meter_wh:
        yield Ground(-20, "the meter shows less than its last reading")
    else:
        yield Ground(15, "the meter goes on from it")


def _of_time(case: QuarantineRow, row: TransactionRow, *, is_latest: bool) -> Iterator[Ground]:
    if case.happened_at and row.started_at and row.started_at > case.happened_at:
        yield Ground(-40, "it started later")
    elif is_latest:
        yield Ground(30, "the last one that had started")
    elif case.happened_at:
        yield Ground(5, "it had started")


def _energy(case: QuarantineRow, row: TransactionRow) -> int | None:
    if case.meter_wh is None:
        return None
    energy = case.meter_wh - row.meter_start_wh
    return energy if energy >= 0 else None
