"""The sessions of users who signed in with a password; of their tokens only hashes are kept."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, Index, and_, or_, select

from projections.engines import translated, writing
from projections.tables import fetch, table
from projections.user_tokens import hashed

PREFIX = "ams_"  # of a session's token: by it, it is looked for here
COARSE = timedelta(minutes=15)  # how exactly it is known when a session was last used
_IDLE = timedelta(hours=12)  # after its last use a session ends
_LONGEST = timedelta(days=7)  # and this long after it began, whatever it is used for
_KEPT = timedelta(days=30)  # what has ended, for whoever looks into it


@dataclass(slots=True, kw_only=True)
class UserSession:
    """Its token is a bearer token as any other, of 256 bits of its own."""

    id: str
    user_name: str
    token_sha256: str  # hexadecimal
    created_at: datetime
    origin: str  # the address that its user signed in from
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


SESSIONS = table(
    "user_sessions_v1",
    UserSession,
    Index("user_sessions_v1_hash", "token_sha256", unique=True),
    Index("user_sessions_v1_user", "user_name"),
    key=["id"],
)


def begun(id: str, user: str, token: str, *, origin: str, at: datetime) -> UserSession:
    """A session that begins, as it is kept."""
    return UserSession(
        id=id,
        user_name=user,
        token_sha256=hashed(token),
        created_at=at,
        origin=origin,
        expires_at=at + _IDLE,
    )


def add(connection: Connection, session: UserSession) -> None:
    """Keep a session; raises IntegrityError when it is kept already."""
    connection.execute(SESSIONS.insert().values(asdict(session)))


def is_known(connection: Connection, token: str) -> bool:
    """Whether it is a session's, also one's that has ended; those are kept for a month."""
    if not token.startswith(PREFIX):
        return False
    query = select(SESSIONS.c.id).where(SESSIONS.c.token_sha256 == hashed(token))
    return connection.scalar(query) is not None


def listed(connection: Connection, user: str, *, at: datetime) -> list[UserSession]:
    """The sessions of a user that are worth something, the oldest first."""
    query = select(SESSIONS).where(_live(user), SESSIONS.c.expires_at > at)
    return fetch(connection, query.order_by(SESSIONS.c.created_at, SESSIONS.c.id), UserSession)


def revoke(connection: Connection, user: str, id: str, *, at: datetime) -> bool:
    """End a session; whether there was one to end."""
    query = SESSIONS.update().where(_live(user), SESSIONS.c.id == id).values(revoked_at=at)
    return connection.execute(query).rowcount == 1


def revoke_all(connection: Connection, user: str, *, at: datetime, but: str = "") -> int:
    """End every session of a user but one; how many ended."""
    query = SESSIONS.update().where(_live(user), SESSIONS.c.id != but).values(revoked_at=at)
    return connection.execute(query).rowcount


def note_use(connection: Connection, id: str, *, at: datetime) -> None:
    """Remember that a session was used: it lasts longer, though not for ever."""
    this = SESSIONS.c.id == id
    created_at = connection.scalar(select(SESSIONS.c.created_at).where(this))
    if created_at:
        until = min(at + _IDLE, created_at + _LONGEST)
        connection.execute(SESSIONS.update().where(this).values(used_at=at, expires_at=until))


class Ended:
    """The sessions that have ended, to be swept."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sweep(self, now: datetime) -> int:
        """Forget what ended a month ago; how many went. Raises Unavailable."""
        before = now - _KEPT
        ended = or_(SESSIONS.c.expires_at <= before, SESSIONS.c.revoked_at <= before)
        with translated(), writing(self._engine) as connection:
            return connection.execute(SESSIONS.delete().where(ended)).rowcount


def _live(user: str) -> ColumnElement[bool]:
    return and_(SESSIONS.c.user_name == user, SESSIONS.c.revoked_at.is_(None))
