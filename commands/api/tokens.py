"""/api/v1/tokens: who may charge (OCPP 1.6: idTag)."""

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import AfterValidator, BaseModel, Field, StrictInt

from commands.api.access import Administrator, Operator, viewing
from commands.api.office import AnOffice, Office
from commands.api.past import of_token
from commands.api.problems import Problem
from commands.api.shapes import (
    Cursor,
    Filter,
    GivenTime,
    Limit,
    Page,
    Text,
    Time,
    after,
    decoded,
    page_of,
)
from domain.model.operations import ForgetToken, IssueToken, WithdrawToken
from domain.model.token import Permit
from domain.model.values import Standing
from projections import keyring, tokens, transactions
from projections.database import Database
from projections.forgetting import CLOSED_AFTER
from projections.tokens import TokenRow

_TURN = timedelta(seconds=10)  # that whoever destroys keys may take until it looks

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"], dependencies=[viewing])

IdTag = Annotated[
    str,
    Path(min_length=1, max_length=60, description="1 to 20 characters, in any case"),
    AfterValidator(decoded),
    Field(min_length=1, max_length=20),  # IdToken, OCPP 1.6 section 7.28
]


class TokenWish(BaseModel, extra="forbid"):
    """What is thought of a token; what is left out gets its default."""

    status: Standing = Field(Standing.ACCEPTED, description="what a station is told")
    expiry_date: GivenTime | None = Field(None, description="a past one is told as Expired")
    parent_id_tag: Text = Field(
        "", max_length=20, description="tokens of one group stop each other"
    )
    concurrent_limit: StrictInt = Field(
        0, ge=0, le=10_000, description="open transactions; 0: any number"
    )
    note: str = Field("", max_length=2000)
    group: Text = Field(
        "", max_length=50, description="of tokens that go onto a station's local list together"
    )


class Token(BaseModel):
    """A token."""

    id_tag: str = Field(description="as it was issued first; it is compared in any case")
    status: str
    expiry_date: Time | None
    parent_id_tag: str
    concurrent_limit: int
    open_transactions: int | None = Field(description="counted only for a token with a limit")
    note: str
    group: str
    issued_at: Time | None
    issued_by: str
    changed_at: Time | None
    changed_by: str


class Forgetting(BaseModel):
    """A token that is being forgotten."""

    pseudonym: str = Field(description="what stands for the tag from now on, wherever it stood")
    done_by: Time = Field(description="when its key is destroyed, at the latest, while we work")


@router.get("")
def list_tokens(
    office: AnOffice, search: Filter = "", cursor: Cursor = "", limit: Limit = 100
) -> Page[Token]:
    """By tag, in lower case. `search`: part of tag, parent tag or note."""
    rows = office.database.read(tokens.listed, search=search, after=after(cursor), limit=limit + 1)
    return page_of(rows, limit, item=_token, place=lambda row: row.id)


@router.get("/{id_tag}")
def get_token(office: Annotated[Office, Depends(of_token)], id_tag: IdTag) -> Token:
    """One token, in any spelling."""
    row = office.database.read(tokens.find, id_tag)
    if row is None:
        raise Problem(404, f"there is no token {id_tag}", kind="not-found")
    return _token(row)


@router.put("/{id_tag}", responses={201: {"model": Token, "description": "issued"}})
async def put_token(
    office: AnOffice, id_tag: IdTag, wish: TokenWish, by: Operator, response: Response
) -> Token:
    """Issue a token, or replace what is thought of it."""
    previous = await asyncio.to_thread(office.database.read, tokens.find, id_tag)
    permit = Permit(
        standing=wish.status,
        expires_at=wish.expiry_date,
        parent=wish.parent_id_tag,
        concurrent_limit=wish.concurrent_limit,
        note=wish.note,
        group=wish.group,
    )
    await office.desk.wish(IssueToken(id_tag=id_tag, permit=permit), by=by.name)
    response.status_code = 200 if previous else 201
    return await asyncio.to_thread(get_token, office, id_tag)


@router.delete("/{id_tag}", status_code=204)
async def delete_token(office: AnOffice, id_tag: IdTag, by: Operator) -> None:
    """Withdraw a token: it is unknown from then on."""
    await office.desk.wish(WithdrawToken(id_tag=id_tag), by=by.name)


@router.post("/{id_tag}/forget", status_code=202)
async def forget_token(office: AnOffice, id_tag: IdTag, by: Administrator) -> Forgetting:
    """Make it unknown, for good, whose token it was; the tag can be issued anew afterwards.

    Its key is destroyed: in all that is on record a pseudonym stands for the tag.
    """
    pseudonym = await asyncio.to_thread(_forgettable, office.database, id_tag)
    await office.desk.wish(ForgetToken(id_tag=id_tag), by=by.name)
    return Forgetting(pseudonym=pseudonym, done_by=office.clock() + CLOSED_AFTER + _TURN)


def _forgettable(database: Database, id_tag: str) -> str:
    """What stands for the tag; raises Problem."""
    pseudonym = database.read(keyring.pseudonym_of, id_tag)
    if not pseudonym:
        raise Problem(404, f"nothing is known of a token {id_tag}", kind="not-found")
    for row in database.read(transactions.listed, id_tag=id_tag, open=True, limit=1):
        detail = f"transaction {row.number} with this token is open"
        raise Problem(409, detail, kind="conflict")
    return pseudonym


def _token(row: TokenRow) -> Token:
    return Token(
        id_tag=row.id_tag,
        status=row.standing,
        expiry_date=row.expires_at,
        parent_id_tag=row.parent,
        concurrent_limit=row.concurrent_limit,
        open_transactions=row.in_use if row.concurrent_limit else None,
        note=row.note,
        group=row.group,
        issued_at=row.issued_at,
        issued_by=row.issued_by,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
