"""/api/v1/users/{name}/invitations and …/sessions: how users come to a password, and lose it."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from commands import keys, links
from commands.api.access import Administrator, administering
from commands.api.office import AnOffice
from commands.api.problems import Problem
from commands.api.shapes import Segment, Time
from projections import invitations, sign_ins

router = APIRouter(prefix="/api/v1/users", tags=["users"], dependencies=[administering])


class NewInvitation(BaseModel):
    """An invitation just made."""

    token: str = Field(description="shown here and never again")
    path: str = Field(description="of the page where a password is chosen, on this server")
    expires_at: Time


@router.post("/{name}/invitations", status_code=201)
def invite_user(office: AnOffice, name: Segment, by: Administrator) -> NewInvitation:
    """Make a link by which a user chooses a password, once: it replaces the link before.

    Until it is used, the password before stays good.
    """
    secret, actor = keys.new_invitation(), office.actor(by.name)
    kept = invitations.made(name, secret, by=by.name, at=actor.at)
    if not office.database.write(sign_ins.invite, kept, actor):
        raise _no_user(name)
    return NewInvitation(token=secret, path=links.path_of(secret), expires_at=kept.expires_at)


@router.delete("/{name}/sessions", status_code=204)
def end_user_sessions(office: AnOffice, name: Segment, by: Administrator) -> None:
    """Sign a user out everywhere; their tokens stay."""
    if not office.database.write(sign_ins.end_all, name, office.actor(by.name)):
        raise _no_user(name)


def _no_user(name: str) -> Problem:
    return Problem(404, f"there is no user {name}", kind="not-found")
