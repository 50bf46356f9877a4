"""/api/v1/users: who may use this API, and with which tokens."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StrictInt

from commands import keys
from commands.api.access import Administrator, administering
from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.roles import Role
from commands.api.shapes import Page, Segment, Text, Time
from domain.log import Conflict
from projections import members, user_passwords, user_tokens, users
from projections.user_tokens import UserToken

router = APIRouter(prefix="/api/v1/users", tags=["users"], dependencies=[administering])

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$")]
RoleName = Annotated[str, Field(pattern=f"^({'|'.join(role.name for role in Role)})$")]
Days = Annotated[
    StrictInt | None,
    Field(
        ge=1,
        le=3650,
        description="how long the token is good; null: for ever; left out: as the settings say",
    ),
]
_SHOWN_ONCE = "shown here and never again"


class TokenWish(BaseModel, extra="forbid"):
    """A token to make."""

    name: Text = Field("", max_length=100, description="what it is for")
    expires_in_days: Days = None


class UserWish(BaseModel, extra="forbid"):
    """A user to add, with a first token."""

    name: Name
    role: RoleName = "viewer"
    expires_in_days: Days = None


class RoleWish(BaseModel, extra="forbid"):
    """What a user may do from now on."""

    role: RoleName


class User(BaseModel, from_attributes=True):
    """A person or a program."""

    name: str
    role: str
    created_at: Time
    revoked_at: Time | None
    has_password: bool = Field(default=False, description="to sign in with, beside tokens")


class Token(BaseModel, from_attributes=True):
    """A token of a user; itself it is nowhere kept."""

    id: str
    name: str
    created_at: Time
    created_by: str
    expires_at: Time | None = Field(description="null: never")
    revoked_at: Time | None
    used_at: Time | None = Field(description="when it was used last, to the hour")


class NewUser(User):
    """A user just added."""

    token: str = Field(description=_SHOWN_ONCE)
    expires_at: Time | None = Field(description="when the token expires; null: never")


class NewToken(Token):
    """A token just made."""

    token: str = Field(description=_SHOWN_ONCE)


@router.get("")
def list_users(office: AnOffice) -> Page[User]:
    """All users by name, revoked ones too, on one page."""
    rows = office.database.read(users.listed)
    holders = office.database.read(user_passwords.holders)
    return Page(items=[_shown(row, has_password=row.name in holders) for row in rows])


@router.post("", status_code=201)
def add_user(office: AnOffice, wish: UserWish, by: Administrator) -> NewUser:
    """Add a user; the answer has the first token."""
    secret, kept = _made(office, wish.name, wish, name="first", by=by.name)
    try:
        row = office.database.write(members.add, wish.name, wish.role, kept, office.actor(by.name))
    except Conflict:
        detail = f"there is, or was, a user {wish.name}"
        raise Problem(409, detail, kind="conflict") from None
    known = User.model_validate(row).model_dump()
    return NewUser(**known, token=secret, expires_at=kept.expires_at)


@router.get("/{name}")
def get_user(office: AnOffice, name: Segment) -> User:
    """One user, also a revoked one."""
    row = office.database.read(users.find, name)
    if row is None:
        raise _no_user(name)
    has_password = office.database.read(user_passwords.find, name) is not None
    return _shown(row, has_password=has_password)


@router.patch("/{name}")
def change_role(office: AnOffice, name: Segment, wish: RoleWish, by: Administrator) -> User:
    """Change what a user may do, at once; nobody changes their own role."""
    _check_other(name, by.name)
    if not office.database.write(members.give_role, name, wish.role, office.actor(by.name)):
        raise _no_user(name)
    return get_user(office, name)


@router.delete("/{name}", status_code=204)
def revoke_user(office: AnOffice, name: Segment, by: Administrator) -> None:
    """End a user's access, all tokens at once; nobody ends their own, so one admin stays."""
    _check_other(name, by.name)
    if not office.database.write(members.revoke, name, office.actor(by.name)):
        raise _no_user(name)


@router.get("/{name}/tokens")
def list_user_tokens(office: AnOffice, name: Segment) -> Page[Token]:
    """All tokens of a user on one page, the oldest first, also those worth nothing any more."""
    get_user(office, name)
    rows = office.database.read(user_tokens.listed, name)
    return Page(items=[Token.model_validate(row) for row in rows])


@router.post("/{name}/tokens", status_code=201)
def issue_user_token(
    office: AnOffice, name: Segment, wish: TokenWish, by: Administrator
) -> NewToken:
    """Make one more token for a user: the one before stays good until it is revoked."""
    secret, kept = _made(office, name, wish, name=wish.name, by=by.name)
    if not office.database.write(members.issue, kept, office.actor(by.name)):
        raise _no_user(name)
    return NewToken(**Token.model_validate(kept).model_dump(), token=secret)


@router.delete("/{name}/tokens/{token}", status_code=204)
def revoke_user_token(office: AnOffice, name: Segment, token: Segment, by: Administrator) -> None:
    """Make a token worth nothing; nobody revokes the one they come with."""
    if token == by.token:
        raise Problem(409, "nobody can revoke the token they come with", kind="conflict")
    if not office.database.write(members.withdraw, name, token, office.actor(by.name)):
        detail = f"{name} has no token {token} that is good"
        raise Problem(404, detail, kind="not-found")


def _made(
    office: Office, user: str, wish: UserWish | TokenWish, *, name: str, by: str
) -> tuple[str, UserToken]:
    """A new token, and what is kept of it."""
    secret = keys.new_token()
    is_said = "expires_in_days" in wish.model_fields_set
    days = wish.expires_in_days if is_said else office.defaults.token_days
    kept = keys.token_of(user, secret, name=name, days=days, by=by, at=office.clock())
    return secret, kept


def _shown(row: users.User, *, has_password: bool) -> User:
    return User.model_validate(row).model_copy(update={"has_password": has_password})


def _check_other(name: str, by: str) -> None:
    if name == by:
        raise Problem(409, "nobody can do this to themselves", kind="conflict")


def _no_user(name: str) -> Problem:
    return Problem(404, f"there is no user {name}", kind="not-found")
