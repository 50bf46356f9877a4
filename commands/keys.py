"""Secrets that an installation makes for its users, and what is kept of them."""

import secrets
from datetime import datetime, timedelta
from uuid import uuid4

from projections import user_sessions
from projections.user_sessions import UserSession
from projections.user_tokens import UserToken, hashed

_PREFIX = "amp_"  # by which those who scan for leaked secrets know a token of ours
_INVITATION = "ami_"


def new_token() -> str:
    """A bearer token nobody can guess."""
    return _PREFIX + secrets.token_urlsafe(32)


def new_session_token() -> str:
    """The bearer token of a session."""
    return user_sessions.PREFIX + secrets.token_urlsafe(32)


def new_invitation() -> str:
    """What the link of an invitation ends with."""
    return _INVITATION + secrets.token_urlsafe(32)


def session_of(user: str, secret: str, *, origin: str, at: datetime) -> UserSession:
    """What is kept of a session that begins."""
    return user_sessions.begun(uuid4().hex, user, secret, origin=origin, at=at)


def token_of(
    user: str, secret: str, *, name: str, days: int | None, by: str, at: datetime
) -> UserToken:
    """What is kept of a bearer token that lasts so many days; None: for ever."""
    return UserToken(
        id=uuid4().hex,
        user_name=user,
        name=name,
        token_sha256=hashed(secret),
        created_at=at,
        created_by=by,
        expires_at=None if days is None else at + timedelta(days=days),
    )
