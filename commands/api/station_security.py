"""/api/v1/stations/{station}: a new password, a higher security profile (white paper A01, A05).

On top of ChangeConfiguration; a raw one of AuthorizationKey or SecurityProfile does the same.
"""

import asyncio
import secrets

import orjson
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StrictInt

from commands.api.access import Operator, viewing
from commands.api.office import AnOffice, Office
from commands.api.placing import OUTCOMES, HowSent, order_of, place, placed
from commands.api.problems import Problem
from commands.api.shapes import StationId
from domain.model.access import BASIC
from projections import stations

router = APIRouter(prefix="/api/v1/stations", tags=["stations"], dependencies=[viewing])

_BYTES = 20  # of a password: as many as fit (A00.FR.205)


class UpgradeWish(BaseModel, extra="forbid"):
    """The security profile that is wanted."""

    profile: StrictInt = Field(ge=1, le=3)


@router.post("/{station}/password/rotate", status_code=202, responses=OUTCOMES)
async def rotate_password(
    office: AnOffice, station: StationId, *, by: Operator, sending: HowSent
) -> Response:
    """Give the station a new password: 20 random bytes, which nobody is ever shown.

    The old one is void as soon as the station accepts. Without an answer both fit until one is
    used.
    """
    change = {"key": "AuthorizationKey", "value": secrets.token_hex(_BYTES)}
    order = order_of(
        office, station, "ChangeConfiguration", orjson.dumps(change), sending=sending, by=by.name
    )
    return placed(await place(office, order, wait=sending.wait))


@router.post("/{station}/security-profile", status_code=202, responses=OUTCOMES)
async def upgrade_security_profile(
    office: AnOffice, station: StationId, wish: UpgradeWish, *, by: Operator, sending: HowSent
) -> Response:
    """Have the station come with a higher security profile; some want a hard Reset after it.

    The old one is good until the station has come with the new one for the first time.
    """
    await asyncio.to_thread(_check, office, station, wish.profile)
    change = {"key": "SecurityProfile", "value": str(wish.profile)}
    order = order_of(
        office, station, "ChangeConfiguration", orjson.dumps(change), sending=sending, by=by.name
    )
    return placed(await place(office, order, wait=sending.wait))


def _check(office: Office, station: str, profile: int) -> None:
    """Only upwards (A00.FR.005), and not where the station could not come in."""
    row = office.database.read(stations.find, station)
    if row is None or not row.registered:
        raise Problem(404, f"no station {station} is registered", kind="not-found")
    current = stations.required_profile(row)
    if profile <= current:
        detail = (
            f"its security profile is {current}: a lower one is set at the station, and here by PUT"
        )
        raise Problem(422, detail, kind="invalid")
    if profile in BASIC and not (row.credential or row.offered):
        detail = f"security profile {profile} needs a password: give it one first"
        raise Problem(422, detail, kind="password-needed")
