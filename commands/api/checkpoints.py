"""/api/v1/checkpoints: the signed ends of the chain over the log, to be kept by others."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from commands.api.access import viewing
from commands.api.office import AnOffice
from commands.api.problems import Problem
from commands.api.shapes import LARGEST, Cursor, Limit, Page, Time, before, page_of
from domain.chain.checkpoints import Checkpoint as Signed
from domain.chain.rows import instant
from domain.pki import seals
from projections import chain

router = APIRouter(prefix="/api/v1/checkpoints", tags=["evidence"], dependencies=[viewing])

Number = Annotated[int, Path(ge=1, le=LARGEST, description="of a block")]


class Checkpoint(BaseModel):
    """A statement that the chain ended so, signed; AMPLEDGER_CHECKPOINT_FILE has the same."""

    number: int = Field(description="of the block that was the last")
    digest: str = Field(description="of that block: SHA-256, in hex")
    last_fact: int = Field(description="position of the last fact that is sealed")
    last_entry: int = Field(description="position of the last journal row that is sealed")
    at: int = Field(description="microseconds since 1970")
    key_id: str
    signature: str = Field(description="Ed25519 over the bytes of `statement`, in hex")
    statement: str
    signed_at: Time


class Key(BaseModel):
    """The public key that checkpoints are signed with."""

    id: str = Field(description="the first 16 digits of its SHA-256")
    algorithm: str
    public_key: str = Field(description="32 bytes in hex")
    pem: str


@router.get("")
def list_checkpoints(
    office: AnOffice,
    *,
    after: Annotated[int, Query(ge=0, le=LARGEST, description="a number, exclusive")] = 0,
    newest_first: Annotated[bool, Query()] = True,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Checkpoint]:
    """The newest first, unless asked otherwise."""
    place = before(cursor)
    rows = office.database.read(
        chain.checkpoints,
        after=after if newest_first else max(after, place),
        before=place if newest_first else 0,
        limit=limit + 1,
        newest_first=newest_first,
    )
    return page_of(rows, limit, item=_shown, place=lambda row: row.number)


@router.get("/key")
def public_key(office: AnOffice) -> Key:
    """Keep it where the database cannot reach it: a check needs nothing else that is secret."""
    seal = office.seal
    return Key(
        id=seal.key_id,
        algorithm="Ed25519",
        public_key=seal.public_key.hex(),
        pem=seals.pem(seal.public_key),
    )


@router.get("/{number}")
def show_checkpoint(office: AnOffice, number: Number) -> Checkpoint:
    """One of them."""
    found = office.database.read(chain.checkpoints, after=number - 1, limit=1)
    if not found or found[0].number != number:
        raise Problem(404, f"no checkpoint is signed over block {number}", kind="not-found")
    return _shown(found[0])


def _shown(signed: Signed) -> Checkpoint:
    return Checkpoint(
        number=signed.number,
        digest=signed.digest,
        last_fact=signed.last_fact,
        last_entry=signed.last_entry,
        at=signed.at,
        key_id=signed.key_id,
        signature=signed.signature,
        statement=signed.statement.decode(),
        signed_at=instant(signed.at),
    )
