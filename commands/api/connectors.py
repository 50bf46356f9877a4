"""/api/v1/connectors: the status each connector reported last."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from commands.api.access import viewing
from commands.api.office import AnOffice
from commands.api.shapes import Page, Text, Time
from projections import connectors

router = APIRouter(prefix="/api/v1/connectors", tags=["connectors"], dependencies=[viewing])


class Connector(BaseModel, from_attributes=True):
    """A connector; 0 is the station's own controller."""

    station: str
    connector: int = Field(validation_alias="number")
    status: str = Field(description='"" until it reports one')
    error_code: str
    info: str
    vendor_id: str
    vendor_error_code: str
    reported_at: Time | None = Field(description="the station's clock")
    received_at: Time | None
    transaction: int | None = Field(description="the one that is open here")


@router.get("")
def list_connectors(
    office: AnOffice, station: Annotated[Text, Query(min_length=1, max_length=255)]
) -> Page[Connector]:
    """Those of a station, by number: all that it ever named, on one page."""
    rows = office.database.read(connectors.listed, station)
    return Page(items=[Connector.model_validate(row) for row in rows])
