"""/api/v1/campaigns: one operation for many stations, wave by wave, stopped when too many fail."""

import asyncio
from math import ceil
from typing import Any, Literal, Self

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, StrictFloat, StrictInt, model_validator

from commands.api import campaign_firmware, campaigning, hosting
from commands.api.access import Operator, viewing
from commands.api.campaign_firmware import Content, Firmware
from commands.api.campaign_shapes import Campaign, Member, Wave, wave_of
from commands.api.campaigning import CAMPAIGN, Outcome
from commands.api.office import AnOffice, Office
from commands.api.selection import Selection, chosen
from commands.api.shapes import Cursor, Limit, Page, Segment, Text, before, page_of
from commands.api.signed_firmware import SignedFirmware
from domain.model.campaign import ANSWERED, COMPLETED, MOST, WITH_JOBS, Plan
from domain.model.operations import CancelCampaign, PauseCampaign, ResumeCampaign
from projections import campaign_members

router = APIRouter(prefix="/api/v1/campaigns", tags=["campaigns"], dependencies=[viewing])

_DAY = 86_400  # s


class Canary(BaseModel, extra="forbid"):
    """How many stations go first: so many, or such a share of all, at least one."""

    count: StrictInt | None = Field(None, ge=1, le=MOST)
    share: StrictFloat | None = Field(None, gt=0, le=1)

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.count is None) == (self.share is None):
            raise ValueError("either count or share")
        return self

    def of(self, stations: int) -> int:
        """How many that are."""
        exactly = round((self.share or 0) * stations, 6)  # 0.07 * 100 is more than 7
        return self.count or max(1, ceil(exactly))


class CampaignWish(Selection):
    """What is to be sent to whom, and how carefully: firmware, or an action and its payload."""

    name: Text = Field("", max_length=255)
    action: Text = Field("", max_length=50)
    payload: dict[str, Any] | None = Field(
        None, description="as for a bulk call: its members in this order and spelling"
    )
    firmware: Firmware | None = None
    signed_firmware: SignedFirmware | None = None
    canary: Canary | None = Field(None, description="left out: the first wave is like the others")
    wave_size: StrictInt = Field(0, ge=0, le=MOST, description="0: all that are left")
    max_failure_rate: StrictFloat = Field(
        0.1,
        ge=0,
        le=1,
        multiple_of=0.001,
        description="of a wave: when more of it fail, the campaign halts",
    )
    until: Literal["answered", "completed"] | None = Field(
        None,
        description="a station is done: answered, with its call; completed, when its job is over;"
        " left out: completed for firmware, diagnostics and logs",
    )
    ttl: StrictInt = Field(
        _DAY, ge=0, le=30 * _DAY, description="s to wait for a station that is away"
    )
    timeout: StrictInt | None = Field(None, ge=1, le=3600, description="s to wait for an answer")
    deadline: StrictInt | None = Field(
        None,
        ge=60,
        le=90 * _DAY,
        description="s from calling a station until it counts as failed; left out: a day more than"
        " its call may take",
    )

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if [bool(self.action), bool(self.firmware), bool(self.signed_firmware)].count(True) != 1:
            raise ValueError("either firmware, or signed_firmware, or an action with its payload")
        if not self.action and self.payload is not None:
            raise ValueError("firmware makes the payload")
        if self.until == COMPLETED and self.action and self.action not in WITH_JOBS:
            raise ValueError(f"{self.action} has no job that could be completed")
        return self


@router.post("", status_code=202, responses={202: {"model": Campaign}})
async def add_campaign(
    office: AnOffice, wish: CampaignWish, by: Operator, request: Request
) -> Response:
    """Release the first wave; the others follow by themselves."""
    id = campaigning.new_id()
    stations = await asyncio.to_thread(chosen, office, wish)
    timeout = wish.timeout or office.defaults.call_timeout
    async with hosting.withdrawn(office, id):
        content = await _content(office, request, wish, stations, campaign=id, by=by.name)
        payload = campaigning.checked(office, content.action, content.payload, stations)
        plan = _plan(wish, content, payload, stations, timeout)
        return await campaigning.create(office, id, plan, kind=CAMPAIGN, name=wish.name, by=by.name)


