"""/api/v1/certificate-requests: what stations ask to have signed (white paper A02, A03)."""

import asyncio
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from commands.api.access import Administrator, Operator, viewing
from commands.api.certificate_shapes import CertificateRequest
from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.shapes import Cursor, Filter, Limit, Page, Segment, Text, before, page_of
from domain.model.certificate_operations import (
    ApproveRequest,
    CertificateOperation,
    DeclineRequest,
    IssueCertificate,
)
from domain.pki import issued
from domain.pki.reading import Unreadable
from projections import certificate_requests, stations
from projections.certificate_requests import RequestRow

router = APIRouter(
    prefix="/api/v1/certificate-requests", tags=["certificates"], dependencies=[viewing]
)

State = Literal[
    "",
    "pending",
    "approved",
    "failed",
    "declined",
    "superseded",
    "signed",
    "delivered",
    "undelivered",
    "refused",
    "rejected",
]


class Signing(BaseModel, extra="forbid"):
    """Who is to sign: nothing here, and the installation's authority does."""

    certificate_chain: str | None = Field(
        None,
        max_length=40_000,
        description="PEM, the certificate first: signed elsewhere, for the key of the request",
    )


class Declining(BaseModel, extra="forbid"):
    """Why it is not signed."""

    reason: Text = Field("", max_length=255)


@router.get("")
def list_requests(
    office: AnOffice,
    *,
    station: Filter = "",
    state: State = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[CertificateRequest]:
    """The newest first."""
    rows = office.database.read(
        certificate_requests.listed,
        station=station,
        state=state,
        before=before(cursor),
        limit=limit + 1,
    )
    return page_of(
        rows, limit, item=CertificateRequest.model_validate, place=lambda row: row.first_position
    )


@router.get("/{request}")
def get_request(office: AnOffice, request: Segment) -> CertificateRequest:
    """One request."""
    return CertificateRequest.model_validate(_row_of(office, request))


@router.post("/{request}/sign", status_code=202)
async def sign_request(
    office: AnOffice, request: Segment, by: Administrator, wish: Signing | None = None
) -> CertificateRequest:
    """Have it signed, and the certificate sent; or sent again, if the station does not have it.

    Look the request up to see how it goes on.
    """
    row = await asyncio.to_thread(_row_of, office, request)
    operation: CertificateOperation = ApproveRequest(station=row.station, request=row.id)
    if wish and wish.certificate_chain:
        chain = await asyncio.to_thread(_checked, office, row, wish.certificate_chain)
        operation = IssueCertificate(station=row.station, request=row.id, chain=chain)
    return await _decided(office, operation, request, by=by.name)


@router.post("/{request}/decline")
async def decline_request(
    office: AnOffice, request: Segment, by: Operator, wish: Declining | None = None
) -> CertificateRequest:
    """Have it not signed; the station is told nothing more."""
    row = await asyncio.to_thread(_row_of, office, request)
    reason = wish.reason if wish else ""
    operation = DeclineRequest(station=row.station, request=row.id, reason=reason)
    return await _decided(office, operation, request, by=by.name)


async def _decided(
    office: Office, operation: CertificateOperation, request: str, *, by: str
) -> CertificateRequest:
    await office.desk.wish(operation, by=by)
    return await asyncio.to_thread(get_request, office, request)


def _row_of(office: Office, request: str) -> RequestRow:
    row = office.database.read(certificate_requests.find, request)
    if row is None:
        raise Problem(404, f"there is no certificate request {request}", kind="not-found")
    return row


def _checked(office: Office, row: RequestRow, given: str) -> str:
    """A chain that somebody else has signed, as stations get it; raises Problem."""
    station = office.database.read(stations.find, row.station)
    name = (station.serial_number if station else "") or row.station
    try:
        chain = issued.rootless(given)
    except Unreadable as error:
        raise Problem(422, f"the chain cannot be read: {error}", kind="invalid") from None
    now = office.clock()
    if why := issued.problem(chain, request=row.csr, common_name=name, at=now):
        raise Problem(422, why, kind="invalid")
    return chain
