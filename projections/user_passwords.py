"""The passwords of users who sign in by name; only argon2id hashes are kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from projections.tables import fetch, table, upsert


@dataclass(slots=True, kw_only=True)
class UserPassword:
    """What is kept of the one password that a user has."""

    user_name: str
    password_hash: str  # argon2id, with its parameters and its salt
    changed_at: datetime
    changed_by: str


PASSWORDS = table("user_passwords_v1", UserPassword, key=["user_name"])


def put(connection: Connection, password: UserPassword) -> None:
    """Keep a user's password in place of the one before."""
    upsert(connection, PASSWORDS, [password])


def find(connection: Connection, user: str) -> UserPassword | None:
    """The password of a user who has one."""
    query = select(PASSWORDS).where(PASSWORDS.c.user_name == user)
    return next(iter(fetch(connection, query, UserPassword)), None)


def holders(connection: Connection) -> set[str]:
    """The names of all users who have a password."""
    return set(connection.scalars(select(PASSWORDS.c.user_name)))


def remove(connection: Connection, user: str) -> None:
    """Have a user have no password."""
    connection.execute(PASSWORDS.delete().where(PASSWORDS.c.user_name == user))
