"""/api/v1/me: what whoever asks is known as, and their password."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from commands import passwords
from commands.api.access import Viewer, viewing
from commands.api.guessing import Guess, hashed
from commands.api.office import AnOffice, Office
from commands.api.problems import Fault, Problem
from commands.api.sessions import Password
from commands.api.shapes import Time
from projections import sign_ins, user_passwords
from projections.users import Holder

router = APIRouter(prefix="/api/v1/me", tags=["sessions"], dependencies=[viewing])


class Me(BaseModel):
    """Whoever asks."""

    name: str
    role: str
    by: Literal["session", "token"] = Field(description="what the request came with")
    id: str = Field(description="of the session or token")
    expires_at: Time | None = Field(description="when that ends; null: never")
    has_password: bool


class NewPassword(BaseModel, extra="forbid"):
    """Another password."""

    old: Password
    new: Password = Field(
        description=f"{passwords.SHORTEST} to {passwords.LONGEST} characters, not the user's name"
    )


@router.get("")
def get_me(office: AnOffice, by: Viewer) -> Me:
    """Who asks, and until when they may."""
    return Me(
        name=by.name,
        role=by.role,
        by="session" if by.is_session else "token",
        id=by.token,
        expires_at=by.expires_at,
        has_password=office.database.read(user_passwords.find, by.name) is not None,
    )


@router.put("/password", status_code=204)
async def change_my_password(
    request: Request, office: AnOffice, wish: NewPassword, by: Viewer
) -> None:
    """Change the password of whoever asks: all their other sessions end.

    Whoever has none yet needs an invitation: a token alone must not become a password.
    """
    detail = "this is not the password of today"
    fault = Fault(path="body.old", message=detail)
    no = Problem(422, f"body.old: {detail}", kind="wrong-password", errors=(fault,))
    guess = Guess(request, office, by.name)
    await guess.passed(lambda: _changed(office, wish, by), "ChangePassword", no)


def _changed(office: Office, wish: NewPassword, by: Holder) -> bool | None:
    """None of a password that is wrong."""
    kept = office.database.read(user_passwords.find, by.name)
    if kept is None:
        detail = f"{by.name} has no password yet: ask an administrator for an invitation"
        raise Problem(409, detail, kind="conflict")
    verified = kept.password_hash
    if not passwords.fits(verified, wish.old.get_secret_value()):
        return None
    new, but = hashed(wish.new.get_secret_value(), by.name, "new"), by.token * by.is_session
    change, actor = sign_ins.change_password, office.actor(by.name)
    return office.database.write(change, by.name, verified, new, actor, but=but) or None
