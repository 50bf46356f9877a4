"""Secrets that an installation makes: its own, kept in its data folder, and its users' tokens."""

import base64
import os
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import uuid4

from projections import user_sessions
from projections.user_sessions import UserSession
from projections.user_tokens import UserToken, hashed

ADMIN_TOKEN = "admin-token"  # noqa: S105 - a file's name
SECRET_KEY = "secret-key"  # noqa: S105 - a file's name
_PREFIX = "amp_"  # by which those who scan for leaked secrets know a token of ours
_INVITATION = "ami_"


def kept(path: Path, make: Callable[[], str]) -> tuple[str, bool]:
    """The secret in a file, and whether it was made just now; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        return path.read_text().strip(), False
    secret = make()
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-") as file:  # of mode 0600
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)  # whole or not at all, and never over another's
        except FileExistsError:
            return path.read_text().strip(), False
    return secret, True


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


def new_secret_key() -> str:
    """A Fernet key: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
