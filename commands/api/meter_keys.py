"""/api/v1/stations/{id}/connectors/{n}/meter-key: the public key of a meter, as we vouch for it."""

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel, Field

from commands.api.access import Administrator, viewing
from commands.api.office import AnOffice
from commands.api.problems import Problem
from commands.api.schedule_shapes import ConnectorNumber
from commands.api.shapes import StationId, Text
from domain.model.meter_key_operations import EnterMeterKey, WithdrawMeterKey

router = APIRouter(
    prefix="/api/v1/stations/{station}/connectors/{connector}/meter-key",
    tags=["connectors"],
    dependencies=[viewing],
)


class MeterKey(BaseModel):
    """A key, and who vouches for it."""

    public_key: str = Field(description="SubjectPublicKeyInfo (DER) in hex")
    source: str


class GivenKey(BaseModel, extra="forbid"):
    """A key as a type plate or a manufacturer tells it."""

    public_key: Text = Field(
        min_length=1,
        max_length=4096,
        description="DER, or a point of secp256r1, in hex or base64",
    )


@router.get("")
def get_meter_key(office: AnOffice, station: StationId, connector: ConnectorNumber) -> MeterKey:
    """What was entered for the connector, else for the whole station (connector 0)."""
    found = office.proofs.meter_keys.entered(station, connector)
    if found is None:
        raise Problem(404, "no key of this meter was entered", kind="not-found")
    return MeterKey(public_key=found.text, source=found.source)


@router.put("")
async def put_meter_key(
    office: AnOffice,
    station: StationId,
    connector: ConnectorNumber,
    key: GivenKey,
    by: Administrator,
) -> MeterKey:
    """Signed values of the connector are verified with this key from now on."""
    wish = EnterMeterKey(station=station, connector=connector, key=key.public_key)
    await office.desk.wish(wish, by=by.name)
    return await asyncio.to_thread(get_meter_key, office, station, connector)


@router.delete("", status_code=204)
async def delete_meter_key(
    office: AnOffice, station: StationId, connector: ConnectorNumber, by: Administrator
) -> None:
    """Vouch for none any more; proofs of earlier transactions keep the key they had."""
    wish = WithdrawMeterKey(station=station, connector=connector)
    await office.desk.wish(wish, by=by.name)
