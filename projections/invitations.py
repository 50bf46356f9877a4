"""Invitations: who holds one chooses a password for its user and signs in with it, once."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, Index, and_, select

from projections.engines import translated, writing
from projections.tables import fetch, table
from projections.user_tokens import hashed

_GOOD = timedelta(hours=24)  # for how long
_KEPT = timedelta(days=30)  # what is worth nothing any more, for whoever looks into it


@dataclass(slots=True, kw_only=True)
class Invitation:
    """Of its token only the hash is kept."""

    token_sha256: str  # hexadecimal
    user_name: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    used_at: datetime | None = None  # or was made worth nothing


INVITATIONS = table(
    "invitations_v1",
    Invitation,
    Index("invitations_v1_user", "user_name"),
    key=["token_sha256"],
)


def made(user: str, token: str, *, by: str, at: datetime) -> Invitation:
    """A new invitation, as it is kept."""
    return Invitation(
        token_sha256=hashed(token),
        user_name=user,
        created_at=at,
        created_by=by,
        expires_at=at + _GOOD,
    )


def add(connection: Connection, invitation: Invitation) -> None:
    """Keep an invitation; raises IntegrityError when it is kept already."""
    connection.execute(INVITATIONS.insert().values(asdict(invitation)))


def find(connection: Connection, token: str, *, at: datetime) -> Invitation | None:
    """An invitation that can be used."""
    query = select(INVITATIONS).where(_good(token, at))
    return next(iter(fetch(connection, query, Invitation)), None)


def use(connection: Connection, token: str, *, at: datetime) -> bool:
    """Use an invitation up; whether it was good. Of several at once only one finds it so."""
    query = INVITATIONS.update().where(_good(token, at)).values(used_at=at)
    return connection.execute(query).rowcount == 1


def withdraw_all(connection: Connection, user: str, *, at: datetime) -> None:
    """Make every invitation of a user worth nothing."""
    unused = (INVITATIONS.c.user_name == user, INVITATIONS.c.used_at.is_(None))
    connection.execute(INVITATIONS.update().where(*unused).values(used_at=at))


class Expired:
    """The invitations that nobody can use any more, to be swept."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sweep(self, now: datetime) -> int:
        """Forget what ended a month ago; how many went. Raises Unavailable."""
        with translated(), writing(self._engine) as connection:
            query = INVITATIONS.delete().where(INVITATIONS.c.expires_at <= now - _KEPT)
            return connection.execute(query).rowcount


def _good(token: str, at: datetime) -> ColumnElement[bool]:
    """What the index may leak is a hash, not the token."""
    this, unused = INVITATIONS.c.token_sha256 == hashed(token), INVITATIONS.c.used_at.is_(None)
    return and_(this, unused, INVITATIONS.c.expires_at > at)
