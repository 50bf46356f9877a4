"""How a call is shown: in its own resource, and wherever one is made."""

from typing import Any

import orjson
from pydantic import BaseModel, Field

from commands.api.fragments import fragment
from commands.api.shapes import Time
from domain.ocpp import times
from projections.calls import CallRow


class CallError(BaseModel):
    """Why there is no response: the station's CALLERROR, or what happened to the call."""

    code: str = Field(
        description="OCPP-J error code; empty when it is not the station that says so"
    )
    description: str
    details: Any = None


class Triggered(BaseModel):
    """A message that a station sent because of a TriggerMessage."""

    message_id: str
    action: str
    connector: int | None = Field(description="that the message names")
    at: Time


class Call(BaseModel):
    """A call. Secrets in request and response are masked."""

    id: str = Field(description="also the message id on the wire")
    station: str
    action: str
    status: str = Field(
        description="queued → sent → answered | refused | timed_out; or expired, cancelled,"
        " rejected (of a campaign)"
    )
    request: dict[str, Any]
    response: Any = Field(description="an object, unless the station left the specification")
    error: CallError | None
    deviations: str = Field(description="where the answer left the specification")
    requested_at: Time
    requested_by: str
    expires_at: Time
    sent_at: Time | None
    answered_at: Time | None
    late_response: Any = Field(description="what came after it was given up")
    late_at: Time | None = Field(description="when that came")
    campaign: str | None = Field(description="id of the campaign it is a part of")
    triggered: list[Triggered] = Field(description="what came of a TriggerMessage, in a minute")


def shown(row: CallRow) -> dict[str, Any]:
    """As `Call` describes it; request and response as they went over the wire."""
    return {
        "id": row.id,
        "station": row.station,
        "action": row.action,
        "status": row.status,
        "request": fragment(row.request),
        "response": None if row.response is None else fragment(row.response),
        "error": _error(row),
        "deviations": row.deviations,
        "requested_at": row.requested_at and times.write(row.requested_at),
        "requested_by": row.requested_by,
        "expires_at": row.expires_at and times.write(row.expires_at),
        "sent_at": row.sent_at and times.write(row.sent_at),
        "answered_at": row.answered_at and times.write(row.answered_at),
        "late_response": None if row.late_response is None else fragment(row.late_response),
        "late_at": row.late_at and times.write(row.late_at),
        "campaign": row.campaign or None,
        "triggered": orjson.Fragment(row.triggered),
    }


def _error(row: CallRow) -> dict[str, Any] | None:
    if row.status == "refused":
        details = fragment(row.error_details or "{}")
        return {"code": row.error_code, "description": row.error_description, "details": details}
    if row.status in {"timed_out", "expired", "cancelled", "rejected"}:
        why = {"expired": "the station did not connect in time", "cancelled": row.cancelled_by}
        return {"code": "", "description": why.get(row.status, row.reason), "details": None}
    return None
