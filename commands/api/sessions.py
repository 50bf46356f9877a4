"""/api/v1/sessions: signing in with a name and a password, and out. A program needs none of it."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, SecretStr

from commands import keys, passwords
from commands.api.access import Viewer
from commands.api.guessing import LONGEST, Guess, hashed
from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.shapes import Page, Text, Time
from projections import invitations, sign_ins, user_passwords, user_sessions, users

router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"])

Password = Annotated[SecretStr, Field(max_length=LONGEST)]


class SignIn(BaseModel, extra="forbid"):
    """Who somebody says they are, and the proof."""

    name: Text = Field(max_length=255)
    password: Password


class FirstSignIn(BaseModel, extra="forbid"):
    """An invitation, and the password that its user wants."""

    token: str = Field(pattern=r"^[A-Za-z0-9_-]{1,100}$", description="what the link ends with")
    password: Password = Field(
        description=f"{passwords.SHORTEST} to {passwords.LONGEST} characters, not the user's name"
    )


class NewSession(BaseModel):
    """A session just begun."""

    token: str = Field(description="a bearer token; shown here and never again")
    user: str
    role: str
    expires_at: Time = Field(description="12 h after the last use, 7 days after the first at most")


class Session(BaseModel):
    """Where a user is signed in."""

    id: str
    created_at: Time
    origin: str = Field(description="the address that signed in")
    used_at: Time | None = Field(description="when it was used last, to a quarter of an hour")
    expires_at: Time
    current: bool = Field(description="whether it is the one that asks")


@router.post("", status_code=201)
async def sign_in(request: Request, office: AnOffice, wish: SignIn) -> NewSession:
    """Begin a session. Needs no token; a name that nobody has is answered as a wrong password."""
    guess = Guess(request, office, wish.name)
    no = Problem(401, "no user has this name and this password", kind="wrong-password")
    return await guess.passed(lambda: _begun(office, wish), "SignIn", no)


@router.post("/by-invitation", status_code=201)
async def sign_in_by_invitation(
    request: Request, office: AnOffice, wish: FirstSignIn
) -> NewSession:
    """Choose a password and begin a session. Needs no token; an invitation is good once."""
    detail = "this invitation is used up, too old, or nobody's: ask an administrator for another"
    no = Problem(401, detail, kind="bad-invitation")
    return await Guess(request, office, "").passed(lambda: _accepted(office, wish), "SignIn", no)


@router.get("")
def list_sessions(office: AnOffice, by: Viewer) -> Page[Session]:
    """Where whoever asks is signed in, on one page, the oldest first."""
    rows = office.database.read(user_sessions.listed, by.name, at=office.clock())
    return Page(
        items=[
            Session(
                id=row.id,
                created_at=row.created_at,
                origin=row.origin,
                used_at=row.used_at,
                expires_at=row.expires_at,
                current=row.id == by.token,
            )
            for row in rows
        ]
    )


@router.delete("/current", status_code=204)
def sign_out(office: AnOffice, by: Viewer) -> None:
    """End the session that asks."""
    if not by.is_session:
        detail = "a token is no session: an administrator revokes it"
        raise Problem(409, detail, kind="conflict")
    office.database.write(sign_ins.end, by.name, by.token, office.actor(by.name))


@router.delete("", status_code=204)
def sign_out_everywhere(office: AnOffice, by: Viewer) -> None:
    """End every session of whoever asks, this one too; tokens stay."""
    office.database.write(sign_ins.end_all, by.name, office.actor(by.name))


def _begun(office: Office, wish: SignIn) -> NewSession | None:
    kept = office.database.read(user_passwords.find, wish.name)
    known = kept.password_hash if kept else None
    if not passwords.fits(known, wish.password.get_secret_value()) or known is None:
        return None
    secret, actor = keys.new_session_token(), office.actor(wish.name)
    session = keys.session_of(wish.name, secret, origin=actor.origin, at=actor.at)
    if not office.database.write(sign_ins.begin, session, known, actor):
        return None
    return _shown(office, secret)


def _accepted(office: Office, wish: FirstSignIn) -> NewSession | None:
    found = office.database.read(invitations.find, wish.token, at=office.clock())
    if found is None:
        return None
    kept = hashed(wish.password.get_secret_value(), found.user_name, "password")
    secret, actor = keys.new_session_token(), office.actor(found.user_name)
    session = keys.session_of(found.user_name, secret, origin=actor.origin, at=actor.at)
    if not office.database.write(sign_ins.accept, wish.token, session, kept, actor):
        return None
    return _shown(office, secret)


def _shown(office: Office, secret: str) -> NewSession | None:
    """None when it has been ended in that very moment."""
    holder = office.database.read(users.find_by_token, secret)
    if holder is None or holder.expires_at is None:
        return None
    return NewSession(
        token=secret, user=holder.name, role=holder.role, expires_at=holder.expires_at
    )
