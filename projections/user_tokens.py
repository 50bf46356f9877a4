"""The bearer tokens of users: several each, named, expiring, revocable; only hashes are kept."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, Index, select

from projections.tables import fetch, table

COARSE = timedelta(hours=1)  # how exactly it is known when a token was last used


@dataclass(slots=True, kw_only=True)
class UserToken:
    """A token has 256 bits of its own: its plain hash can be looked up, and not be turned back."""

    id: str
    user_name: str
    name: str  # what it is for
    token_sha256: str  # hexadecimal
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None  # None: never
    revoked_at: datetime | None = None
    used_at: datetime | None = None


TOKENS = table(
    "user_tokens_v1",
    UserToken,
    Index("user_tokens_v1_hash", "token_sha256", unique=True),
    Index("user_tokens_v1_user", "user_name"),
    key=["id"],
)


def hashed(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def add(connection: Connection, token: UserToken) -> UserToken:
    """Keep a token; raises IntegrityError when it is kept already."""
    connection.execute(TOKENS.insert().values(asdict(token)))
    return token


def find(connection: Connection, user: str, id: str) -> UserToken | None:
    """A token of a user, also one that is worth nothing any more."""
    query = select(TOKENS).where(TOKENS.c.user_name == user, TOKENS.c.id == id)
    return next(iter(fetch(connection, query, UserToken)), None)


def listed(connection: Connection, user: str) -> list[UserToken]:
    """All tokens of a user, also those that are worth nothing any more, the oldest first."""
    query = select(TOKENS).where(TOKENS.c.user_name == user)
    return fetch(connection, query.order_by(TOKENS.c.created_at, TOKENS.c.id), UserToken)


def owner(connection: Connection, token: str) -> str:
    """Whose token it is or was, "" for nobody's."""
    query = select(TOKENS.c.user_name).where(TOKENS.c.token_sha256 == hashed(token))
    return connection.scalar(query) or ""


def revoke(connection: Connection, user: str, id: str, *, at: datetime) -> bool:
    """Make a token worth nothing; whether there was one that was worth something."""
    valid = (TOKENS.c.user_name == user, TOKENS.c.id == id, TOKENS.c.revoked_at.is_(None))
    return connection.execute(TOKENS.update().where(*valid).values(revoked_at=at)).rowcount == 1


def revoke_all(connection: Connection, user: str, *, at: datetime) -> None:
    """Make every token of a user worth nothing."""
    valid = (TOKENS.c.user_name == user, TOKENS.c.revoked_at.is_(None))
    connection.execute(TOKENS.update().where(*valid).values(revoked_at=at))


def note_use(connection: Connection, id: str, *, at: datetime) -> None:
    """Remember that a token was used."""
    connection.execute(TOKENS.update().where(TOKENS.c.id == id).values(used_at=at))
