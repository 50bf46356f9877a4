"""/api/v1/transactions/{number}/proof: a bundle that proves what is billed, and a page of it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from commands.api.access import viewing
from commands.api.office import AnOffice, Office
from commands.api.past import in_turn
from commands.api.problems import Problem
from commands.api.shapes import LARGEST
from commands.proofs import page
from commands.proofs.proofs import NoSuchTransaction, NotProvable

router = APIRouter(
    prefix="/api/v1/transactions/{number}", tags=["transactions"], dependencies=[viewing]
)

_JSON, _HTML = "application/json", "text/html"
_LONGEST = 4096  # characters of a key

Number = Annotated[int, Path(ge=1, le=LARGEST, description="the OCPP transaction id")]
MeterKey = Annotated[
    str,
    Query(
        max_length=_LONGEST,
        description="public key of the meter, in place of the one that is known: PEM, or DER or a"
        " point in hex or base64",
    ),
]


class Signature(BaseModel):
    """Ed25519 over `proof`: its keys sorted, without spaces, in UTF-8."""

    algorithm: str
    key_id: str
    public_key: str = Field(description="32 bytes in base64")
    value: str = Field(description="hex")


class Bundle(BaseModel):
    """Rows of the log as stored, what they come to, and a signature; docs/billing-proof.md."""

    proof: dict[str, object]
    signature: Signature


@router.get("/proof", response_model=Bundle, response_class=Response)
def get_proof(office: AnOffice, number: Number, meter_key: MeterKey = "") -> Response:
    """One signed, self-contained bundle; `ampledger proof --check` checks it offline."""
    return Response(_made(office, number, meter_key), media_type=_JSON)


@router.get(
    "/proof.html",
    response_class=Response,
    responses={200: {"content": {_HTML: {}}, "description": "a page with the bundle inside"}},
)
def get_page(office: AnOffice, number: Number, meter_key: MeterKey = "") -> Response:
    """The same for people: one file without scripts, to be printed or kept."""
    told = page.page(_made(office, number, meter_key))
    headers = {"Content-Security-Policy": page.policy()}
    return Response(told, media_type=page.MEDIA_TYPE, headers=headers)


def _made(office: Office, number: int, meter_key: str) -> bytes:
    try:
        with in_turn(office):
            return office.proofs.make(number, meter_key=meter_key)
    except NoSuchTransaction:
        detail = f"there is no transaction {number}"
        raise Problem(404, detail, kind="not-found") from None
    except NotProvable as error:
        raise Problem(409, f"its rows cannot be read: {error}", kind="not-provable") from None
