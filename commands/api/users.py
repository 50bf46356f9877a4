"""/api/v1/users: who may use this API."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from commands import keys
from commands.api.access import Administrator, Role, administering
from commands.api.office import AnOffice
from commands.api.problems import Problem
from commands.api.shapes import Page, Segment, Time
from domain.log import Conflict
from projections import users
from projections.users import User as UserRow

router = APIRouter(prefix="/api/v1/users", tags=["users"], dependencies=[administering])

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$")]
RoleName = Annotated[str, Field(pattern=f"^({'|'.join(role.name for role in Role)})$")]


class UserWish(BaseModel, extra="forbid"):
    """A user to add."""

    name: Name
    role: RoleName = "viewer"


class User(BaseModel, from_attributes=True):
    """A person or a program."""

    name: str
    role: str
    created_at: Time
    revoked_at: Time | None


class NewUser(User):
    """A user just added."""

    token: str = Field(description="shown here and never again")


@router.get("")
def list_users(office: AnOffice) -> Page[User]:
    """All users by name, revoked ones too, on one page."""
    rows = office.database.read(users.listed)
    return Page(items=[User.model_validate(row) for row in rows])


@router.post("", status_code=201)
def add_user(office: AnOffice, wish: UserWish) -> NewUser:
    """Add a user; the answer has the token."""
    token = keys.new_token()
    try:
        row = office.database.write(
            users.add, wish.name, role=wish.role, token=token, at=office.clock()
        )
    except Conflict:
        detail = f"there is, or was, a user {wish.name}"
        raise Problem(409, detail, kind="conflict") from None
    return _new(row, token)


@router.delete("/{name}", status_code=204)
def revoke_user(office: AnOffice, name: Segment, by: Administrator) -> None:
    """Revoke a user's token; nobody revokes their own, so that one administrator stays."""
    if name == by.name:
        raise Problem(409, "nobody can revoke themselves", kind="conflict")
    if not office.database.write(users.revoke, name, at=office.clock()):
        raise Problem(404, f"there is no user {name}", kind="not-found")


def _new(row: UserRow, token: str) -> NewUser:
    known = User.model_validate(row).model_dump()
    return NewUser(**known, token=token)
