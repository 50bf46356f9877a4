"""/api/v1/stations/{station}/local-list: who may charge there while it is offline.

On top of SendLocalList and GetLocalListVersion (OCPP 1.6 sections 5.15 and 5.10), raw ones too.
"""

import asyncio
import math
from typing import Annotated, Any
from uuid import uuid4

import orjson
from fastapi import APIRouter, Depends, Query, Response

from commands.api.access import Operator, viewing
from commands.api.call_shapes import shown
from commands.api.list_plans import ListPlan, known_of, plan_of, row_of
from commands.api.local_list_shapes import (
    AutomaticWish,
    Difference,
    ListedToken,
    ListWish,
    LocalList,
    TokensWish,
    Update,
    changes_of,
    list_of,
)
from commands.api.office import AnOffice, Office
from commands.api.past import of_station
from commands.api.placing import OUTCOMES, HowSent, lookable, order_of, place, placed
from commands.api.shapes import Cursor, Limit, Page, StationId, Text, after, page_of
from domain.model.list_update import part_id
from domain.model.operations import SwitchListFallback, UpdateLocalList
from projections import calls, local_list_entries, local_lists, stations
from projections.calls import CallRow

router = APIRouter(
    prefix="/api/v1/stations/{station}/local-list", tags=["local lists"], dependencies=[viewing]
)

_MODELS = (stations.MODEL, local_lists.MODEL, local_list_entries.MODEL)
AnOfficeThen = Annotated[Office, Depends(of_station(*_MODELS))]

_STATUS = {"nothing_to_send": 200, "under_way": 202}
_OUTCOMES: dict[int | str, dict[str, Any]] = {
    **OUTCOMES,
    200: {"model": Update, "description": "the station has it already: nothing is sent"},
    201: {"model": Update, "description": "the update is over"},
    202: {"model": Update, "description": "the update is under way"},
    409: {**OUTCOMES[409], "description": "not connected, or another update is under way"},
}


@router.get("")
def get_list(office: AnOfficeThen, station: StationId) -> LocalList:
    """What is known of a station's list."""
    return list_of(row_of(office, station))


@router.get("/entries")
def list_entries(
    office: AnOfficeThen, station: StationId, cursor: Cursor = "", limit: Limit = 100
) -> Page[ListedToken]:
    """What is on it, by tag: as the station confirmed it."""
    row_of(office, station)
    rows = office.database.read(
        local_list_entries.listed, station, after=after(cursor), limit=limit + 1
    )
    return page_of(rows, limit, item=ListedToken.model_validate, place=lambda row: row.id)


@router.get("/difference")
def get_difference(
    office: AnOffice,
    station: StationId,
    *,
    group: Annotated[Text, Query(max_length=50, description="of tokens; empty: all")] = "",
    part_size: Annotated[int | None, Query(ge=0, description="entries in a request")] = None,
) -> Difference:
    """What would be sent for the list to hold these tokens."""
    return _difference(
        office, station, ListWish(tokens=TokensWish(group=group or None), part_size=part_size)
    )


@router.post("/difference")
def look_at_difference(
    office: AnOffice, station: StationId, wish: ListWish, _: Operator
) -> Difference:
    """What would be sent for a wish of any kind; nothing is."""
    return _difference(office, station, wish)


@router.post("", status_code=202, responses=_OUTCOMES)
async def send_list(
    office: AnOffice, station: StationId, wish: ListWish, *, by: Operator, sending: HowSent
) -> Response:
    """Update the list: one call, or several, each sent when the one before was accepted.

    Nothing is sent again by itself. `wait` is for the whole update.
    """
    plan = await asyncio.to_thread(_plan, office, station, wish)
    if not plan.payloads:
        return _shown(plan, None, [])
    update = str(uuid4())
    operation = UpdateLocalList(
        station=station,
        update=update,
        payloads=plan.payloads,
        part_size=plan.part_size,
        ttl=math.ceil(sending.ttl),
        timeout=sending.timeout or office.defaults.call_timeout,
        based_on=plan.based_on,
        replace=wish.replace,
    )
    with lookable(part_id(update, 1)):
        await office.desk.wish(operation, by=by.name)
        rows = await _followed(office, update, len(plan.payloads), patience=sending.wait)
    return _shown(plan, update, rows)


@router.put("/automatic")
async def set_automatic(
    office: AnOffice, station: StationId, wish: AutomaticWish, by: Operator
) -> LocalList:
    """Have a Differential that failed followed by a Full, once; or not, as it is by default."""
    await office.desk.wish(SwitchListFallback(station=station, on=wish.automatic), by=by.name)
    return await asyncio.to_thread(get_list, office, station)


@router.post("/ask", status_code=202, responses=OUTCOMES)
async def ask_version(
    office: AnOffice, station: StationId, *, by: Operator, sending: HowSent
) -> Response:
    """Have the station tell its version: GetLocalListVersion."""
    order = order_of(office, station, "GetLocalListVersion", b"{}", sending=sending, by=by.name)
    return placed(await place(office, order, wait=sending.wait))


def _difference(office: Office, station: str, wish: ListWish) -> Difference:
    known = known_of(office, station)
    plan = plan_of(office, known, wish)
    return Difference(
        update_type=plan.update_type,
        changes=changes_of(known.entries, plan.changes),
        payloads=[orjson.loads(payload) for payload in plan.payloads],
    )


def _plan(office: Office, station: str, wish: ListWish) -> ListPlan:
    return plan_of(office, known_of(office, station), wish)


async def _followed(office: Office, update: str, parts: int, *, patience: float) -> list[CallRow]:
    """The calls of an update, as far as they were requested within `patience` seconds."""
    loop = asyncio.get_running_loop()
    end, rows = loop.time() + patience, list[CallRow]()
    for number in range(1, parts + 1):
        call = part_id(update, number)
        await office.callbox.wait(call, patience=max(end - loop.time(), 0))
        row = await asyncio.to_thread(office.database.read, calls.find, call)
        if row is None:
            break
        rows.append(row)
        if not _accepted(row):
            break
    return rows


def _accepted(row: CallRow) -> bool:
    answer = orjson.loads(row.response or "{}")
    return isinstance(answer, dict) and answer.get("status") == "Accepted"


def _shown(plan: ListPlan, update: str | None, rows: list[CallRow]) -> Response:
    state, parts = _state(rows, len(plan.payloads)), len(plan.payloads)
    body = {
        "id": update,
        "state": state,
        "update_type": plan.update_type,
        "version": plan.version + parts - 1 if parts else None,
        "parts": parts,
        "calls": [shown(row) for row in rows],
    }
    return Response(orjson.dumps(body), _STATUS.get(state, 201), media_type="application/json")


def _state(rows: list[CallRow], parts: int) -> str:
    if not parts:
        return "nothing_to_send"
    if len(rows) == parts and _accepted(rows[-1]):
        return "accepted"
    return "under_way" if rows[-1].waiting else "failed"
