"""Who may use the API: names and roles. Tokens, sessions, passwords have tables of their own."""

from dataclasses import asdict, dataclass
from datetime import datetime
from hmac import compare_digest
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, MetaData, Table, and_, inspect, select

from projections import invitations, user_passwords, user_sessions, user_tokens
from projections.tables import fetch, table
from projections.user_sessions import SESSIONS
from projections.user_tokens import TOKENS, UserToken


@dataclass(slots=True, kw_only=True)
class User:
    """A person or a program; a name is given once, for ever."""

    name: str
    role: str
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class FormerUser(User):
    """A user as they were when each had one token, for ever."""

    token_sha256: str


USERS = table("users_v2", User, key=["name"])
_FORMER = table("users", FormerUser, key=["name"], within=MetaData())


class Holder(NamedTuple):
    """Whose token it is, and until when it is worth something."""

    name: str
    role: str
    token: str  # its id; of the token of a session: the session's
    expires_at: datetime | None
    used_at: datetime | None
    is_session: bool = False

    def has_expired(self, at: datetime) -> bool:
        """Whether the token is worth nothing any more."""
        return self.expires_at is not None and self.expires_at <= at

    def is_used_anew(self, at: datetime) -> bool:
        """Whether it is time to remember that the token is used."""
        coarse = user_sessions.COARSE if self.is_session else user_tokens.COARSE
        return self.used_at is None or at - self.used_at >= coarse


def add(connection: Connection, name: str, *, role: str, at: datetime) -> User:
    """A new user, who has no token yet; raises IntegrityError when the name is taken."""
    user = User(name=name, role=role, created_at=at)
    connection.execute(USERS.insert().values(asdict(user)))
    return user


def find(connection: Connection, name: str) -> User | None:
    """A user, also a revoked one."""
    return next(iter(fetch(connection, select(USERS).where(USERS.c.name == name), User)), None)


def listed(connection: Connection) -> list[User]:
    """All users, also revoked ones, by name."""
    return fetch(connection, select(USERS).order_by(USERS.c.name), User)


def give_role(connection: Connection, name: str, *, role: str) -> bool:
    """Have a user be of another role; whether there is such a user."""
    query = USERS.update().where(_good(name)).values(role=role)
    return connection.execute(query).rowcount == 1


def revoke(connection: Connection, name: str, *, at: datetime) -> bool:
    """End a user's access, with all that gives it; whether there was one to end."""
    user_tokens.revoke_all(connection, name, at=at)
    user_sessions.revoke_all(connection, name, at=at)
    invitations.withdraw_all(connection, name, at=at)
    user_passwords.remove(connection, name)
    query = USERS.update().where(_good(name)).values(revoked_at=at)
    return connection.execute(query).rowcount == 1


def is_held(connection: Connection, name: str) -> bool:
    """Whether there is a user who is not revoked; if so, it stays so until the transaction ends."""
    query = select(USERS.c.name).where(_good(name)).with_for_update()
    return connection.scalar(query) is not None


def find_by_token(connection: Connection, token: str) -> Holder | None:
    """Whose token it is, a session's or another, unless revoked."""
    is_session = token.startswith(user_sessions.PREFIX)
    found = _find(connection, SESSIONS, token) if is_session else None
    if found:
        return found._replace(is_session=True)
    return _find(connection, TOKENS, token)  # which some have chosen by themselves


def note_use(connection: Connection, holder: Holder, *, at: datetime) -> None:
    """Remember that a token was used."""
    kind = user_sessions if holder.is_session else user_tokens
    kind.note_use(connection, holder.token, at=at)


def take_over(connection: Connection) -> None:
    """Users of the time when each had one token, in the table `users`: it stays worth what it was.

    That table is left to processes of that time, which may still run; who is added or revoked
    there is so here too when one of ours starts next.
    """
    if not inspect(connection).has_table(_FORMER.name):
        return
    known = {user.name for user in listed(connection)}
    for former in fetch(connection, select(_FORMER), FormerUser):
        if former.name not in known:
            _take_over(connection, former)
        if former.revoked_at:
            revoke(connection, former.name, at=former.revoked_at)


def _find(connection: Connection, kept_in: Table, token: str) -> Holder | None:
    """What the index may leak is a hash, not the token."""
    hashed, kept = user_tokens.hashed(token), kept_in.c
    columns = (USERS.c.name, USERS.c.role, kept.id, kept.expires_at, kept.used_at)
    query = (
        select(*columns, kept.token_sha256)
        .join_from(kept_in, USERS, USERS.c.name == kept.user_name)
        .where(kept.token_sha256 == hashed)
        .where(kept.revoked_at.is_(None), USERS.c.revoked_at.is_(None))
    )
    for *found, known in connection.execute(query):
        if compare_digest(known, hashed):
            return Holder(*found)
    return None


def _take_over(connection: Connection, former: FormerUser) -> None:
    add(connection, former.name, role=former.role, at=former.created_at)
    token = UserToken(
        id=uuid4().hex,
        user_name=former.name,
        name="first",
        token_sha256=former.token_sha256,
        created_at=former.created_at,
        created_by="",
    )
    user_tokens.add(connection, token)


def _good(name: str) -> ColumnElement[bool]:
    return and_(USERS.c.name == name, USERS.c.revoked_at.is_(None))
