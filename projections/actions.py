"""What operators did beside the domain, on its way to the record: noted with what they did.

A note is written in the transaction of the deed itself, so neither is without the other. The timers
wish for its record until the audit trail shows it, and then it is swept.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar
from uuid import uuid4

import msgspec
from sqlalchemy import Connection, Engine, select

from domain import wire
from domain.model.operations import RecordAction
from projections.audit import AUDIT
from projections.engines import translated, writing
from projections.tables import fetch, table

P = ParamSpec("P")
T = TypeVar("T")

CONSOLE = "console"  # the origin of commands that work on the database itself
_MOST = 500  # told at a time


@dataclass(slots=True, kw_only=True)
class Note:
    """Who did what, as it will stand in the audit trail."""

    id: str
    noted_by: str
    origin: str
    action: str
    subject: str
    detail: str
    outcome: str
    reason: str
    noted_at: datetime


ACTIONS = table("actions_v1", Note, key=["id"])


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, from where, and when."""

    name: str
    origin: str
    at: datetime


def note(connection: Connection, actor: Actor, action: RecordAction) -> None:
    """Have an action go on record, when the caller's transaction is committed."""
    noted = Note(
        id=str(uuid4()),
        noted_by=actor.name,
        origin=actor.origin,
        noted_at=actor.at,
        **asdict(action),
    )
    connection.execute(ACTIONS.insert().values(asdict(noted)))


def noted(
    connection: Connection,
    actor: Actor,
    action: RecordAction,
    change: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """What a change returns; it is noted unless that is False: nothing was changed."""
    result = change(connection, *args, **kwargs)
    if result is not False:
        note(connection, actor, action)
    return result


def untold(connection: Connection, _now: datetime) -> Iterator[tuple[str, wire.Inbound]]:
    """Notes that the audit trail does not show, as wishes; each has one id, however often told."""
    query = (
        select(ACTIONS)
        .outerjoin(AUDIT, AUDIT.c.id == ACTIONS.c.id)
        .where(AUDIT.c.id.is_(None))
        .order_by(ACTIONS.c.noted_at)
        .limit(_MOST)
    )
    for noted in fetch(connection, query, Note):
        yield f"action:{noted.id}", _wish(noted)


def _wish(noted: Note) -> wire.Wish:
    operation = RecordAction(
        action=noted.action,
        subject=noted.subject,
        detail=noted.detail,
        outcome=noted.outcome,
        reason=noted.reason,
    )
    return wire.Wish(
        id=noted.id,
        key=noted.subject,
        name=type(operation).__name__,
        body=msgspec.json.encode(operation),
        by=noted.noted_by,
        at=noted.noted_at,
        origin=noted.origin,
    )


class Noted:
    """The notes, to be swept."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sweep(self, now: datetime) -> int:
        """Drop what the audit trail shows; how many went. Raises Unavailable."""
        shown = ACTIONS.c.id.in_(select(AUDIT.c.id))
        with translated(), writing(self._engine) as connection:
            return connection.execute(ACTIONS.delete().where(shown)).rowcount
