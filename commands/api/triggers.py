"""/api/v1/stations/{station}/trigger: have a station send a message now (TriggerMessage, 5.17)."""

import orjson
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StrictInt

from commands.api.access import Operator, viewing
from commands.api.office import AnOffice
from commands.api.placing import OUTCOMES, HowSent, order_of, place, placed
from commands.api.shapes import StationId
from domain.ocpp.v16.remote_trigger.trigger_message import Triggerable
from domain.ocpp.v16.types import LARGEST

router = APIRouter(prefix="/api/v1/stations", tags=["stations"], dependencies=[viewing])


class TriggerWish(BaseModel, extra="forbid"):
    """Which message is wanted."""

    message: Triggerable
    connector_id: StrictInt | None = Field(
        None, ge=-LARGEST, le=LARGEST, description="left out: all that the message applies to"
    )


@router.post("/{station}/trigger", status_code=202, responses=OUTCOMES)
async def trigger(
    office: AnOffice, station: StationId, wish: TriggerWish, *, by: Operator, sending: HowSent
) -> Response:
    """Ask for a message. What comes of it within a minute is `triggered` of the call."""
    payload: dict[str, object] = {"requestedMessage": wish.message}
    if wish.connector_id is not None:
        payload |= {"connectorId": wish.connector_id}
    order = order_of(
        office, station, "TriggerMessage", orjson.dumps(payload), sending=sending, by=by.name
    )
    return placed(await place(office, order, wait=sending.wait))
