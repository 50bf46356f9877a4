"""/api/v1/certificates: those of all stations, when they end, their renewal, their revocation."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, StrictFloat, StrictInt

from commands.api import campaigning
from commands.api.access import Administrator, Operator, viewing
from commands.api.campaign_shapes import Campaign
from commands.api.campaigning import CAMPAIGN
from commands.api.campaigns import Canary
from commands.api.certificate_shapes import ClientCertificate, Ending, client_of
from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.selection import Selection, chosen
from commands.api.shapes import Cursor, Filter, Limit, Page, Segment, Text, after, before, page_of
from domain.model.campaign import MOST, Plan
from domain.model.certificate_operations import RevokeCertificate
from projections import client_certificates
from projections.client_certificates import ClientCertificateRow

router = APIRouter(prefix="/api/v1/certificates", tags=["certificates"], dependencies=[viewing])

_DAY = 86_400  # s
_LONGEST = 3650  # days
_ACTION = "ExtendedTriggerMessage"
_PAYLOAD = '{"requestedMessage":"SignChargePointCertificate"}'  # of no connector (TC_074)

Days = Annotated[int, Query(ge=0, le=_LONGEST)]
State = Literal["", "signed", "delivered", "undelivered", "refused", "foreign"]
Where = Annotated[Text, Query(max_length=255, description="needed when several stations have it")]


class RenewalWish(Selection):
    """Which stations are to ask for a new certificate: those of the choice that will need one."""

    within_days: StrictInt = Field(
        30, ge=0, le=_LONGEST, description="the last certificate of the station ends by then"
    )
    name: Text = Field("", max_length=255)
    canary: Canary | None = None
    wave_size: StrictInt = Field(0, ge=0, le=MOST, description="0: all that are left")
    max_failure_rate: StrictFloat = Field(0.1, ge=0, le=1, multiple_of=0.001)
    ttl: StrictInt = Field(
        _DAY, ge=0, le=30 * _DAY, description="s to wait for a station that is away"
    )
    timeout: StrictInt | None = Field(None, ge=1, le=3600, description="s to wait for an answer")


class RevocationWish(BaseModel, extra="forbid"):
    """Why a certificate is not to count any more."""

    reason: Text = Field(min_length=1, max_length=255)


@router.get("")
def list_certificates(
    office: AnOffice,
    *,
    station: Filter = "",
    state: State = "",
    within_days: Annotated[
        int | None, Query(ge=0, le=_LONGEST, description="it ends by then")
    ] = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[ClientCertificate]:
    """The newest first."""
    rows = office.database.read(
        client_certificates.listed,
        station=station,
        state=state,
        ends_before=None if within_days is None else _in(office, within_days),
        before=before(cursor),
        limit=limit + 1,
    )
    return page_of(rows, limit, item=client_of, place=lambda row: row.first_position)


@router.get("/ending")
def list_ending(
    office: AnOffice, within_days: Days = 30, cursor: Cursor = "", limit: Limit = 100
) -> Page[Ending]:
    """Stations whose last certificate ends by then, by their ids."""
    ending = office.database.read(
        client_certificates.ending, until=_in(office, within_days), after=after(cursor)
    )
    rows = [Ending(station=station, ends_at=end) for station, end in ending.items()]
    return page_of(rows[: limit + 1], limit, item=lambda row: row, place=lambda row: row.station)


@router.post("/renewals", status_code=202, responses={202: {"model": Campaign}})
async def renew_certificates(office: AnOffice, wish: RenewalWish, by: Operator) -> Response:
    """Start a campaign: each station is asked to send a request (ExtendedTriggerMessage)."""
    stations = await asyncio.to_thread(_due, office, wish)
    timeout = wish.timeout or office.defaults.call_timeout
    plan = Plan(
        action=_ACTION,
        payload=_PAYLOAD,
        stations=stations,
        canary=min(wish.canary.of(len(stations)), len(stations)) if wish.canary else 0,
        wave_size=wish.wave_size,
        max_failure_permille=round(wish.max_failure_rate * 1000),
        ttl=wish.ttl,
        timeout=timeout,
        deadline=wish.ttl + timeout + _DAY,
    )
    id = campaigning.new_id()
    return await campaigning.create(office, id, plan, kind=CAMPAIGN, name=wish.name, by=by.name)


@router.get("/{fingerprint}")
def get_certificate(
    office: AnOffice, fingerprint: Segment, station: Where = ""
) -> ClientCertificate:
    """One certificate."""
    return client_of(_found(office, fingerprint, station))


@router.post("/{fingerprint}/revoke", status_code=202)
async def revoke_certificate(
    office: AnOffice,
    fingerprint: Segment,
    wish: RevocationWish,
    by: Administrator,
    station: Where = "",
) -> ClientCertificate:
    """Have its authority revoke it; look it up to see whether it did."""
    row = await asyncio.to_thread(_found, office, fingerprint, station)
    operation = RevokeCertificate(
        station=row.station, certificate=row.fingerprint, reason=wish.reason
    )
    await office.desk.wish(operation, by=by.name)
    return client_of(await asyncio.to_thread(_found, office, fingerprint, row.station))


def _in(office: Office, days: int) -> datetime:
    return office.clock() + timedelta(days=days)


def _due(office: Office, wish: RenewalWish) -> tuple[str, ...]:
    """Those of the choice that need a new certificate, the most urgent first; raises Problem."""
    until = _in(office, wish.within_days)
    ending = office.database.read(client_certificates.ending, until=until)
    wanted = [station for station in chosen(office, wish) if station in ending]
    if not wanted:
        detail = f"no certificate of these stations ends within {wish.within_days} days"
        raise Problem(422, detail, kind="invalid")
    return tuple(sorted(wanted, key=lambda station: (ending[station], station)))


def _found(office: Office, fingerprint: str, station: str) -> ClientCertificateRow:
    rows = office.database.read(client_certificates.of_fingerprint, fingerprint.lower())
    rows = [row for row in rows if station in {"", row.station}]
    if not rows:
        raise Problem(404, f"there is no certificate {fingerprint}", kind="not-found")
    if len(rows) > 1:
        detail = f"{len(rows)} stations have this certificate: say which with ?station="
        raise Problem(409, detail, kind="conflict")
    return rows[0]
