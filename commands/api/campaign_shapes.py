"""How bulk calls, campaigns and their stations are shown."""

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field

from commands.api.fragments import fragment
from commands.api.shapes import Time
from domain.ocpp import times
from projections.campaign_members import MemberShown, WaveShown
from projections.campaigns import CampaignRow


class Counts(BaseModel):
    """How many stations stand where; all but `total` add up to it."""

    total: int
    waiting: int = Field(description="for their wave")
    under_way: int
    succeeded: int
    failed: int
    cancelled: int = Field(description="not called, or taken back in time")


class BulkCall(BaseModel):
    """One operation for many stations at once."""

    id: str
    state: str = Field(
        description="running, paused, halted (too many failed), cancelling, cancelled, finished"
    )
    action: str
    payload: dict[str, Any]
    stations: Counts
    ttl: int = Field(description="s a call waits for its station")
    timeout: int = Field(description="s to wait for an answer")
    created_at: Time | None
    created_by: str
    finished_at: Time | None = Field(description="every station has its outcome since")


class Campaign(BulkCall):
    """One operation for many stations, wave by wave."""

    name: str
    remark: str = Field(description="of signed firmware: what was found out before it was sent")
    reason: str = Field(description="why it was halted last")
    wave: int = Field(description="the one released last; 1 is the first")
    canary: int = Field(description="stations of the first wave; 0: as many as of any")
    wave_size: int = Field(description="0: all that are left")
    max_failure_rate: float = Field(description="of a wave; a greater share of failures halts")
    until: str = Field(
        description="a station is done: answered, with its call; completed, with its job"
    )
    deadline: int = Field(description="s from calling a station until it counts as failed")
    changed_at: Time | None
    changed_by: str = Field(description="who paused, resumed or cancelled last")


class Wave(BaseModel):
    """How far a wave is."""

    wave: int = Field(description="1 is the first")
    stations: int
    under_way: int
    succeeded: int
    failed: int
    cancelled: int = Field(description="their calls were taken back in time")
    released_at: Time | None


class Member(BaseModel):
    """A station of a bulk call or campaign."""

    station: str
    wave: int = Field(description="0: in none yet")
    state: str = Field(description="waiting, released, called, done")
    outcome: str | None = Field(description="succeeded, failed or cancelled; null: none yet")
    detail: str = Field(description="a word about it, e.g. the status of the answer")
    call: str | None = Field(description="id of its call")
    call_status: str | None = Field(description="as of any call")
    response: Any = Field(description="what the station answered")
    released_at: Time | None
    done_at: Time | None


def bulk_of(row: CampaignRow) -> dict[str, Any]:
    """As `BulkCall` describes it; the payload as it goes over the wire."""
    names = ("total", "waiting", "under_way", "succeeded", "failed", "cancelled")
    return {
        "id": row.id,
        "state": row.state,
        "action": row.action,
        "payload": fragment(row.request),
        "stations": {name: getattr(row, name) for name in names},
        "ttl": row.ttl,
        "timeout": row.timeout,
        "created_at": row.created_at and times.write(row.created_at),
        "created_by": row.created_by,
        "finished_at": row.finished_at and times.write(row.finished_at),
    }


def campaign_of(row: CampaignRow) -> dict[str, Any]:
    """As `Campaign` describes it."""
    return bulk_of(row) | {
        "name": row.name,
        "remark": row.remark,
        "reason": row.reason,
        "wave": row.wave,
        "canary": row.canary,
        "wave_size": row.wave_size,
        "max_failure_rate": row.max_failure_permille / 1000,
        "until": row.until,
        "deadline": row.deadline,
        "changed_at": row.changed_at and times.write(row.changed_at),
        "changed_by": row.changed_by,
    }


def member_of(row: MemberShown) -> dict[str, Any]:
    """As `Member` describes it."""
    called = bool(row.call_status)
    return {
        "station": row.station,
        "wave": row.wave,
        "state": row.state,
        "outcome": row.outcome or None,
        "detail": row.detail,
        "call": row.call if called else None,
        "call_status": row.call_status or None,
        "response": None if row.response is None else fragment(row.response),
        "released_at": row.released_at and times.write(row.released_at),
        "done_at": row.done_at and times.write(row.done_at),
    }


def wave_of(row: WaveShown) -> Wave:
    """As `Wave` describes it."""
    over = row.succeeded + row.failed + row.cancelled
    return Wave(under_way=row.stations - over, **asdict(row))
