"""Registering a station, or replacing how it is treated: what may be wished, and doing it."""

import asyncio
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictInt, StringConstraints

from commands.api.office import Office
from commands.api.problems import Problem
from commands.api.shapes import Text
from commands.desk import Declined
from domain.model.access import BASIC
from domain.model.operations import RegisterStation
from domain.model.values import Profile, Registration
from projections import stations
from projections.stations import StationSeen

_INT32 = 2**31 - 1
_NO_PROFILE_0 = (
    "a station needs a password (security profile 1 or 2) or a client certificate (3); security"
    " profile 0, no authentication, is not allowed here"
)

Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:=-]{0,49}$")]


class StationWish(BaseModel, extra="forbid"):
    """How a station is to be treated.

    What is left out gets its default; but password and security profile stay.
    """

    protocols: list[Literal["ocpp1.6"]] = Field(["ocpp1.6"], min_length=1)
    security_profile: StrictInt | None = Field(
        None,
        ge=0,
        le=3,
        description="0: no authentication, 1: Basic, 2: TLS and Basic, 3: TLS with client"
        " certificate. Left out: as it is; of a new station 1 with a password",
    )
    password: Text | None = Field(
        None,
        min_length=1,
        max_length=255,
        description="HTTP Basic password; 32 to 40 hex digits are the bytes they stand for. Left"
        " out: as it is; null: none any more. Never read",
    )
    registration: Registration = Field(
        Registration.ACCEPTED, description="what BootNotification is answered"
    )
    heartbeat_interval: StrictInt | None = Field(
        None, ge=1, le=_INT32, description="s; null: the default of the installation"
    )
    boot_retry_interval: StrictInt = Field(
        60, ge=0, le=_INT32, description="s until a station not accepted boots again; 0: it chooses"
    )
    serial_number: Text = Field(
        "", max_length=255, description="that its client certificate names; empty: its id"
    )
    note: str = Field("", max_length=2000)
    labels: list[Label] = Field([], max_length=50, description="to choose many stations at once")


async def register(office: Office, station: str, wish: StationWish, *, by: str) -> bool:
    """Whether it was registered before; raises Problem, and what the desk raises."""
    previous = await asyncio.to_thread(office.database.read, stations.find, station)
    known = previous if previous and previous.registered else None
    profile = security_profile(office, wish, known)
    credential = await office.strongbox.keep_password(wish.password) if wish.password else ""
    operation = RegisterStation(
        station=station,
        profile=_profile(wish, profile, credential, office.defaults.heartbeat_interval),
        keep_credential="password" not in wish.model_fields_set,
        keep_profile=wish.security_profile is None,
    )
    try:
        await office.desk.wish(operation, by=by)
    except Declined:
        await office.strongbox.forget_password(credential)
        raise
    if previous and not operation.keep_credential:
        await office.strongbox.forget_password(previous.credential)
    return known is not None


def security_profile(office: Office, wish: StationWish, known: StationSeen | None) -> int:
    """The one that it is to have; raises Problem when nobody could come in with it (A00)."""
    keeps = "password" not in wish.model_fields_set and known is not None and known.credential
    has_password, wanted = bool(wish.password or keeps), wish.security_profile
    if wanted is None:
        wanted = stations.required_profile(known) if known else int(has_password)
    if wanted in BASIC and not has_password:
        detail = f"security profile {wanted} needs a password"
        raise Problem(422, detail, kind="password-needed")
    is_chosen = known is None or wish.security_profile is not None
    is_open = not (wanted or has_password)
    if is_open and is_chosen and not office.defaults.allow_security_profile_0:
        raise Problem(422, _NO_PROFILE_0, kind="password-needed")
    return wanted


def _profile(
    wish: StationWish, security_profile: int, credential: str, heartbeat_interval: int
) -> Profile:
    return Profile(
        protocols=",".join(wish.protocols),
        security_profile=security_profile,
        registration=wish.registration,
        heartbeat_interval=wish.heartbeat_interval or heartbeat_interval,
        boot_retry_interval=wish.boot_retry_interval,
        serial_number=wish.serial_number,
        note=wish.note,
        credential=credential,
        labels=",".join(sorted(set(wish.labels))),
    )
