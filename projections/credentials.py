"""The hashes of stations' passwords: the facts hold only their ids."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from projections.tables import table


@dataclass(slots=True, kw_only=True)
class Credential:
    """A password, hashed with argon2id."""

    id: str
    password_hash: str
    created_at: datetime


CREDENTIALS = table("credentials", Credential, key=["id"])


def put(connection: Connection, credential: str, password_hash: str, *, at: datetime) -> None:
    """Keep a hash under a new id."""
    connection.execute(
        CREDENTIALS.insert().values(id=credential, password_hash=password_hash, created_at=at)
    )


def find(connection: Connection, credential: str) -> str | None:
    """The hash, None when there is none."""
    query = CREDENTIALS.select().where(CREDENTIALS.c.id == credential)
    found = connection.execute(query).first()
    return found.password_hash if found else None


def forget(connection: Connection, credential: str) -> None:
    """Destroy a hash that no station uses any more."""
    connection.execute(CREDENTIALS.delete().where(CREDENTIALS.c.id == credential))
