"""/api/v1/stations/{station}/certificates: the roots a station trusts, and what it shows itself.

On top of InstallCertificate, GetInstalledCertificateIds and DeleteCertificate, raw ones too.
"""

import asyncio
from typing import Self

import orjson
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, model_validator

from commands.api.access import Operator, viewing
from commands.api.certificate_shapes import (
    HashData,
    StationCertificates,
    Store,
    client_of,
    installed_of,
)
from commands.api.office import AnOffice, Office
from commands.api.placing import OUTCOMES, HowSent, Sending, order_of, place, placed
from commands.api.problems import Problem
from commands.api.shapes import StationId
from commands.ca.algorithm import Algorithm
from commands.callbox import Order
from domain.ocpp.v16.security.types import CertificateUse
from domain.pki import pem
from domain.ports import AuthorityAway
from projections import client_certificates, installed_certificates, stations, trust_stores

router = APIRouter(
    prefix="/api/v1/stations/{station}/certificates", tags=["certificates"], dependencies=[viewing]
)


class InstallWish(BaseModel, extra="forbid"):
    """Which certificate is to be trusted, and for what: one in PEM, or our own root."""

    type: CertificateUse
    certificate: str | None = Field(
        None,
        max_length=40_000,
        description="PEM; CRLF, a literal \\n and percent-encoding are understood",
    )
    ca: Algorithm | None = Field(
        None, description="the root of the built-in authority of that algorithm"
    )

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.certificate is None) == (self.ca is None):
            raise ValueError("either certificate or ca")
        return self


class AskWish(BaseModel, extra="forbid"):
    """What the station is to tell of."""

    type: CertificateUse


@router.get("")
def get_certificates(office: AnOffice, station: StationId) -> StationCertificates:
    """What it trusts, as accepted and as reported; its own certificates."""
    if office.database.read(stations.find, station) is None:
        raise Problem(404, f"there is no station {station}", kind="not-found")
    stores = office.database.read(trust_stores.of_station, station)
    installed = office.database.read(installed_certificates.of_station, station)
    own = office.database.read(client_certificates.listed, station=station)
    return StationCertificates(
        stores=[Store.model_validate(row) for row in stores],
        installed=[installed_of(row) for row in installed],
        own=[client_of(row) for row in own],
    )


@router.post("/install", status_code=202, responses=OUTCOMES)
async def install_certificate(
    office: AnOffice, station: StationId, wish: InstallWish, *, by: Operator, sending: HowSent
) -> Response:
    """Have the station trust a root (InstallCertificate)."""
    certificate = await asyncio.to_thread(_certificate, office, wish)
    payload = {"certificateType": wish.type, "certificate": certificate}
    order = _order(office, station, "InstallCertificate", payload, sending=sending, by=by.name)
    return placed(await place(office, order, wait=sending.wait))


@router.post("/ask", status_code=202, responses=OUTCOMES)
async def ask_certificates(
    office: AnOffice, station: StationId, wish: AskWish, *, by: Operator, sending: HowSent
) -> Response:
    """Have it tell all that it trusts of a type (GetInstalledCertificateIds)."""
    action, payload = "GetInstalledCertificateIds", {"certificateType": wish.type}
    order = _order(office, station, action, payload, sending=sending, by=by.name)
    return placed(await place(office, order, wait=sending.wait))


@router.post("/delete", status_code=202, responses=OUTCOMES)
async def delete_certificate(
    office: AnOffice, station: StationId, wish: HashData, *, by: Operator, sending: HowSent
) -> Response:
    """Have it drop a root (DeleteCertificate): named exactly as the station reported it."""
    payload = {"certificateHashData": wish.model_dump()}
    order = _order(office, station, "DeleteCertificate", payload, sending=sending, by=by.name)
    return placed(await place(office, order, wait=sending.wait))


def _certificate(office: Office, wish: InstallWish) -> str:
    """In the spelling that stations understand; raises Problem."""
    try:
        if wish.ca is not None:
            return office.roots.root(wish.ca)
        first, *others = pem.blocks(wish.certificate or "")
    except AuthorityAway as error:
        raise Problem(409, str(error), kind="no-authority") from None
    except pem.NotPem as error:
        raise Problem(422, f"the certificate cannot be read: {error}", kind="invalid") from None
    if others:
        raise Problem(422, "a station takes one certificate at a time", kind="invalid")
    return first


def _order(
    office: Office, station: str, action: str, payload: object, *, sending: Sending, by: str
) -> Order:
    return order_of(office, station, action, orjson.dumps(payload), sending=sending, by=by)
