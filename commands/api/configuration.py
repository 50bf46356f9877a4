"""/api/v1/stations/{station}/configuration: keys as reported and desired, and putting drift right.

On top of GetConfiguration and ChangeConfiguration (OCPP 1.6 sections 5.8 and 5.3), raw ones too.
"""

import asyncio
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import AfterValidator, Field

from commands.api.access import Operator, viewing
from commands.api.configuration_shapes import (
    Applied,
    Automation,
    AutomationWish,
    Configuration,
    Key,
    Question,
    ValueWish,
)
from commands.api.office import AnOffice, Office
from commands.api.past import of_station
from commands.api.placing import OUTCOMES, HowSent, order_of, place, placed
from commands.api.problems import Problem
from commands.api.shapes import Cursor, Limit, Page, StationId, after, decoded, page_of
from domain.model.key_value import most_keys
from domain.model.operations import (
    ApplyConfiguration,
    DesireConfiguration,
    DropDesire,
    SetAutomatic,
)
from domain.ocpp.v16.secrets import is_secret
from projections import automation, configuration, stations
from projections.configuration import ConfigurationRow

router = APIRouter(prefix="/api/v1", tags=["configuration"], dependencies=[viewing])

_MOST_KEYS = "GetConfigurationMaxKeys"

_MODELS = (stations.MODEL, configuration.MODEL, automation.MODEL)

AnOfficeThen = Annotated[Office, Depends(of_station(*_MODELS))]
KeyName = Annotated[
    str,
    Path(min_length=1, max_length=150, description="1 to 50 characters, in any case"),
    AfterValidator(decoded),
    Field(min_length=1, max_length=50),
]


@router.get("/configuration/drift")
def list_drift(office: AnOffice, cursor: Cursor = "", limit: Limit = 100) -> Page[Key]:
    """Keys of all registered stations that are not known to be as desired, by station and key."""
    place_ = _place(cursor)
    rows = office.database.read(configuration.drifted, after=place_, limit=limit + 1)
    return page_of(rows, limit, item=Key.model_validate, place=_place_of)


@router.get("/stations/{station}/configuration")
def get_configuration(
    office: AnOfficeThen,
    station: StationId,
    *,
    drift: Annotated[bool | None, Query(description="only keys with drift, or without")] = None,
    cursor: Cursor = "",
    limit: Limit = 1000,
) -> Configuration:
    """What is known and desired of a station's keys, in order of their names."""
    _check(office, station)
    rows = office.database.read(
        configuration.listed, station, drift=drift, after=after(cursor), limit=limit + 1
    )
    page = page_of(rows, limit, item=Key.model_validate, place=lambda row: row.folded)
    automatic = office.database.read(automation.of, station).automatic
    return Configuration(items=page.items, next=page.next, automatic=automatic)


@router.post("/stations/{station}/configuration/ask", status_code=202, responses=OUTCOMES)
async def ask(
    office: AnOffice,
    station: StationId,
    *,
    by: Operator,
    sending: HowSent,
    question: Question | None = None,
) -> Response:
    """Have the station tell its keys: GetConfiguration. Not more than it takes at a time (5.8)."""
    keys = question.keys if question else []
    most = await asyncio.to_thread(_most_keys, office, station)
    if most and len(keys) > most:
        detail = f"this station tells at most {most} keys at a time ({_MOST_KEYS})"
        raise Problem(422, detail, kind="invalid")
    payload = orjson.dumps({"key": keys} if keys else {})
    order = order_of(office, station, "GetConfiguration", payload, sending=sending, by=by.name)
    return placed(await place(office, order, wait=sending.wait))


@router.post("/stations/{station}/configuration/apply", status_code=202)
async def apply(office: AnOffice, station: StationId, by: Operator) -> Applied:
    """Put all drift right: a ChangeConfiguration per key, also of keys that were never reported.

    What is on its way already, or waits for a boot, is not sent again.
    """
    reply = await office.desk.wish(ApplyConfiguration(station=station), by=by.name)
    return Applied(calls=reply.result.split())


@router.put("/stations/{station}/configuration/{key}", status_code=202, responses=OUTCOMES)
async def change(
    office: AnOffice,
    station: StationId,
    key: KeyName,
    wish: ValueWish,
    *,
    by: Operator,
    sending: HowSent,
) -> Response:
    """Change a key now: ChangeConfiguration. A password is sent and never shown."""
    payload = orjson.dumps({"key": key, "value": wish.value})
    order = order_of(office, station, "ChangeConfiguration", payload, sending=sending, by=by.name)
    return placed(await place(office, order, wait=sending.wait))


@router.put("/stations/{station}/configuration/{key}/desired")
async def desire(
    office: AnOffice, station: StationId, key: KeyName, wish: ValueWish, by: Operator
) -> Key:
    """Say what a key should be. Nothing is sent, but where the automation is on."""
    if is_secret(key):  # here already: wishes are on record with what they say
        raise Problem(422, f"{key} is a secret: change it by a call", kind="invalid")
    operation = DesireConfiguration(station=station, key=key, value=wish.value)
    await office.desk.wish(operation, by=by.name)
    return await asyncio.to_thread(_shown, office, station, key)


@router.delete("/stations/{station}/configuration/{key}/desired", status_code=204)
async def drop_desire(office: AnOffice, station: StationId, key: KeyName, by: Operator) -> None:
    """Desire nothing of a key any more; the station keeps what it has."""
    await office.desk.wish(DropDesire(station=station, key=key), by=by.name)


@router.get("/stations/{station}/automation")
def get_automation(office: AnOfficeThen, station: StationId) -> Automation:
    """Whether drift is put right without asking."""
    _check(office, station)
    return Automation.model_validate(office.database.read(automation.of, station))


@router.put("/stations/{station}/automation")
async def set_automation(
    office: AnOffice, station: StationId, wish: AutomationWish, by: Operator
) -> Automation:
    """Switch it. On: after each boot the desired keys are asked for, and what drifted is changed.

    A value that the station refused is not sent again until another one is desired.
    """
    operation = SetAutomatic(station=station, automatic=wish.automatic)
    await office.desk.wish(operation, by=by.name)
    return await asyncio.to_thread(get_automation, office, station)


def _check(office: Office, station: str) -> None:
    row = office.database.read(stations.find, station)
    if row is None or not row.registered:
        raise Problem(404, f"no station {station} is registered", kind="not-found")


def _shown(office: Office, station: str, key: str) -> Key:
    row = office.database.read(configuration.find, station, key)
    if row is None:
        raise Problem(404, f"nothing is known of {key} at station {station}", kind="not-found")
    return Key.model_validate(row)


def _most_keys(office: Office, station: str) -> int:
    return most_keys(office.database.read(configuration.value_of, station, _MOST_KEYS) or "")


def _place_of(row: ConfigurationRow) -> str:
    """The length goes first: the ids of stations and keys may hold anything."""
    return f"{len(row.station)}/{row.station}{row.folded}"


def _place(cursor: str) -> tuple[str, str]:
    """The station and the key that a page begins after."""
    if not cursor:
        return "", ""
    length, slash, rest = after(cursor).partition("/")
    if not (slash and length.isascii() and length.isdecimal() and len(length) < 4):
        raise Problem(422, "this cursor did not come from here", kind="invalid")
    return rest[: int(length)], rest[int(length) :]
