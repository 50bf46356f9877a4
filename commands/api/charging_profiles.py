"""/api/v1/charging-profiles: the library of charging profiles (OCPP 1.6 section 3.13)."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from commands.api.access import Operator, viewing
from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.profile_shapes import MOST, NewProfile, Profile, ProfileWish, shown
from commands.api.shapes import Cursor, Filter, Limit, Page, Text, before, page_of
from domain.model.operations import RemoveChargingProfile, SaveChargingProfile
from projections import charging_profiles
from projections.charging_profiles import ChargingProfileRow

router = APIRouter(
    prefix="/api/v1/charging-profiles", tags=["charging profiles"], dependencies=[viewing]
)

Number = Annotated[int, Path(ge=1, le=MOST, description="the chargingProfileId on the wire")]
Description = Annotated[Text, Query(max_length=500, description="the whole of it, exactly")]


@router.get("")
def list_profiles(
    office: AnOffice,
    description: Description = "",
    search: Filter = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Profile]:
    """By id. `search`: part of the description, in any case."""
    rows = office.database.read(
        charging_profiles.listed,
        description=description,
        search=search,
        after=before(cursor),
        limit=limit + 1,
    )
    return page_of(rows, limit, item=shown, place=lambda row: row.number)


@router.post("", status_code=201)
async def add_profile(
    office: AnOffice, wish: NewProfile, by: Operator, response: Response
) -> Profile:
    """Put a profile into the library; 409 when its id is taken."""
    number = wish.id
    if number is None:
        number = await asyncio.to_thread(_free_number, office)
    await _save(office, number, wish, only_new=True, by=by.name)
    response.headers["Location"] = f"/api/v1/charging-profiles/{number}"
    return await asyncio.to_thread(get_profile, office, number)


@router.get("/{number}")
def get_profile(office: AnOffice, number: Number) -> Profile:
    """One profile."""
    return shown(row_of(office, number))


@router.put("/{number}", responses={201: {"model": Profile, "description": "it is new"}})
async def put_profile(
    office: AnOffice, number: Number, wish: ProfileWish, by: Operator, response: Response
) -> Profile:
    """Put a profile into the library, or replace it there: stations keep what they hold."""
    previous = await asyncio.to_thread(office.database.read, charging_profiles.find, number)
    await _save(office, number, wish, only_new=False, by=by.name)
    response.status_code = 200 if previous else 201
    return await asyncio.to_thread(get_profile, office, number)


@router.delete("/{number}", status_code=204)
async def delete_profile(office: AnOffice, number: Number, by: Operator) -> None:
    """Take a profile out of the library: stations keep what they hold."""
    await office.desk.wish(RemoveChargingProfile(profile=number), by=by.name)


def row_of(office: Office, number: int) -> ChargingProfileRow:
    """A profile of the library; raises Problem when there is none."""
    row = office.database.read(charging_profiles.find, number)
    if row is None:
        raise Problem(404, f"there is no charging profile {number}", kind="not-found")
    return row


async def _save(office: Office, number: int, wish: ProfileWish, *, only_new: bool, by: str) -> None:
    saving = SaveChargingProfile(
        profile=number,
        description=wish.description,
        content=wish.content(number),
        only_new=only_new,
    )
    await office.desk.wish(saving, by=by)


def _free_number(office: Office) -> int:
    """From the sequence of the whole system; numbers that callers have chosen are passed over."""
    while True:
        for number in office.log.take_numbers(1):
            if office.database.read(charging_profiles.find, number) is None:
                return number