@router.get("", responses={200: {"model": Page[Campaign]}})
def list_campaigns(office: AnOffice, cursor: Cursor = "", limit: Limit = 100) -> Response:
    """The newest first."""
    return campaigning.page(office, CAMPAIGN, cursor=cursor, limit=limit)


@router.get("/{campaign}", responses={200: {"model": Campaign}})
def get_campaign(office: AnOffice, campaign: Segment) -> Response:
    """Where it stands."""
    return campaigning.shown(campaigning.row_of(office, campaign, CAMPAIGN))


@router.get("/{campaign}/stations", responses={200: {"model": Page[Member]}})
def list_stations_of_campaign(
    office: AnOffice,
    campaign: Segment,
    outcome: Outcome = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Response:
    """What came of each station, in the order they are taken."""
    return campaigning.members(
        office, campaign, CAMPAIGN, outcome=outcome, cursor=cursor, limit=limit
    )


@router.get("/{campaign}/waves")
def list_waves_of_campaign(
    office: AnOffice, campaign: Segment, cursor: Cursor = "", limit: Limit = 100
) -> Page[Wave]:
    """How far each wave is that was released, the last one first."""
    campaigning.row_of(office, campaign, CAMPAIGN)
    rows = office.database.read(
        campaign_members.waves, campaign, before=before(cursor), limit=limit + 1
    )
    return page_of(rows, limit, item=wave_of, place=lambda row: row.wave)


@router.post("/{campaign}/pause", responses={200: {"model": Campaign}})
async def pause_campaign(office: AnOffice, campaign: Segment, by: Operator) -> Response:
    """Call nobody more for now; what is under way goes on."""
    operation = PauseCampaign(campaign=campaign)
    return await campaigning.steer(office, campaign, operation, kind=CAMPAIGN, by=by.name)


@router.post("/{campaign}/resume", responses={200: {"model": Campaign}})
async def resume_campaign(office: AnOffice, campaign: Segment, by: Operator) -> Response:
    """Go on after a pause, or after a halt: then failures are counted anew."""
    operation = ResumeCampaign(campaign=campaign)
    return await campaigning.steer(office, campaign, operation, kind=CAMPAIGN, by=by.name)


@router.post("/{campaign}/cancel", responses={200: {"model": Campaign}})
async def cancel_campaign(office: AnOffice, campaign: Segment, by: Operator) -> Response:
    """End it: take back what has not gone out; what has is followed to its end."""
    operation = CancelCampaign(campaign=campaign)
    return await campaigning.steer(office, campaign, operation, kind=CAMPAIGN, by=by.name)


def _plan(
    wish: CampaignWish, content: Content, payload: str, stations: tuple[str, ...], timeout: int
) -> Plan:
    at_least = wish.ttl + timeout
    return Plan(
        action=content.action,
        payload=payload,
        stations=stations,
        canary=min(wish.canary.of(len(stations)), len(stations)) if wish.canary else 0,
        wave_size=wish.wave_size,
        max_failure_permille=round(wish.max_failure_rate * 1000),
        until=wish.until or (COMPLETED if content.action in WITH_JOBS else ANSWERED),
        ttl=wish.ttl,
        timeout=timeout,
        deadline=max(wish.deadline or at_least + _DAY, at_least),
        remark=content.remark,
    )


async def _content(
    office: Office,
    request: Request,
    wish: CampaignWish,
    stations: tuple[str, ...],
    *,
    campaign: str,
    by: str,
) -> Content:
    """What is to be sent; raises Problem."""
    if wish.firmware:
        return await campaign_firmware.unsigned(
            office, request, wish.firmware, campaign=campaign, by=by
        )
    if wish.signed_firmware:
        return await campaign_firmware.signed(
            office, request, wish.signed_firmware, stations, campaign=campaign, by=by
        )
    return Content(wish.action, campaigning.given(await request.body()))
