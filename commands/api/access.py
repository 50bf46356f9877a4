"""Who may ask for what: three roles, each including the one before.

A viewer reads. An operator also calls stations, closes sockets and transactions, and says what is
thought of tokens. An administrator also keeps the registers of stations and of users, and reads
what everybody did. Who asks is found out before a route is looked for (`commands.api.signing_in`).
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from commands.api.problems import Problem
from commands.api.roles import Role
from projections.users import Holder

_bearer = HTTPBearer(auto_error=False, description="a token of a user or a session")
_InTheDocument = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


class _AtLeast:
    """A dependency: whoever asks is of a role, or of a greater one."""

    def __init__(self, role: Role) -> None:
        self.role = role

    async def __call__(self, request: Request, _: _InTheDocument) -> Holder:
        """Whoever asks; raises Problem."""
        holder: Holder | None = getattr(request.state, "holder", None)
        if holder is None:
            raise nobody()
        if Role[holder.role] < self.role:
            detail = f"this is for the role {self.role.name}; {holder.name} is {holder.role}"
            raise Problem(403, detail, kind="role-too-low")
        return holder


_viewer, _operator, _administrator = map(_AtLeast, Role)

viewing = Depends(_viewer)  # what every router begins with
Viewer = Annotated[Holder, Depends(_viewer)]
Operator = Annotated[Holder, Depends(_operator)]
Administrator = Annotated[Holder, Depends(_administrator)]
administering = Depends(_administrator)


def nobody() -> Problem:
    """What is answered to a request without a token."""
    return Problem(401, "a bearer token is needed: Authorization: Bearer …", kind="no-token")


def role_of(route: APIRoute) -> Role | None:
    """The role that a route asks for, by the dependencies that enforce it; None: it asks none."""
    asked = (each.call for each in route.dependant.dependencies)
    return max((each.role for each in asked if isinstance(each, _AtLeast)), default=None)
