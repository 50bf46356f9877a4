"""/api/v1/bulk-calls: one operation for a set of stations, and one outcome for each."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field, StrictInt

from commands.api import campaigning
from commands.api.access import Operator, viewing
from commands.api.campaign_shapes import BulkCall, Member
from commands.api.campaigning import BULK, Outcome
from commands.api.office import AnOffice
from commands.api.selection import Selection, chosen
from commands.api.shapes import Cursor, Limit, Page, Segment, Text
from domain.model.campaign import Plan
from domain.model.operations import CancelCampaign

router = APIRouter(prefix="/api/v1/bulk-calls", tags=["bulk calls"], dependencies=[viewing])

_DAY = 86_400  # s
_HOUR = 3_600  # s


class BulkWish(Selection):
    """What is to be sent to whom."""

    action: Text = Field(min_length=1, max_length=50, examples=["ChangeConfiguration"])
    payload: dict[str, Any] = Field(
        {},
        description="the OCPP payload, its members in this order and spelling; in the location of"
        " firmware, diagnostics and logs {station} stands for the station's id",
    )
    ttl: StrictInt = Field(
        0, ge=0, le=30 * _DAY, description="s to wait for a station that is away; 0: it fails"
    )
    timeout: StrictInt | None = Field(None, ge=1, le=_HOUR, description="s to wait for an answer")


@router.post("", status_code=202, responses={202: {"model": BulkCall}})
async def add_bulk_call(
    office: AnOffice, wish: BulkWish, by: Operator, request: Request
) -> Response:
    """Send it to all of them now."""
    given = campaigning.given(await request.body())
    stations = await asyncio.to_thread(chosen, office, wish)
    payload = campaigning.checked(office, wish.action, given, stations)
    timeout = wish.timeout or office.defaults.call_timeout
    plan = Plan(
        action=wish.action,
        payload=payload,
        stations=stations,
        ttl=wish.ttl,
        timeout=timeout,
        deadline=wish.ttl + timeout + _HOUR,
    )
    id = campaigning.new_id()
    return await campaigning.create(office, id, plan, kind=BULK, name="", by=by.name)


@router.get("", responses={200: {"model": Page[BulkCall]}})
def list_bulk_calls(office: AnOffice, cursor: Cursor = "", limit: Limit = 100) -> Response:
    """The newest first."""
    return campaigning.page(office, BULK, cursor=cursor, limit=limit)


@router.get("/{bulk_call}", responses={200: {"model": BulkCall}})
def get_bulk_call(office: AnOffice, bulk_call: Segment) -> Response:
    """How far it is."""
    return campaigning.shown(campaigning.row_of(office, bulk_call, BULK))


@router.get("/{bulk_call}/stations", responses={200: {"model": Page[Member]}})
def list_stations_of_bulk_call(
    office: AnOffice,
    bulk_call: Segment,
    outcome: Outcome = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Response:
    """What came of each station."""
    return campaigning.members(office, bulk_call, BULK, outcome=outcome, cursor=cursor, limit=limit)


@router.post("/{bulk_call}/cancel", responses={200: {"model": BulkCall}})
async def cancel_bulk_call(office: AnOffice, bulk_call: Segment, by: Operator) -> Response:
    """Take back what has not gone out."""
    operation = CancelCampaign(campaign=bulk_call)
    return await campaigning.steer(office, bulk_call, operation, kind=BULK, by=by.name)
