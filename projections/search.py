"""What a few letters or a number may mean: stations, transactions, tokens and all else with an id.

Ids are looked up as a whole, so that nothing is read through; only the registers of stations and
tokens are searched for parts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from sqlalchemy import Connection, select

from projections import (
    calls,
    campaigns,
    jobs,
    quarantine,
    reservations,
    stations,
    tokens,
    transactions,
)
from projections.campaigns import CAMPAIGNS
from projections.tables import fetch

_LARGEST = 2**63 - 1
_KINDS = {"campaign": "campaign", "bulk": "bulk-call"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something that was found; `exact`: what was searched for is its id."""

    kind: str
    id: str
    title: str
    detail: str
    exact: bool = True


_Search = Callable[[Connection, str, int], Iterator[Hit]]


def found(connection: Connection, wanted: str, *, limit: int = 20) -> list[Hit]:
    """At most `limit`: those of that very id, then the others, of each kind in turn."""
    kinds = [list(search(connection, wanted, limit)) for search in _searches()]
    exact = _in_turn([[hit for hit in hits if hit.exact] for hits in kinds])
    others = _in_turn([[hit for hit in hits if not hit.exact] for hits in kinds])
    return [*exact, *others][:limit]


def _in_turn(kinds: Sequence[Sequence[Hit]]) -> list[Hit]:
    return [hit for hit in chain.from_iterable(zip_longest(*kinds)) if hit is not None]


def _searches() -> tuple[_Search, ...]:
    return (
        *(_station, _stations, _transaction, _token, _tokens, _call),
        *(_reservations, _job, _campaigns, _case),
    )


def _number(wanted: str) -> int:
    """A number as people write it; 0 for none."""
    digits = wanted.removeprefix("#")
    is_one = digits.isascii() and digits.isdecimal() and int(digits[:20]) <= _LARGEST
    return int(digits[:20]) if is_one else 0


def _station(connection: Connection, wanted: str, _: int) -> Iterator[Hit]:
    row = stations.find(connection, wanted)
    if row is not None and row.registered:
        yield _of_station(row, exact=True)


def _stations(connection: Connection, wanted: str, limit: int) -> Iterator[Hit]:
    for row in stations.listed(connection, search=wanted, limit=limit + 1):
        if row.id != wanted:
            yield _of_station(row, exact=False)


def _of_station(row: stations.StationSeen, *, exact: bool) -> Hit:
    told = (row.vendor, row.model, row.serial_number, row.note)
    detail = " · ".join(each for each in told if each)
    return Hit(kind="station", id=row.id, title=row.id, detail=detail, exact=exact)


def _transaction(connection: Connection, wanted: str, _: int) -> Iterator[Hit]:
    row = transactions.find(connection, _number(wanted))
    if row is not None:
        detail = f"{row.station} · {row.connector} · {row.state}"
        title = f"transaction {row.number}"
        yield Hit(kind="transaction", id=str(row.number), title=title, detail=detail)


def _token(connection: Connection, wanted: str, _: int) -> Iterator[Hit]:
    row = tokens.find(connection, wanted)
    if row is not None:
        yield _of_token(row, exact=True)


def _tokens(connection: Connection, wanted: str, limit: int) -> Iterator[Hit]:
    known = tokens.find(connection, wanted)
    for row in tokens.listed(connection, search=wanted, limit=limit + 1):
        if known is None or row.id != known.id:
            yield _of_token(row, exact=False)


def _of_token(row: tokens.TokenRow, *, exact: bool) -> Hit:
    detail = " · ".join(each for each in (row.standing, row.group, row.note) if each)
    return Hit(kind="token", id=row.id_tag, title=row.id_tag, detail=detail, exact=exact)


def _call(connection: Connection, wanted: str, _: int) -> Iterator[Hit]:
    row = calls.find(connection, wanted)
    if row is not None:
        yield Hit(kind="call", id=row.id, title=row.action, detail=f"{row.station} · {row.status}")


def _reservations(connection: Connection, wanted: str, limit: int) -> Iterator[Hit]:
    if number := _number(wanted):
        for row in reservations.of_number(connection, number, limit=limit):
            detail = f"{row.station} · {row.connector} · {row.status}"
            title = f"reservation {number}"
            yield Hit(kind="reservation", id=str(number), title=title, detail=detail)


def _job(connection: Connection, wanted: str, _: int) -> Iterator[Hit]:
    row = jobs.find(connection, wanted)
    if row is not None:
        yield Hit(kind="job", id=row.id, title=row.kind, detail=f"{row.station} · {row.state}")


def _campaigns(connection: Connection, wanted: str, limit: int) -> Iterator[Hit]:
    columns = CAMPAIGNS.c
    named = columns.name.icontains(wanted, autoescape=True)
    query = select(CAMPAIGNS).where((columns.id == wanted) | named)
    query = query.order_by(columns.first_position.desc()).limit(limit)
    for row in fetch(connection, query, campaigns.CampaignRow):
        yield Hit(
            kind=_KINDS[row.kind],
            id=row.id,
            title=row.name or row.action,
            detail=f"{row.action} · {row.state}",
            exact=row.id == wanted,
        )


def _case(connection: Connection, wanted: str, _: int) -> Iterator[Hit]:
    row = quarantine.find(connection, _number(wanted))
    if row is not None:
        title = f"case {row.first_position}"
        detail = f"{row.station} · {row.kind} · {row.state}"
        yield Hit(kind="quarantine", id=str(row.first_position), title=title, detail=detail)
