"""Who may use the API: names, roles, and the hash of each one's token."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from sqlalchemy import Connection, Index, select

from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class User:
    """A person or a program. The token itself, of high entropy, is nowhere kept."""

    name: str
    role: str
    token_sha256: str  # hexadecimal
    created_at: datetime
    revoked_at: datetime | None = None


USERS = table("users", User, Index("users_token", "token_sha256", unique=True), key=["name"])


def add(connection: Connection, name: str, *, role: str, token: str, at: datetime) -> User:
    """A new user; raises IntegrityError when the name is taken."""
    values = {"name": name, "role": role, "token_sha256": _hashed(token), "created_at": at}
    connection.execute(USERS.insert().values(values))
    return User(name=name, role=role, token_sha256=_hashed(token), created_at=at)


def revoke(connection: Connection, name: str, *, at: datetime) -> bool:
    """End a user's access; whether there was one to end."""
    valid = (USERS.c.name == name, USERS.c.revoked_at.is_(None))
    return connection.execute(USERS.update().where(*valid).values(revoked_at=at)).rowcount == 1


def listed(connection: Connection) -> list[User]:
    """All users, also revoked ones, by name."""
    query = select(USERS).order_by(USERS.c.name)
    return fetch(connection, query, User)


def find_by_token(connection: Connection, token: str) -> User | None:
    """Whose token it is, unless revoked. What the index may leak is a hash, not the token."""
    hashed = _hashed(token)
    query = select(USERS).where(USERS.c.token_sha256 == hashed, USERS.c.revoked_at.is_(None))
    found = fetch(connection, query, User)
    return next((user for user in found if compare_digest(user.token_sha256, hashed)), None)


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
