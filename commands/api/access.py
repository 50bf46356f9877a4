"""Who may ask for what: bearer tokens (RFC 6750), three roles, each including the one before.

A viewer reads. An operator also calls stations, closes sockets and transactions, and says what is
thought of tokens. An administrator also keeps the registers of stations and of users.
"""

from enum import IntEnum
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from commands.api.office import AnOffice
from commands.api.problems import Problem
from projections import users
from projections.users import User


class Role(IntEnum):
    """What a user may do; greater ones may do more."""

    viewer = 1
    operator = 2
    admin = 3


_bearer = HTTPBearer(auto_error=False, description="a token of `ampledger users add`")
_Given = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def _user(request: Request, office: AnOffice, given: _Given) -> User:
    """Whose token came with the request."""
    if given is None:
        raise Problem(401, "a bearer token is needed: Authorization: Bearer …", kind="no-token")
    user = office.database.read(users.find_by_token, given.credentials)
    if user is None:
        raise Problem(401, "this token is nobody's, or was revoked", kind="bad-token")
    request.state.user = user.name
    return user


_AUser = Annotated[User, Depends(_user)]


def _viewer(user: _AUser) -> User:
    return _at_least(Role.viewer, user)


def _operator(user: _AUser) -> User:
    return _at_least(Role.operator, user)


def _administrator(user: _AUser) -> User:
    return _at_least(Role.admin, user)


def _at_least(role: Role, user: User) -> User:
    if Role[user.role] < role:
        detail = f"this is for the role {role.name}; {user.name} is {user.role}"
        raise Problem(403, detail, kind="role-too-low")
    return user


viewing = Depends(_viewer)  # what every router begins with
Operator = Annotated[User, Depends(_operator)]
Administrator = Annotated[User, Depends(_administrator)]
administering = Depends(_administrator)
