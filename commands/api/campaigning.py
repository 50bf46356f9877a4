"""What bulk calls and campaigns share: planned, found, listed, steered."""

import asyncio
from collections.abc import Callable
from typing import Any, Literal
from uuid import uuid4

import msgspec
import orjson
from fastapi import Response

from commands.api.campaign_firmware import widest
from commands.api.campaign_shapes import bulk_of, campaign_of, member_of
from commands.api.office import Office
from commands.api.placing import explained
from commands.api.problems import Problem
from commands.api.shapes import before, page_of
from commands.desk import Undecided, Unread
from domain.model.campaign import Plan
from domain.model.operations import CreateCampaign, Operation
from projections import campaign_members, campaigns
from projections.campaigns import CampaignRow

BULK, CAMPAIGN = "bulk", "campaign"  # kinds
_PATHS = {BULK: "/api/v1/bulk-calls", CAMPAIGN: "/api/v1/campaigns"}
_SHOWN = {BULK: bulk_of, CAMPAIGN: campaign_of}
_JSON = "application/json"

Outcome = Literal["", "succeeded", "failed", "cancelled"]


class _Given(msgspec.Struct):
    """The member of a request that must go out as it came in."""

    payload: msgspec.Raw = msgspec.Raw(b"{}")


def new_id() -> str:
    """Of a campaign that is about to be made."""
    return str(uuid4())


def given(body: bytes) -> bytes:
    """The payload in a request, in the order and spelling it has there."""
    return bytes(msgspec.json.decode(body, type=_Given).payload)


def checked(office: Office, action: str, payload: bytes, stations: tuple[str, ...]) -> str:
    """A payload that may go to all of these stations; raises Problem."""
    with explained(office, action):
        return office.callbox.common(action, payload, station=widest(stations))


async def create(office: Office, id: str, plan: Plan, *, kind: str, name: str, by: str) -> Response:
    """Have it made; answered 202 with what it is now."""
    try:
        await office.desk.wish(CreateCampaign(campaign=id, kind=kind, name=name, plan=plan), by=by)
    except (Undecided, Unread) as error:
        detail = f"it may be under way: look up {_PATHS[kind]}/{id}, do not send it again"
        raise Problem(504, detail, kind="undecided") from error
    row = await asyncio.to_thread(row_of, office, id, kind)
    return shown(row, 202, {"Location": f"{_PATHS[kind]}/{id}"})


async def steer(office: Office, id: str, operation: Operation, *, kind: str, by: str) -> Response:
    """Pause, resume or cancel it; answered with what it is then."""
    await asyncio.to_thread(row_of, office, id, kind)
    await office.desk.wish(operation, by=by)
    return shown(await asyncio.to_thread(row_of, office, id, kind))


def row_of(office: Office, id: str, kind: str) -> CampaignRow:
    """One of a kind; raises Problem when there is none."""
    row = office.database.read(campaigns.find, id)
    if row is None or row.kind != kind:
        words = {BULK: "bulk call", CAMPAIGN: "campaign"}
        raise Problem(404, f"there is no {words[kind]} {id}", kind="not-found")
    return row


def shown(row: CampaignRow, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """One, as a response."""
    return _json(_SHOWN[row.kind](row), status, headers)


def page(office: Office, kind: str, *, cursor: str, limit: int) -> Response:
    """Those of a kind, the newest first."""
    rows = office.database.read(campaigns.listed, kind=kind, before=before(cursor), limit=limit + 1)
    item: Callable[[CampaignRow], dict[str, Any]] = _SHOWN[kind]
    return _json(dict(page_of(rows, limit, item=item, place=lambda row: row.first_position)))


def members(
    office: Office, id: str, kind: str, *, outcome: str, cursor: str, limit: int
) -> Response:
    """The stations in their order."""
    row_of(office, id, kind)
    rows = office.database.read(
        campaign_members.listed,
        id,
        outcome=outcome,
        after=before(cursor) if cursor else -1,
        limit=limit + 1,
    )
    return _json(dict(page_of(rows, limit, item=member_of, place=lambda row: row.place)))


def _json(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, media_type=_JSON)
