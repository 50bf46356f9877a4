"""/api/v1/transactions: what was charged."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from commands.api import spreadsheet
from commands.api.access import Operator, viewing
from commands.api.office import AnOffice, Office
from commands.api.past import of_named, of_transaction
from commands.api.problems import Problem
from commands.api.shapes import (
    LARGEST,
    Cursor,
    Filter,
    GivenTime,
    Limit,
    Page,
    Text,
    Time,
    before,
    page_of,
)
from domain.model.operations import CloseTransaction
from projections import running, transactions
from projections.transactions import TransactionRow

router = APIRouter(prefix="/api/v1/transactions", tags=["transactions"], dependencies=[viewing])

_BATCH = 1000  # rows of a spreadsheet read at once

Number = Annotated[int, Path(ge=1, le=LARGEST, description="the OCPP transaction id")]
_MODELS = (transactions.MODEL, running.MODEL)
ThoseThen = Annotated[Office, Depends(of_named(*_MODELS))]
ThatThen = Annotated[Office, Depends(of_transaction(*_MODELS))]


class Transaction(BaseModel, from_attributes=True):
    """A transaction. Energy in Wh; `started_at` and `stopped_at` by the station's clock."""

    id: int = Field(validation_alias="number", description="the OCPP transaction id")
    station: str
    connector: int
    id_tag: str
    parent_id_tag: str = Field(validation_alias="parent")
    id_tag_status: str = Field(
        validation_alias="standing", description="what the station was told of the token"
    )
    reservation: int | None
    status: str = Field(
        validation_alias="state",
        description="open, stopped, or closed: ended without the station",
    )
    started_at: Time | None
    stopped_at: Time | None
    start_received_at: Time | None
    stop_received_at: Time | None
    duration_s: int | None
    meter_start_wh: int
    meter_stop_wh: int | None
    last_meter_wh: int | None
    energy_wh: int | None = Field(
        description="so far, while it is open; null when it is implausible"
    )
    stop_reason: str
    stop_id_tag: str
    closed_at: Time | None
    closed_reason: str
    closed_by: str
    power_w: int | None = Field(
        None, description="that was drawn when it was told last; null when it runs no more"
    )


class Closing(BaseModel, extra="forbid"):
    """Why a transaction is ended without its station."""

    reason: Text = Field(min_length=1, max_length=255)


_AS_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {spreadsheet.MEDIA_TYPE: {}}, "description": "JSON, or CSV as accepted"}
}


@router.get("", response_model=Page[Transaction], responses=_AS_CSV)
def list_transactions(
    office: ThoseThen,
    request: Request,
    *,
    station: Filter = "",
    id_tag: Filter = "",
    open: Annotated[bool | None, Query()] = None,
    search: Annotated[
        Text, Query(max_length=255, description="part of station or tag, or the id")
    ] = "",
    begin: Annotated[
        GivenTime | None, Query(alias="from", description="started then or later")
    ] = None,
    end: Annotated[GivenTime | None, Query(alias="to", description="started before")] = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Transaction] | Response:
    """The newest first. With `Accept: text/csv` all of them, whatever the limit."""

    def rows(place: int, count: int) -> list[TransactionRow]:
        return office.database.read(
            transactions.listed,
            station=station,
            id_tag=id_tag,
            open=open,
            search=search,
            begin=begin,
            end=end,
            before=place,
            limit=count,
        )

    if spreadsheet.is_wanted(request):
        all_rows = _all(office, rows, before(cursor))
        return spreadsheet.response(Transaction, all_rows, name="transactions")
    found = rows(before(cursor), limit + 1)
    shown = page_of(found, limit, item=_told, place=lambda row: row.first_position)
    return Page(items=_with_powers(office, shown.items), next=shown.next)


@router.get("/{number}")
def get_transaction(office: ThatThen, number: Number) -> Transaction:
    """One transaction."""
    return _with_powers(office, [_told(_row(office, number))])[0]


@router.post("/{number}/close")
async def close_transaction(
    office: AnOffice, number: Number, closing: Closing, by: Operator
) -> Transaction:
    """End a transaction that its station will never stop; a stop that comes later still counts."""
    row = await asyncio.to_thread(_row, office, number)
    wish = CloseTransaction(station=row.station, transaction=number, reason=closing.reason)
    await office.desk.wish(wish, by=by.name)
    return await asyncio.to_thread(get_transaction, office, number)


def _row(office: Office, number: int) -> TransactionRow:
    row = office.database.read(transactions.find, number)
    if row is None:
        raise Problem(404, f"there is no transaction {number}", kind="not-found")
    return row


def _told(row: TransactionRow) -> Transaction:
    return Transaction.model_validate(row)


def _with_powers(office: Office, told: list[Transaction]) -> list[Transaction]:
    """Those that run know what they draw."""
    if numbers := [each.id for each in told if each.status == "open"]:
        powers = office.database.read(running.powers, numbers)
        for each in told:
            each.power_w = powers.get(each.id)
    return told


def _all(
    office: Office, read: Callable[[int, int], list[TransactionRow]], place: int
) -> Iterator[Transaction]:
    while batch := read(place, _BATCH):
        yield from _with_powers(office, list(map(_told, batch)))
        place = batch[-1].first_position
